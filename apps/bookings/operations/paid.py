"""What a booking is told of its money, and whether its plan pays at another time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.bookings.cancellation import UNDO_CANCELLATION
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.errors import PlanDoesNotPay
from apps.bookings.operations.transitions import Actor, record_transition
from apps.bookings.plan_uses import Span, plan_limits_of
from apps.bookings.states import UNDO_WINDOW

Action = BookingEvent.Action
ENDED = (Booking.Status.CANCELED, Booking.Status.DECLINED)
"""Their mails wait for the undo window: that their money goes back is told after them."""


@dataclass(frozen=True, slots=True)
class MoneyOfBooking:
    """What an order says of its booking, in minor units: paid came and did not go back, returned
    came and went back, authorized is on a card and not taken."""

    payment_status: str
    paid: int
    returned: int = 0
    authorized: int = 0


def note_price(*, booking: Booking, price: int, actor: Actor, now: datetime) -> None:
    """Write into a locked booking that it costs less now, because a code was used; minor units."""
    if booking.price != price:
        record_transition(
            booking, action=Action.PRICED, actor=actor, now=now, columns={"price": price}
        )


def note_plan(*, booking: Booking, price: int, actor: Actor, now: datetime) -> None:
    """Write into a locked booking that a plan pays for it; price is what is left for extras, in
    minor units."""
    option = Booking.PaymentOption.MEMBERSHIP.value
    columns = {"price": price, "payment_option": option}
    record_transition(booking, action=Action.BY_PLAN, actor=actor, now=now, columns=columns)


def note_money(
    *,
    booking: Booking,
    money: MoneyOfBooking,
    actor: Actor,
    now: datetime,
    action: BookingEvent.Action | None = None,
) -> None:
    """Write into a locked booking what its order says of the money.

    History tells of money that moves, so what is authorized leaves no line there, nor does a bill
    that is settled, or open again, because its price has changed. action says why it moved; None
    where it simply came or went.
    """
    quiet: dict[str, Any] = {"authorized": money.authorized, "returned": money.returned}
    stays = booking.paid == money.paid
    if stays and booking.status != Booking.Status.CREATED:
        quiet["payment_status"] = money.payment_status
    if any(getattr(booking, name) != value for name, value in quiet.items()):
        for name, value in quiet.items():
            setattr(booking, name, value)
        Booking.objects.filter(pk=booking.pk).update(**quiet)
    if stays or booking.status == Booking.Status.CREATED:
        return
    went = Action.REFUNDED if money.paid < booking.paid else Action.PAID
    record_transition(
        booking,
        action=action or went,
        actor=actor,
        now=now,
        columns={"payment_status": money.payment_status, "paid": money.paid},
        delay=UNDO_WINDOW if action is None and booking.status in ENDED else timedelta(0),
    )


def note_owed(*, booking: Booking, price: int) -> None:
    """Write what a locked booking costs after what is taken off it (minor units), into the booking
    and into the line of history that this transaction has just written: it tells what is owed."""
    line = booking.history.latest("revision")
    if "price" in line.after:
        line.after["price"] = price
        line.save(update_fields=["after"])
    booking.price = price
    if not price:
        booking.payment_status = Booking.PaymentStatus.EXEMPT
    booking.save(update_fields=["price", "payment_status"])


def note_kept(*, booking: Booking, amount: int, actor: Actor, now: datetime) -> None:
    """Write into the history of a locked booking that the team decided to keep an amount (minor
    units) that might have gone back; its customer is told."""
    said = {"kept": str(amount)}
    record_transition(booking, action=Action.KEPT, actor=actor, now=now, columns={}, said=said)


def note_fee(
    *,
    booking: Booking,
    fee: int,
    action: BookingEvent.Action,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Write into a locked booking what its customer is charged for not coming, or for cancelling
    late (minor units), and why that changed. Of a no-show they hear after ten minutes: it may be
    taken back."""
    delay = UNDO_CANCELLATION if action == Action.NO_SHOW else timedelta(0)
    columns = {"cancellation_fee": fee}
    record_transition(
        booking,
        action=action,
        actor=actor,
        now=now,
        columns=columns,
        reason=reason,
        delay=delay,
    )


def note_asked_to_pay(*, booking: Booking, actor: Actor, now: datetime) -> None:
    """Write into the history of a locked booking that its customer is asked to pay what they owe;
    they are sent a link."""
    record_transition(booking, action=Action.ASKED_TO_PAY, actor=actor, now=now, columns={})


def note_let_go(*, booking: Booking, now: datetime) -> None:
    """Write into the history of a locked request or confirmed booking that its bank let go what was
    authorized, or did not let it be taken; its customer is told."""
    if booking.status in (Booking.Status.PENDING, Booking.Status.CONFIRMED):
        record_transition(booking, action=Action.LET_GO, actor=Actor.system(), now=now, columns={})


def require_paid_then(booking: Booking, *, times: Sequence[Span], is_team: bool) -> None:
    """Let a locked booking go only to times that its plan pays for too (UTC). The team may go
    beyond the end of a plan, and not to where its one person is already (rule M16).

    The plan is locked last, as wherever one pays.

    Raises:
        PlanDoesNotPay: as its name says.
    """
    limits = plan_limits_of(booking, locks=True)
    if limits.is_taken(times) if is_team else not limits.allow(times):
        raise PlanDoesNotPay
