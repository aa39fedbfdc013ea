"""A draft is checked out: priced, ordered and paid; orders that nobody paid for are forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import SlotGone
from apps.catalog.queries import UnknownChoice, policy_of
from apps.checkout.models import UNDECIDED, Order, Payment
from apps.checkout.operations.errors import (
    CouponRefused,
    DetailsMissing,
    QuoteChanged,
    WayNotOffered,
)
from apps.checkout.operations.gift_money import SeenGift, hold_gift, let_gifts_go
from apps.checkout.operations.open_payment import PAY_WITHIN, new_payment, require_none_under_way
from apps.checkout.operations.orders import number_receipt, write_lines
from apps.checkout.operations.pay_online import begin_paying
from apps.checkout.operations.pay_with_plan import redeem
from apps.checkout.operations.promotions import give_coupon_back, use_coupon
from apps.checkout.operations.sync import approve
from apps.checkout.pricing import Quote, Way, choose_amount
from apps.checkout.queries.offers import asks_first, offer_of
from apps.checkout.queries.orders import money_of_booking, status_of
from apps.checkout.queries.promotions import Applied, booker
from apps.kernel.references import new_reference
from apps.outbox.sweeping import sweep

ORDER_LIFE = timedelta(hours=24)
ALIVE = (*UNDECIDED, Payment.Status.AUTHORIZED, Payment.Status.PAID)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page showed, in minor units, with the code that was used for it. purchase_id is the
    plan that pays, which has to be the customer's own: that is the caller's to know; gift is the
    card that pays a part.

    Any amount from due_now to most_now could be chosen; None where due_now was fixed.
    """

    total: int
    due_now: int
    code: str = ""
    most_now: int | None = None
    purchase_id: int | None = None
    gift: SeenGift | None = None

    @classmethod
    def of(cls, quote: Quote, *, code: str = "") -> "Seen":
        """What a page shows of a quote."""
        return cls(quote.total, quote.least_now, code, quote.most_now)

    @property
    def amounts(self) -> tuple[int, int, int]:
        return (self.total, self.due_now, self.due_now if self.most_now is None else self.most_now)


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """The booking, and where to pay; "" when there is nothing to pay now."""

    booking: Booking
    url: str


def check_out(
    *,
    draft_id: str,
    way: Way,
    seen: Seen,
    origin: str,
    now: datetime,
    amount: int | None = None,
) -> CheckedOut:
    """Place the order of a draft: book it at once when it is paid in person, else open a payment at
    the provider that ends with the hold (rules M6, M19).

    Sent again it leads to the same booking, or to the same payment (rule B6). origin is where the
    customer's browser found us ("https://book.example"): the provider sends it back there. amount
    is what the customer chose to pay now, where that is a choice (rule M5).

    Raises:
        DraftGone: there is no such draft.
        DetailsMissing, WayNotOffered: as their names say.
        QuoteChanged: the amounts are others than those that were seen.
        AmountRefused: the amount is not one that may be chosen.
        PaymentUnderWay: another amount, or another way, while a payment is open.
        CouponRefused: the code cannot be used any more.
        PlanRefused: the plan does not pay for this, or not any more.
        GiftRefused: the gift card has less on it than the page showed, or the order costs less.
        BookedOften: they have booked it as often as one customer may.
        SlotGone: the time went to somebody else.
        OpenRefused: the provider will never open this payment; it is given up.
        ProviderDown: the provider does not answer; nothing was paid.
        BusyTryAgain: the lock did not come in time.
    """
    booking, payment = _place_order(draft_id, way, seen, amount=amount, now=now)
    if payment is None:
        return CheckedOut(booking, "")
    return CheckedOut(
        booking, begin_paying(payment=payment, subject=booking, origin=origin, now=now)
    )


@transaction.atomic
def _place_order(
    draft_id: str, way: Way, seen: Seen, *, amount: int | None, now: datetime
) -> tuple[Booking, Payment | None]:
    booking = bookings.lock_draft(draft_id=draft_id)
    if booking.status != Booking.Status.CREATED:
        return booking, None
    if not booking.contact_name:
        raise DetailsMissing
    bookings.lock_counted(booking=booking, now=now)
    _require_room(booking, now=now)
    quote, applied = _quote(booking, way, seen, now=now)
    if amount is not None and way is Way.DEPOSIT:
        quote = choose_amount(quote, amount)
    order = _write_order(booking, way, quote, code=applied.code, now=now)
    if way is Way.PLAN:
        redeem(booking, purchase_id=seen.purchase_id or 0, now=now)
    use_coupon(order, booker(booking), applied, amount=quote.by_code, now=now)
    until = (booking.hold_expires_at or now) + PAY_WITHIN
    let_gifts_go(order, now=now, besides=seen.gift)
    gifts = [hold_gift(order, seen.gift, until=until, now=now)] if seen.gift else []
    left = max(0, order.due_now - sum(gift.amount for gift in gifts))
    if not left:
        require_none_under_way(order, now=now)
        _book_at_once(order, booking, gifts, way, now=now)
        return booking, None
    until = bookings.hold_again(booking=booking, now=now) or now + PAY_WITHIN
    Booking.objects.filter(pk=booking.pk).update(payment_option=Booking.PaymentOption.ONLINE)
    asks = asks_first(booking)
    return booking, new_payment(order, amount=left, until=until, now=now, captures_later=asks)


