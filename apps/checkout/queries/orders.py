"""What an order says of its money."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.operations import MoneyOfBooking
from apps.checkout.models import (
    UNDECIDED,
    GiftCard,
    Order,
    Payment,
    PlanPurchase,
    Refund,
)
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.stranded import let_go_of
from apps.checkout.states import (
    Flow,
    PaymentStatus,
    Settlement,
    Share,
    balance,
    booking_status,
    payment_status,
    settle_cancelled,
    split,
)
from apps.kernel.money import unit_of


def flows_of(payments: Iterable[Payment]) -> list[Flow]:
    """The payments of one order as plain numbers."""
    return [
        Flow(
            it.captured,
            it.refunded,
            is_open=it.status in UNDECIDED,
            authorized=it.authorized,
            excess=it.excess,
        )
        for it in payments
    ]


def status_of(order: Order, payments: Sequence[Payment]) -> PaymentStatus:
    """What the payment status of an order has to be."""
    return payment_status(total=order.bill, flows=flows_of(payments))


def money_of_booking(order: Order, payments: Sequence[Payment]) -> MoneyOfBooking:
    """What the booking behind an order has to say of its money."""
    status = status_of(order, payments)
    return MoneyOfBooking(
        payment_status=booking_status(status, total=order.bill),
        paid=max(0, sum(it.captured - it.refunded for it in payments)),
        returned=sum(it.refunded - it.excess for it in payments),
        authorized=sum(it.authorized for it in payments),
    )


def refundable_of(payments: Sequence[Payment], *, by_itself: bool = False) -> list[Share]:
    """What is left of each payment, the newest first; money in person that was a mistake never came
    and cannot go back. The entries against it come joined. by_itself: only what goes back without
    anybody handing it over."""
    by_hand = {Payment.Kind.IN_PERSON.value} if by_itself else set()
    return [
        (it.pk, it.captured - it.refunded)
        for it in sorted(payments, key=lambda it: -it.pk)
        if not hasattr(it, "reversed_by") and it.kind not in by_hand
    ]


def settlement_of(*, booking: Booking, fee: int) -> Settlement:
    """What becomes of a booking's money when its customer cancels it for this fee (rule M33)."""
    parts: list[Share] = []
    if booking.paid:
        payments = Payment.objects.filter(order__booking=booking).select_related("reversed_by")
        parts = refundable_of(list(payments), by_itself=True)
    by_itself = sum(part for _pk, part in parts)
    return settle_cancelled(paid=booking.paid, by_itself=by_itself, fee=fee)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a refund would do: online goes back the way it came, in_person by hand; stays is what
    is left with the business after it. Minor units."""

    amount: int
    online: int
    in_person: int
    stays: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an order's money: a payment (amount above 0) or what went back (below).

    can_undo: money taken in person that nobody has taken back yet.
    """

    payment: Payment | None
    refund: Refund | None
    amount: int
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class PaymentSummary:
    """An order with its lines and its money, in minor units of its currency. authorized is on a
    card and not taken; receipt is the number of its receipt ("2026-00017"), "" while no money
    came."""

    order: Order
    entries: tuple[Entry, ...]
    paid: int
    refunded: int
    balance: int
    authorized: int = 0
    receipt: str = ""

    @property
    def refundable(self) -> int:
        return self.paid - self.refunded

    @property
    def state_words(self) -> str:
        """How the money of the order stands, as in the list of orders."""
        unclear = (it.payment.status == Payment.Status.UNCLEAR for it in self.entries if it.payment)
        return state_words(self.order, is_unclear=any(unclear), is_authorized=self.authorized > 0)

    @property
    def owes_all(self) -> bool:
        """Whether it is placed, nothing of it was paid or is on its way, and it costs something."""
        payments = [it.payment for it in self.entries if it.payment]
        online = Payment.Kind.ONLINE
        is_open = any(it.kind == online and it.status in UNDECIDED for it in payments)
        is_placed = self.order.status == Order.Status.APPROVED
        return is_placed and self.balance > 0 and not (self.paid or self.authorized or is_open)

    @property
    def owes_fee(self) -> bool:
        """Whether a fee was charged and is not paid, or not all of it."""
        return self.order.fee is not None and self.balance > 0

    @property
    def authorized_by_gift(self) -> int:
        """What of authorized is on a gift card."""
        payments = (it.payment for it in self.entries if it.payment)
        return sum(it.authorized for it in payments if it.kind == Payment.Kind.GIFT)

    @property
    def let_go(self) -> int:
        """What was authorized, was let go by the bank, and was not paid since."""
        return let_go_of(self.order, (it.payment for it in self.entries if it.payment))

    @property
    def by_hand(self) -> int:
        """What of the refunds the team handed over: of money that had come in person, or that the
        provider had refused to give back."""
        done = (it.refund for it in self.entries if it.refund and _is_by_hand(it.refund))
        return sum(it.amount - it.excess for it in done)

    @property
    def has_details(self) -> bool:
        """Whether its lines say more than its total."""
        lines = self.order.lines.all()
        is_changed = len(lines) > 1 or self.order.credited
        return bool(is_changed) or any(line.refunded or line.discount for line in lines)

    @property
    def tax(self) -> int:
        """The tax in what the order costs by now: that of its lines less that of credit notes."""
        return self.order.tax - sum(it.tax for it in self.order.credit_notes.all())

    def effect_of(self, amount: int) -> Effect:
        """What giving this amount back would do."""
        payments = [it.payment for it in self.entries if it.payment]
        at_desk = {it.pk for it in payments if it.kind == Payment.Kind.IN_PERSON}
        parts = split(amount, over=refundable_of(payments))
        in_person = sum(part for pk, part in parts if pk in at_desk)
        return Effect(amount, amount - in_person, in_person, self.refundable - amount)


