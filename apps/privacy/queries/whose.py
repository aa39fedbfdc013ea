"""What is of one address at one business, table by table; and what stands in the way of erasing
it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from apps.bookings.models import Booking
from apps.bookings.queries.ahead import still_ahead
from apps.checkout.models import GiftCard, Order, Payment, PlanPurchase, Refund
from apps.checkout.models.payment import UNDECIDED
from apps.customers.models import Customer

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Whose:
    """Keys of what is one contact's; email is in lower case, "" where only bookings are meant."""

    business_id: int
    email: str
    booking_ids: Sequence[int]
    plan_ids: Sequence[int] = ()


def whose(*, business_id: int, email: str, customer: Customer | None) -> Whose:
    """Find what is of an address (lower case) at a business, and of the contact who has it, where
    there is one. Two queries."""
    bookings = Booking.objects.filter(bookings_of(customer, email), business=business_id)
    plans = customer.plans.order_by("pk").values_list("pk", flat=True) if customer else []
    return Whose(
        business_id=business_id,
        email=email,
        booking_ids=list(bookings.order_by("pk").values_list("pk", flat=True)),
        plan_ids=list(plans),
    )


def bookings_of(customer: Customer | None, email: str) -> Q:
    """Their bookings, and drafts that were only begun with their address."""
    drafts = Q(status=Booking.Status.CREATED) & (
        Q(contact_email=email) | Q(draft_text__email=[email])
    )
    return drafts if customer is None else Q(customer=customer) | drafts


def rows_of(table: str, whose: Whose) -> QuerySet[Model]:
    """The rows of a table that are theirs by what they booked or bought.

    Raises:
        KeyError: nobody has said how rows of this table belong to anybody.
    """
    rows: QuerySet[Model] = apps.get_model(table)._default_manager.all()
    return rows.filter(_paths(whose)[table])


def _paths(whose: Whose) -> dict[str, Q]:
    booked, plans = whose.booking_ids, whose.plan_ids
    paid = Q(order__booking__in=booked) | Q(order__purchase__in=plans)
    refunded = Q(payment__order__booking__in=booked) | Q(payment__order__purchase__in=plans)
    return {
        "bookings.Booking": Q(pk__in=booked),
        "messages.Message": Q(booking__in=booked),
        "checkout.PlanPurchase": Q(pk__in=plans),
        "checkout.CreditEntry": Q(purchase__in=plans) | Q(booking__in=booked),
        "checkout.Payment": paid,
        "checkout.Refund": refunded,
        "checkout.CouponUse": Q(order__booking__in=booked) | Q(order__purchase__in=plans),
    }


def cards_of(*, business_id: int, email: str) -> QuerySet[GiftCard]:
    """The gift cards of a business that an address bought or was given, unpaid ones too; none of
    no address."""
    if not email:
        return GiftCard.objects.none()
    mine = Q(buyer_email=email) | Q(to_email=email)
    return GiftCard.objects.filter(mine, business_id=business_id)


@dataclass(frozen=True, slots=True)
class InTheWay:
    """What has to end before somebody can be erased: bookings (as rows, the soonest first), names
    of plans that are live, whether money is on its way, and whether a fee is still owed."""

    bookings: Sequence[Booking]
    plans: Sequence[str]
    has_money_on_its_way: bool
    owes_fee: bool = False

    def __bool__(self) -> bool:
        return bool(self.bookings or self.plans or self.has_money_on_its_way or self.owes_fee)


def find_in_the_way(
    *, business_id: int, email: str, customer: Customer | None, now: datetime
) -> InTheWay:
    """Find what has to end first. Six queries."""
    mine = Booking.objects.filter(bookings_of(customer, email), business=business_id)
    ahead = mine.filter(still_ahead(now=now)).select_related("business").order_by("starts_at")
    live = PlanPurchase.objects.filter(customer=customer, status__in=PlanPurchase.LIVE)
    return InTheWay(
        bookings=list(ahead[:MOST_SHOWN]),
        plans=list(live.order_by("pk").values_list("name", flat=True)[:MOST_SHOWN]),
        has_money_on_its_way=_has_money_on_its_way(business_id, email, customer),
        owes_fee=_owes_fee(customer),
    )


def _owes_fee(customer: Customer | None) -> bool:
    """Whether a fee is neither paid nor waived: who left now could never be asked for it."""
    unpaid = (Order.PaymentStatus.NOT_PAID, Order.PaymentStatus.PARTIALLY_PAID)
    asked = Order.objects.filter(fee__gt=0, payment_status__in=unpaid)
    return customer is not None and asked.filter(booking__customer=customer).exists()


def _has_money_on_its_way(business_id: int, email: str, customer: Customer | None) -> bool:
    """A payment that nobody knows the end of, or that is only held; or a refund that has not
    arrived: each still needs somebody to be told."""
    theirs = Q(order__gift_card__in=cards_of(business_id=business_id, email=email))
    if customer is not None:
        theirs |= Q(order__booking__customer=customer) | Q(order__purchase__customer=customer)
    return is_on_its_way(Payment.objects.filter(theirs, business=business_id))


def is_on_its_way(payments: QuerySet[Payment]) -> bool:
    """Whether the end of one of these is not known yet, or money of it goes back. Two queries."""
    open_ones = payments.filter(status__in=(*UNDECIDED, Payment.Status.AUTHORIZED))
    if open_ones.exclude(kind=Payment.Kind.GIFT).exists():
        return True
    waiting = Q(status=Refund.Status.PENDING) | Q(
        status=Refund.Status.FAILED, decided_at__isnull=True
    )
    return Refund.objects.filter(waiting, payment__in=payments).exists()