def _require_room(booking: Booking, *, now: datetime) -> None:
    """Ask again what was asked with the details: somebody may pay for several at once.

    Raises:
        BookedOften: they have booked it as often as they may.
    """
    bookings.require_may_book_again(
        booking=booking,
        policy=policy_of(service=booking.service),
        email=booking.customer.email if booking.customer else booking.contact_email,
        phone=booking.contact_phone,
        now=now,
    )


def _book_at_once(
    order: Order, booking: Booking, gifts: list[Payment], way: Way, *, now: datetime
) -> None:
    """Nothing is left to be paid online: with a plan, a gift card, or because it is paid there."""
    approve(order, booking, gifts, now=now)
    status = status_of(order, gifts)
    Order.objects.filter(pk=order.pk).update(payment_status=status.value)
    option = Booking.PaymentOption.ONLINE if gifts else Booking.PaymentOption.OFFLINE
    booking.price = order.total
    booking.save(update_fields=["price"])
    bookings.finish_draft(
        booking=booking,
        money=money_of_booking(order, gifts),
        payment_option=Booking.PaymentOption.MEMBERSHIP if way is Way.PLAN else option,
        now=now,
    )
    if any(gift.captured for gift in gifts):
        number_receipt(order, business=booking.business, now=now)


def _quote(booking: Booking, way: Way, seen: Seen, *, now: datetime) -> tuple[Quote, Applied]:
    try:
        by_plan = way is Way.PLAN
        code = "" if by_plan else seen.code
        offer = offer_of(booking=booking, code=code, has_plan=by_plan, now=now)
    except UnknownChoice as gone:
        raise SlotGone from gone
    if offer.applied.refused is not None:
        raise CouponRefused(offer.applied.refused, at=offer.applied.at)
    quote = offer.quotes.get(way)
    if quote is None:
        raise WayNotOffered
    if (quote.total, quote.least_now, quote.most_now) != seen.amounts:
        raise QuoteChanged(quote, seen=seen.total)
    return quote, offer.applied


def _write_order(booking: Booking, way: Way, quote: Quote, *, code: str, now: datetime) -> Order:
    """The one order of a booking, written anew as long as it is not approved."""
    columns = {
        "way": way.value,
        "status": Order.Status.INITIALIZED,
        "currency": quote.currency,
        "tax_rate": quote.tax_rate,
        "tax_included": quote.tax_included,
        "tax": quote.tax,
        "discount": quote.discount,
        "discount_name": quote.taken.name,
        "by_discount": quote.taken.amount,
        "coupon_code": code,
        "total": quote.total,
        "due_now": quote.due_now,
    }
    first = {"business_id": booking.business_id, "reference": new_reference(), "placed_at": now}
    order, _new = Order.objects.update_or_create(
        booking=booking, defaults=columns, create_defaults={**columns, **first}
    )
    write_lines(order, quote, title=booking.title)
    return order


def forget_abandoned_orders(*, now: datetime) -> int:
    """Delete orders of drafts that nobody paid for within 24 hours, and those of what was booked
    without them; return how many.

    Only where nothing came and nothing can come any more; the draft is then forgotten like any
    other, and what is booked is owed at its own price. Where the bank took another amount than was
    asked, the payment is all that tells of it: it stays, also when the team has seen to it.
    """
    left = Q(booking__status=Booking.Status.CREATED, placed_at__lte=now - ORDER_LIFE)
    passed_by = Q(booking__status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED))
    old = Order.objects.filter(left | passed_by, status=Order.Status.INITIALIZED).exclude(
        Q(payments__status__in=ALIVE) | Q(payments__told_amount__isnull=False)
    )
    return sweep(old, partial(_forget, now=now))


def has_brought_money(payment: Payment) -> bool:
    """Whether money came by a payment, of whatever amount."""
    return bool(payment.captured) or payment.told_amount is not None


@transaction.atomic
def _forget(order_id: int, *, now: datetime) -> bool:
    order = Order.objects.select_for_update().get(pk=order_id)
    payments = order.payments.select_for_update()
    if any(has_brought_money(it) or it.status in ALIVE for it in payments):
        return False
    Booking.objects.filter(order=order, status=Booking.Status.CREATED).update(
        payment_option=Booking.PaymentOption.UNDEFINED
    )
    give_coupon_back(order)
    let_gifts_go(order, now=now)
    order.payments.all().delete()
    order.delete()
    return True