@dataclass(frozen=True, slots=True)
class Payer:
    """Who an order is for, and what it is known by: of is "BOOKING", "PLAN" or "GIFT_CARD"."""

    reference: str
    name: str
    of: str


def payer_of(order: Order) -> Payer:
    """Return whose order it is; without a query when what it is for was read along."""
    if order.booking is not None:
        booking = order.booking
        name = booking.contact_name or (booking.customer.name if booking.customer else "")
        return Payer(booking.reference, name, "BOOKING")
    if order.purchase is not None:
        return Payer(order.purchase.reference, order.purchase.customer.name, "PLAN")
    card = order.gift_card
    return Payer(card.reference, card.buyer_name, "GIFT_CARD") if card else NOBODY


NOBODY = Payer("", "", "")
PAYER = ("booking__customer", "purchase__customer", "gift_card")
"""What ``payer_of`` reads along, as names for select_related of an order."""


def find_payment_summary(*, booking: Booking) -> PaymentSummary | None:
    """Read the order of a booking; None where no money has been spoken of yet. Five queries."""
    orders = _orders().filter(booking=booking)
    return next(iter(_summaries(orders)), None)


def list_payment_summaries(*, purchase: PlanPurchase) -> list[PaymentSummary]:
    """Read the orders of a plan that were placed, the newest first; as many queries for each
    number of them."""
    orders = _orders().filter(purchase=purchase)
    return _summaries(orders.exclude(status=Order.Status.CANCELED).order_by("-pk"))


def find_card_summary(*, card: GiftCard) -> PaymentSummary | None:
    """Read the order with which a gift card was bought."""
    orders = _orders().filter(gift_card=card)
    return next(iter(_summaries(orders)), None)


def _orders() -> QuerySet[Order]:
    return Order.objects.select_related("receipt").prefetch_related("lines", "credit_notes")


def _summaries(found: QuerySet[Order]) -> list[PaymentSummary]:
    """Five queries at most, one when there is no order."""
    orders = list(found)
    if not orders:
        return []
    ids = [order.pk for order in orders]
    payments: dict[int, list[Payment]] = {pk: [] for pk in ids}
    refunds: dict[int, list[Refund]] = {pk: [] for pk in ids}
    for payment in (
        Payment.objects.filter(order__in=ids).select_related("reversed_by").order_by("pk")
    ):
        payments[payment.order_id].append(payment)
    for refund in (
        Refund.objects.filter(payment__order__in=ids).select_related("payment").order_by("pk")
    ):
        refunds[refund.payment.order_id].append(refund)
    return [_summary(order, payments[order.pk], refunds[order.pk]) for order in orders]


def _summary(
    order: Order, payments: Sequence[Payment], refunds: Sequence[Refund]
) -> PaymentSummary:
    flows = flows_of(payments)
    return PaymentSummary(
        order=order,
        entries=(*map(_payment, payments), *map(_refund, refunds)),
        paid=sum(flow.captured for flow in flows),
        refunded=sum(flow.refunded for flow in flows),
        balance=balance(total=order.bill, flows=flows),
        authorized=sum(flow.authorized for flow in flows),
        receipt=receipt_of(order),
    )


def state_words(order: Order, *, is_unclear: bool, is_authorized: bool) -> str:
    """Word how the money of an order stands. Another amount than was asked for has come: nobody
    waits for that payment any more, and it is not counted as paid."""
    if is_unclear:
        return str(Payment.Status.UNCLEAR.label)
    if is_authorized:
        return str(Payment.Status.AUTHORIZED.label)
    if not order.bill and order.payment_status == Order.PaymentStatus.NOT_PAID:
        return _("Free")
    return str(order.get_payment_status_display())


