"""Do orders, payments, refunds and bookings tell the same story? (rules C6, M11)"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Count, Exists, F, Max, Model, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.bookings.models import Booking, BookingEvent
from apps.checkout.models import (
    UNDECIDED,
    Coupon,
    GiftCard,
    Order,
    OrderLine,
    Payment,
    PlanPurchase,
    Receipt,
    ReceiptCounter,
    Refund,
)
from apps.checkout.queries.orders import status_of
from apps.checkout.states import PaymentStatus, booking_status
from apps.ledger.finding import Finding

DECIDED_WITHIN = timedelta(hours=1)
PRICE = F("total") - F("credited")
ALIVE = (*UNDECIDED, Payment.Status.AUTHORIZED, Payment.Status.PAID)
Row = TypeVar("Row", bound=Model)


def find_unbalanced_orders(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield orders whose lines do not add up to their total, or whose payment status is not what
    their payments come to."""
    orders = _of(Order.objects.order_by("pk"), business_id).prefetch_related("lines", "payments")
    for order in orders.iterator(chunk_size=500):
        where = f"order {order.reference}"
        if sum(line.total for line in order.lines.all()) != order.total:
            yield Finding(
                "order_adds_up", order.business_id, where, "its lines add up to another sum"
            )
        if sum(line.discount for line in order.lines.all()) != order.discount:
            words = "what was taken off its lines is another sum"
            yield Finding("order_adds_up", order.business_id, where, words)
        owed = status_of(order, list(order.payments.all()))
        if owed != order.payment_status:
            words = f"says {order.payment_status}, its payments come to {owed}"
            yield Finding("order_is_paid_as_told", order.business_id, where, words)


