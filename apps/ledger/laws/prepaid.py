"""Do plans and gift cards have what their ledgers say? (rule M16)"""

from collections.abc import Iterator

from django.db.models import (
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, Greatest

from apps.bookings.models import Booking
from apps.checkout.models import CreditEntry, GiftCard, GiftEntry, Order, Payment, PlanPurchase
from apps.checkout.plans import visits_for
from apps.checkout.queries.passes import terms_of_plan
from apps.ledger.finding import Finding

BEGINNINGS = (CreditEntry.Kind.BOUGHT, CreditEntry.Kind.RENEWED)
PAID = Order.PaymentStatus.PAID
HOLDING = (Payment.Status.PENDING, Payment.Status.AUTHORIZED, Payment.Status.PAID)
"""As long as a payment stands so, its money is off the card."""
STANDING = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


def find_miscounted_plans(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield plans whose balance is not what their entries come to, and those that have more periods
    than were placed, or fewer than were paid for and kept."""
    yield from _miscounted_periods(business_id)
    plans = PlanPurchase.objects.filter(balance__isnull=False).order_by()
    if business_id is not None:
        plans = plans.filter(business_id=business_id)
    counted = plans.annotate(sum=Coalesce(Sum("entries__amount"), 0)).exclude(balance=F("sum"))
    for of, reference, said, came in counted.values_list(
        "business_id", "reference", "balance", "sum"
    ):
        yield Finding("plans_are_counted", of, f"plan {reference}", f"says {said}, lines {came}")


def _miscounted_periods(business_id: int | None) -> Iterator[Finding]:
    plans = PlanPurchase.objects.exclude(status=PlanPurchase.Status.DRAFT)
    if business_id is not None:
        plans = plans.filter(business_id=business_id)
    begun = Count("entries", distinct=True, filter=Q(entries__kind__in=BEGINNINGS))
    placed = Count("orders", distinct=True, filter=Q(orders__status=Order.Status.APPROVED))
    paid = Count("orders", distinct=True, filter=Q(orders__payment_status=PAID))
    counted = plans.order_by("pk").annotate(begun=begun, placed=placed, paid=paid)
    for plan in counted.iterator(chunk_size=500):
        periods = plan.begun + (plan.opens_at is not None)
        if not plan.paid <= periods <= plan.placed:
            words = f"has {periods} periods, {plan.placed} were placed and {plan.paid} are paid"
            where = f"plan {plan.reference}"
            yield Finding("periods_are_paid_for", plan.business_id, where, words)


def find_wrong_uses(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield uses of plans that took another number of visits than the booking has people, and
    visits that came back in another number than they went."""
    uses = CreditEntry.objects.filter(kind=CreditEntry.Kind.USED)
    if business_id is not None:
        uses = uses.filter(purchase__business_id=business_id)
    came_back = CreditEntry.objects.filter(kind=CreditEntry.Kind.RETURNED)
    back: dict[int | None, int] = dict(came_back.values_list("booking_id", "amount"))
    resized = CreditEntry.objects.filter(kind=CreditEntry.Kind.RESIZED).values("booking_id")
    since: dict[int | None, int] = dict(
        resized.annotate(n=Sum("amount")).order_by().values_list("booking_id", "n")
    )
    rows = uses.select_related("purchase", "booking").prefetch_related("purchase__services")
    for use in rows.order_by("pk").iterator(chunk_size=500):
        where = f"plan {use.purchase.reference}"
        returned, used = back.get(use.booking_id), -use.amount - since.get(use.booking_id, 0)
        if returned is not None and returned != used:
            words = f"{returned} came back of {used}"
            yield Finding("visits_come_back_whole", use.purchase.business_id, where, words)
        if use.booking is None:
            continue
        terms = terms_of_plan(use.purchase, now=use.at)
        wanted = visits_for(terms, people=use.booking.party_size)
        if used != wanted:
            words = f"{used} visits for {use.booking.party_size} people"
            yield Finding("visits_are_people", use.purchase.business_id, where, words)


def find_visits_for_nothing(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield bookings that say a plan paid for them while none did, visits that came back without
    having been used, and visits that came back while their booking stands."""
    used = CreditEntry.objects.filter(kind=CreditEntry.Kind.USED, booking=OuterRef("pk"))
    by_plan = Booking.objects.filter(~Exists(used), payment_option=Booking.PaymentOption.MEMBERSHIP)
    back = CreditEntry.objects.filter(kind=CreditEntry.Kind.RETURNED).exclude(
        booking__credits__kind=CreditEntry.Kind.USED
    )
    standing = CreditEntry.objects.filter(
        kind=CreditEntry.Kind.RETURNED, booking__status__in=STANDING
    )
    if business_id is not None:
        by_plan = by_plan.filter(business_id=business_id)
        back = back.filter(purchase__business_id=business_id)
        standing = standing.filter(purchase__business_id=business_id)
    for of, reference in by_plan.values_list("business_id", "reference"):
        yield Finding("a_plan_pays_by_its_lines", of, f"booking {reference}", "no plan was used")
    for of, reference in back.values_list("purchase__business_id", "purchase__reference"):
        words = "a visit came back that was never used"
        yield Finding("visits_come_back_whole", of, f"plan {reference}", words)
    for of, reference in standing.values_list("purchase__business_id", "booking__reference"):
        words = "the visit went back and the booking stands"
        yield Finding("a_plan_pays_by_its_lines", of, f"booking {reference}", words)


def find_miscounted_gift_cards(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield gift cards whose balance is not what their entries come to, payments of cards that hold
    or took another amount than the card gave, and bills of which cards pay more than all."""
    cards = GiftCard.objects.order_by()
    if business_id is not None:
        cards = cards.filter(business_id=business_id)
    counted = cards.annotate(sum=Coalesce(Sum("entries__amount"), 0)).exclude(balance=F("sum"))
    for of, reference, said, came in counted.values_list(
        "business_id", "reference", "balance", "sum"
    ):
        yield Finding("gift_cards_are_counted", of, f"card {reference}", f"says {said}, is {came}")
    payments = Payment.objects.filter(kind=Payment.Kind.GIFT)
    if business_id is not None:
        payments = payments.filter(business_id=business_id)
    held = Q(status__in=HOLDING)
    yield from _gifts_let_go(payments)
    yield from _bills_overpaid_by_cards(business_id)
    for payment in payments.filter(held).iterator(chunk_size=500):
        gave = -sum(it.amount for it in payment.gift_entries.all())
        if gave != payment.amount - payment.refunded:
            words = f"has {payment.amount - payment.refunded}, the card gave {gave}"
            yield Finding("gifts_pay_once", payment.business_id, f"payment {payment.pk}", words)


def _gifts_let_go(payments: QuerySet[Payment]) -> Iterator[Finding]:
    """Payments of cards that came to nothing, and of which not all is back on the card."""
    over = payments.exclude(status__in=HOLDING).annotate(
        gave=Coalesce(Sum("gift_entries__amount"), 0)
    )
    for payment in over.exclude(gave=0).order_by("pk"):
        words = f"came to nothing, the card gave {-payment.gave}"
        yield Finding("gifts_come_back", payment.business_id, f"payment {payment.pk}", words)


def _bills_overpaid_by_cards(business_id: int | None) -> Iterator[Finding]:
    """Orders of which cards hold, have authorized or took more than they cost."""
    held = Q(payments__kind=Payment.Kind.GIFT, payments__status__in=HOLDING)
    by_cards = Sum(F("payments__amount") - F("payments__refunded"), filter=held)
    orders = Order.objects.annotate(by_cards=by_cards).filter(
        by_cards__gt=F("total") - F("credited")
    )
    if business_id is not None:
        orders = orders.filter(business_id=business_id)
    for order in orders.order_by("pk"):
        words = f"cards pay {order.by_cards} of {order.price}"
        where = f"order {order.reference}"
        yield Finding("gifts_pay_no_more_than_the_bill", order.business_id, where, words)


def find_uncovered_gift_cards(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield gift cards that hold and have used more than what is kept of their purchase, without
    the team being told of it, and cards that hold what was told to be gone (rule M31). Counted by
    the database, apart from the rule that the cards follow."""
    lines = GiftEntry.objects.filter(card=OuterRef("pk")).order_by().values("card")
    money = Payment.objects.filter(order__gift_card=OuterRef("pk")).order_by()
    spent = Q(kind__in=(GiftEntry.Kind.USED, GiftEntry.Kind.RETURNED))
    put_on = Q(kind=GiftEntry.Kind.ADJUSTED)
    kept = money.values("order__gift_card").annotate(n=Sum(F("captured") - F("refunded")))
    cards = GiftCard.objects.exclude(status=GiftCard.Status.DRAFT).order_by("pk")
    if business_id is not None:
        cards = cards.filter(business_id=business_id)
    counted = cards.annotate(
        used=Coalesce(Subquery(lines.annotate(n=-Sum("amount", filter=spent)).values("n")), 0),
        put=Greatest(
            Coalesce(Subquery(lines.annotate(n=Sum("amount", filter=put_on)).values("n")), 0), 0
        ),
        kept=Greatest(
            Coalesce(Subquery(kept.values("n")), F("value"), output_field=IntegerField()), 0
        ),
    ).annotate(
        covered=ExpressionWrapper(
            F("kept") + F("put") + F("written_off"), output_field=IntegerField()
        )
    )
    wrong = Q(covered__lt=F("balance") + F("used") - F("uncovered")) | Q(
        uncovered__gt=0, balance__gt=F("put")
    )
    for card in counted.filter(wrong).iterator(chunk_size=500):
        words = f"holds {card.balance}, used {card.used}, {card.covered} are covered"
        where = f"card {card.reference}"
        yield Finding("gift_cards_are_covered", card.business_id, where, words)
