from datetime import datetime

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations._moves import Actor, write_move


def note_money(
    *,
    booking: Booking,
    payment_status: str,
    paid: int,
    kept_aside: int,
    is_refund: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Write into a locked booking what its order says of the money (domain.md 6.2); paid is what
    came and did not go back, kept_aside what is on a card and not taken, in minor units.

    History tells of money that moves, so what is kept aside leaves no line there.
    """
    if booking.kept_aside != kept_aside:
        booking.kept_aside = kept_aside
        Booking.objects.filter(pk=booking.pk).update(kept_aside=kept_aside)
    said = (booking.payment_status, booking.paid)
    if booking.status == Booking.Status.CREATED or said == (payment_status, paid):
        return
    action = BookingEvent.Action.REFUNDED if is_refund else BookingEvent.Action.PAID
    write_move(
        booking,
        action=action,
        actor=actor,
        now=now,
        columns={"payment_status": payment_status, "paid": paid},
    )