def find_untrue_bookings(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield bookings that tell another story of the money than their orders do."""
    orders = _of(Order.objects.order_by("pk"), business_id).exclude(
        booking__status=Booking.Status.CREATED
    )
    paid = Coalesce(Sum(F("payments__captured") - F("payments__refunded")), 0)
    back = Coalesce(Sum(F("payments__refunded") - F("payments__excess")), 0)
    authorized = Coalesce(Sum("payments__authorized"), 0)
    rows = orders.annotate(came=paid, back=back, held=authorized).select_related("booking")
    for order in rows.iterator(chunk_size=500):
        told = booking_status(PaymentStatus(order.payment_status), total=order.bill)
        booking = order.booking
        if booking is None:
            continue
        says = (booking.payment_status, booking.paid, booking.returned, booking.authorized)
        true = (told, max(0, order.came), order.back, order.held)
        if says != true:
            words = (
                "says {}, {}, {} back, {} on the card; its order {}, {}, {} back, {} on the card"
            )
            words = words.format(*says, *true)
            yield Finding(
                "booking_and_order_agree", order.business_id, f"booking {booking.reference}", words
            )
    without = Booking.objects.filter(order=None).exclude(paid=0, returned=0, authorized=0)
    for of, reference in _of(without, business_id).values_list("business_id", "reference"):
        yield Finding(
            "booking_and_order_agree", of, f"booking {reference}", "paid without an order"
        )


def find_other_prices(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield bookings that promise another price than their order comes to (rule M27)."""
    live = (Booking.Status.PENDING, Booking.Status.CONFIRMED)
    orders = Order.objects.filter(status=Order.Status.APPROVED, booking__status__in=live)
    other = _of(orders.exclude(booking__price=PRICE).order_by("pk"), business_id)
    for of, reference, told, total in other.values_list(
        "business_id", "booking__reference", "booking__price", PRICE
    ):
        words = f"was told {told}, its order comes to {total}"
        yield Finding("the_price_told_is_owed", of, f"booking {reference}", words)


def find_hidden_debts(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield orders that say all is paid while less came for them than they cost, orders that say a
    part is while nothing is kept or nothing is owed, and orders that say nothing came while it did.
    What went back because it was too much never came for them. This is counted by the database,
    apart from the rule that writes the status."""
    status = Order.PaymentStatus
    came = Coalesce(Sum(F("payments__captured") - F("payments__excess")), 0)
    back = Coalesce(Sum(F("payments__refunded") - F("payments__excess")), 0)
    settled = Q(payment_status__in=(status.PAID, status.PARTIALLY_REFUNDED))
    part, nothing = Q(payment_status=status.PARTIALLY_PAID), Q(came__gt=0)
    wrong = (
        (settled & Q(came__lt=F("owed")))
        | (part & (Q(came__lte=F("back")) | Q(came__gte=F("owed"))))
        | (nothing & Q(payment_status__in=(status.NOT_PAID, status.PENDING)))
        | (Q(came__gt=F("back")) & Q(payment_status=status.FULLY_REFUNDED))
    )
    orders = _of(Order.objects.order_by("pk"), business_id).annotate(
        came=came, back=back, owed=Coalesce("fee", PRICE)
    )
    for order in orders.filter(wrong).iterator(chunk_size=500):
        words = f"says {order.payment_status}: {order.came} came of {order.bill}"
        where = f"order {order.reference}"
        yield Finding("what_is_owed_is_told", order.business_id, where, words)


def find_unasked_fees(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield orders that ask for another fee than their booking says, and those that ask for none
    although less came than the fee of a cancellation that is final (rule M34)."""
    came = Coalesce(Sum(F("payments__captured") - F("payments__excess")), 0)
    orders = _of(Order.objects.order_by("pk"), business_id).annotate(came=came)
    is_final = Q(booking__hold_expires_at=None, status=Order.Status.APPROVED)
    other = Q(fee__isnull=False) & ~Q(fee=F("booking__cancellation_fee"))
    none = is_final & Q(fee=None, came__lt=F("booking__cancellation_fee"))
    wrong = orders.filter(other | none).select_related("booking")
    for order in wrong.iterator(chunk_size=500):
        if order.booking is not None:
            words = f"asks for a fee of {order.fee}, not of {order.booking.cancellation_fee}"
            yield Finding(
                "fees_are_asked_for", order.business_id, f"order {order.reference}", words
            )


def find_unapproved_money(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield orders that have money but were never approved, and drafts that have money (rule M11);
    what is authorized is the promise of money and approves too."""
    came = Q(captured__gt=0) | Q(authorized__gt=0)
    captured = Payment.objects.filter(came).values("order_id")
    lost = (
        Q(status=Order.Status.INITIALIZED)
        | Q(booking__status=Booking.Status.CREATED)
        | Q(purchase__status=PlanPurchase.Status.DRAFT)
        | Q(gift_card__status=GiftCard.Status.DRAFT)
    )
    rows = _of(Order.objects.filter(lost, pk__in=captured), business_id)
    for of, reference in rows.values_list("business_id", "reference"):
        yield Finding(
            "money_makes_a_booking", of, f"order {reference}", "was paid but not approved"
        )


def find_bookings_past_the_till(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield orders that were begun and never approved, of what is booked all the same: nothing
    comes for them any more, and nobody could pay for it."""
    alive = Payment.objects.filter(order=OuterRef("pk"), status__in=ALIVE)
    begun = _of(Order.objects.order_by("pk"), business_id).filter(
        ~Exists(alive),
        status=Order.Status.INITIALIZED,
        booking__status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED),
        booking__price__isnull=False,
    )
    for order in begun:
        where = f"order {order.reference}"
        yield Finding("booked_at_the_till", order.business_id, where, "is booked but not approved")


def find_kept_too_long(*, business_id: int | None = None, now: datetime) -> Iterator[Finding]:
    """Yield payments that are still authorized an hour after the team or the customer decided."""
    lately = BookingEvent.objects.filter(
        booking=OuterRef("order__booking"), at__gt=now - DECIDED_WITHIN
    )
    kept = _of(Payment.objects.filter(status=Payment.Status.AUTHORIZED), business_id)
    undecided = Q(order__booking__status=Booking.Status.PENDING)
    rows = kept.exclude(undecided).exclude(Exists(lately)).order_by("pk")
    for pk, of, status in rows.values_list("pk", "business_id", "order__booking__status"):
        words = f"is authorized, its booking is {status}"
        yield Finding("authorized_is_decided", of, f"payment {pk}", words)


def find_lost_receipts(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield years whose receipts are not 1, 2, 3 and so on up to the counter, each once; and orders
    with money that have no receipt."""
    counted = {
        (of, year): last
        for of, year, last in _of(ReceiptCounter.objects.all(), business_id).values_list(
            "business_id", "year", "last"
        )
    }
    given = _of(Receipt.objects.order_by(), business_id).values_list("business_id", "year")
    found = given.annotate(n=Count("number", distinct=True), rows=Count("pk"), top=Max("number"))
    rows = {(of, year): {n, all_of, top} for of, year, n, all_of, top in found}
    for key in sorted(counted.keys() | rows.keys()):
        of, year = key
        last = counted.get(key, 0)
        if rows.get(key, {0}) != {last}:
            words = f"counts to {last}, its numbers are not 1 to {last}"
            yield Finding("receipts_have_no_gap", of, f"receipts of {year}", words)
    captured = Payment.objects.filter(captured__gt=0).values("order_id")
    without = _of(Order.objects.filter(pk__in=captured, receipt=None), business_id)
    for of, reference in without.values_list("business_id", "reference"):
        yield Finding("money_has_a_receipt", of, f"order {reference}", "was paid without a receipt")


def find_miscounted_credits(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield orders that were credited another amount than their credit notes come to (rule M35)."""
    orders = _of(Order.objects.order_by("pk"), business_id)
    counted = orders.annotate(noted=Coalesce(Sum("credit_notes__amount"), 0))
    for order in counted.exclude(credited=F("noted")):
        words = f"says {order.credited} credited, its notes come to {order.noted}"
        yield Finding("credits_are_counted", order.business_id, f"order {order.reference}", words)


def find_miscounted_coupons(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield coupons whose used is not how many orders use them."""
    coupons = _of(Coupon.objects.order_by(), business_id)
    counted = coupons.annotate(orders=Count("uses")).exclude(used=F("orders"))
    for pk, of, said, orders in counted.values_list("pk", "business_id", "used", "orders"):
        words = f"says {said}, {orders} orders use it"
        yield Finding("coupons_are_counted", of, f"coupon {pk}", words)


def find_miscounted_refunds(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield payments whose refunded, or whose excess, is not what their refunds come to."""
    alive = ~Q(refunds__status=Refund.Status.FAILED)
    counted = _of(Payment.objects.order_by(), business_id).annotate(
        went=Coalesce(Sum("refunds__amount", filter=alive), 0),
        beyond=Coalesce(Sum("refunds__excess", filter=alive), 0),
    )
    wrong = counted.exclude(refunded=F("went"), excess=F("beyond"))
    for it in wrong:
        words = f"says {it.refunded} ({it.excess} too much), refunds are {it.went} ({it.beyond})"
        yield Finding("refunds_are_counted", it.business_id, f"payment {it.pk}", words)


def find_miscounted_lines(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield lines whose refunded is not what refunds are for them, and refunds for more than they
    are."""
    alive = ~Q(refunds__refund__status=Refund.Status.FAILED)
    lines = OrderLine.objects.order_by()
    if business_id is not None:
        lines = lines.filter(order__business_id=business_id)
    counted = lines.annotate(went=Coalesce(Sum("refunds__amount", filter=alive), 0))
    for of, pk, said, went in counted.exclude(refunded=F("went")).values_list(
        "order__business_id", "pk", "refunded", "went"
    ):
        words = f"says {said}, refunds for it are {went}"
        yield Finding("lines_are_counted", of, f"order line {pk}", words)
    refunds = _of(Refund.objects.order_by(), business_id).annotate(split=Sum("lines__amount"))
    for of, pk in refunds.filter(split__gt=F("amount")).values_list("business_id", "pk"):
        yield Finding("lines_are_counted", of, f"refund {pk}", "its lines are more than it is")


def _of(rows: QuerySet[Row], business_id: int | None) -> QuerySet[Row]:
    return rows if business_id is None else rows.filter(business_id=business_id)