def waits_for_a_yes(booking: Booking) -> bool:
    """Whether the team has not answered yet, so that no money may be taken (ADR 16)."""
    return booking.status == Booking.Status.PENDING and booking.was_asked_for


def smallest_part(currency: str) -> int:
    """The least that is paid online of a bill that may be paid in parts, in minor units: one main
    unit, or what the provider takes."""
    provider = provider_in_use()
    return max(unit_of(currency), provider.bounds(currency).least if provider else 0)


def released_of(*, booking: Booking) -> int:
    """What was authorized for a booking that is over, and was never taken, in minor units. Where
    other money came, only what is authorized until now: what was let go before was paid since."""
    found = Payment.objects.filter(order__booking=booking, order__status=Order.Status.APPROVED)
    of_order = list(found.order_by("pk"))
    payments = [it for it in of_order if it.captures_later]
    lets_go = {Payment.Status.AUTHORIZED, Payment.Status.CANCELED}
    if any(it.captured for it in of_order):
        lets_go = {Payment.Status.AUTHORIZED}
    online = [it for it in payments if it.kind != Payment.Kind.GIFT]
    gifts = [it for it in payments if it.kind == Payment.Kind.GIFT]
    return sum(it.amount for it in (*online[-1:], *gifts) if it.status in lets_go)


def authorized_by_gift(*, booking: Booking) -> int:
    """What of the money that is authorized for a booking, or was and is let go, a gift card pays,
    in minor units."""
    gifts = Payment.objects.filter(
        order__booking=booking, kind=Payment.Kind.GIFT, captures_later=True
    )
    lets_go = {Payment.Status.AUTHORIZED, Payment.Status.CANCELED}
    if booking.status in {Booking.Status.PENDING, Booking.Status.CONFIRMED}:
        lets_go = {Payment.Status.AUTHORIZED}
    return sum(gifts.filter(status__in=lets_go).values_list("amount", flat=True))


def owes_fee(*, booking: Booking) -> bool:
    """Whether the order of a booking asks for a fee, paid or not; one query."""
    return Order.objects.filter(booking=booking, fee__isnull=False).exists()


def fee_owed_of(*, booking: Booking) -> int:
    """What of the fee that the order of a booking asks for was not paid, in minor units; two
    queries."""
    order = Order.objects.filter(booking=booking, fee__isnull=False).first()
    if order is None:
        return 0
    return max(0, balance(total=order.bill, flows=flows_of(order.payments.all())))


def is_kept(*, booking: Booking) -> bool:
    """Whether the team decided to keep the money of a booking that is over; one query."""
    return Order.objects.filter(booking=booking, kept_at__isnull=False).exists()


def paid_in_ways(payments: Iterable[Payment]) -> list[tuple[str, int, int]]:
    """In which ways money came, how much of it, and how much of that went back, in minor units: by
    gift card, online, in person. A mistake and the entry against it come to nothing, and what was
    more than the bill paid for nothing of it (rule M8)."""
    found = {kind: [0, 0] for kind in ("GIFT", "ONLINE", "IN_PERSON")}
    for it in payments:
        found[it.kind][0] += it.captured - it.excess
        found[it.kind][1] += it.refunded - it.excess
    return [(kind, came, back) for kind, (came, back) in found.items() if came]


def came_at(*, booking: Booking) -> dict[datetime, list[tuple[str, int, int]]]:
    """The same for each moment (UTC) at which money of a booking came, with what of it was too
    much; one query."""
    payments = Payment.objects.filter(order__booking=booking, captured__gt=0)
    found: dict[datetime, list[tuple[str, int, int]]] = {}
    for it in payments.order_by("pk"):
        came = found.setdefault(it.settled_at or it.created_at, [])
        came.append((it.kind, it.captured, it.refunded))
    return found


def receipt_of(order: Order) -> str:
    """The number of an order's receipt, or ""; the receipt comes joined."""
    return str(getattr(order, "receipt", ""))


def _payment(payment: Payment) -> Entry:
    in_person = payment.kind == Payment.Kind.IN_PERSON and payment.captured > 0
    taken_back = hasattr(payment, "reversed_by") or payment.refunded > 0
    amount = payment.captured or payment.authorized
    return Entry(payment, None, amount, can_undo=in_person and not taken_back)


def _is_by_hand(refund: Refund) -> bool:
    return refund.by_hand or refund.payment.kind == Payment.Kind.IN_PERSON


def _refund(refund: Refund) -> Entry:
    return Entry(None, refund, -refund.amount)
