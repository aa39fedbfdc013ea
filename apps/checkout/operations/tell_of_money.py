"""Who waits for money reads what becomes of it (rules M30, M32). Of a booking its history tells."""

from collections.abc import Sequence
from datetime import datetime

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import GiftCard, Payment, PlanPurchase, Refund
from apps.checkout.operations.gift_money import tell_of_gift
from apps.checkout.operations.orders import Subject
from apps.outbox import operations as outbox

PLAN_TOPIC = "plans.told"


def tell_of_refusal(subject: Subject, refund: Refund, *, now: datetime) -> None:
    """Say that a refund did not go."""
    _tell(subject, "NOT_REFUNDED", amount=refund.amount, key=f"refused:{refund.pk}", now=now)


def tell_of_refunds(subject: Subject, refunds: Sequence[Refund], *, now: datetime) -> None:
    """Say what goes back by itself, and what the team gave back in person."""
    ways: dict[str, list[Refund]] = {}
    for it in refunds:
        by_hand = it.by_hand or it.payment.kind == Payment.Kind.IN_PERSON
        ways.setdefault("HANDED_BACK" if by_hand else "REFUNDED", []).append(it)
    for what, those in ways.items():
        amount, key = sum(it.amount for it in those), f"refunded:{those[0].pk}"
        _tell(subject, what, amount=amount, key=key, now=now)


def tell_of_kept(
    subject: Subject, refused: Refund, *, amount: int, by: TeamMember, now: datetime
) -> None:
    """Say that the team keeps an amount (minor units) that had been refused."""
    if isinstance(subject, Booking):
        bookings.note_kept(booking=subject, amount=amount, actor=Actor.of(by), now=now)
    _tell(subject, "KEPT", amount=amount, key=f"kept:{refused.pk}", now=now)


def _tell(subject: Subject, what: str, *, amount: int, key: str, now: datetime) -> None:
    """Who bought a card at the desk may have left no address."""
    if isinstance(subject, PlanPurchase):
        tell_of_plan(subject, what, amount=amount, now=now, key=key)
    if isinstance(subject, GiftCard) and subject.buyer_email:
        tell_of_gift(card=subject, what=what, amount=amount, now=now, key=key)


def tell_of_plan(
    purchase: PlanPurchase, what: str, *, now: datetime, key: str = "", amount: int = 0
) -> None:
    """Have the worker write to the plan's customer: BOUGHT, RENEWED, UNPAID, LINK, or of an amount
    (minor units) that is REFUNDED, HANDED_BACK, NOT_REFUNDED or KEPT; once for each key."""
    outbox.enqueue(
        topic=PLAN_TOPIC,
        payload={"purchase_id": purchase.pk, "what": what, "amount": amount},
        business_id=purchase.business_id,
        now=now,
        key=key,
    )
