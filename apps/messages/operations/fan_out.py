"""One event of a booking becomes one message per person who has to hear of it."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from apps.bookings.models import Booking, BookingEvent, WaitlistEntry
from apps.bookings.models.history import MOVES
from apps.bookings.queries.requests import is_before_the_team
from apps.messages.facts import Kind
from apps.messages.links import portal_host
from apps.messages.models import Message
from apps.messages.queries import list_team_addresses
from apps.outbox import operations as outbox

TOPICS = (
    "booking.confirmed",
    "booking.requested",
    "booking.declined",
    "booking.canceled",
    "booking.readdressed",
    "booking.waitlisted",
    "booking.offered",
    "booking.resized",
    "booking.messaged",
    "booking.moved",
    "booking.refunded",
    "booking.not_refunded",
    "booking.resolved",
    "booking.overdue",
    "booking.linked",
    "booking.let_go",
    "booking.kept",
    "booking.asked",
    "booking.move_asked",
    "booking.move_refused",
    "booking.move_overdue",
    "booking.move_lapsed",
    "booking.owed",
)
SEND_TOPIC = "mail.send"

CUSTOMER_KINDS = {
    BookingEvent.Action.BOOKED: Kind.BOOKED,
    BookingEvent.Action.REQUESTED: Kind.REQUESTED,
    BookingEvent.Action.CONFIRMED: Kind.CONFIRMED,
    BookingEvent.Action.DECLINED: Kind.DECLINED,
    BookingEvent.Action.CANCELED: Kind.CANCELED,
    BookingEvent.Action.WAITLISTED: Kind.WAITLISTED,
    BookingEvent.Action.OFFERED: Kind.OFFERED,
    BookingEvent.Action.MESSAGED: Kind.NOTE,
    BookingEvent.Action.REFUNDED: Kind.REFUNDED,
    BookingEvent.Action.NOT_REFUNDED: Kind.NOT_REFUNDED,
    BookingEvent.Action.HANDED_BACK: Kind.REFUNDED,
    BookingEvent.Action.KEPT: Kind.KEPT,
    BookingEvent.Action.MOVED: Kind.MOVED,
    BookingEvent.Action.OVERDUE: Kind.OVERDUE,
    BookingEvent.Action.LAPSED: Kind.DECLINED,
    BookingEvent.Action.LINKED: Kind.LINK,
    BookingEvent.Action.LET_GO: Kind.LET_GO,
    BookingEvent.Action.REZONED: Kind.MOVED,
    BookingEvent.Action.ASKED: Kind.ASKED,
    BookingEvent.Action.MOVE_ASKED: Kind.MOVE_ASKED,
    BookingEvent.Action.MOVE_REFUSED: Kind.MOVE_REFUSED,
    BookingEvent.Action.MOVE_LAPSED: Kind.MOVE_LAPSED,
    BookingEvent.Action.ASKED_TO_PAY: Kind.OWED,
    BookingEvent.Action.NO_SHOW: Kind.OWED,
    BookingEvent.Action.RESIZED: Kind.RESIZED,
}
KINDS_OF_A_STATUS = {
    Booking.Status.CONFIRMED.value: Kind.BOOKED,
    Booking.Status.PENDING.value: Kind.REQUESTED,
}
"""What is said once more, with what it is now: to a corrected address, or once it is resolved."""

WAITS = Booking.Status.WAITING_LIST.value
HEARS_OF_A_MOVE = {*KINDS_OF_A_STATUS, WAITS}
"""Who waits for a place in a class is told that it has moved, as those who have one."""

SAID_ONCE_MORE = {
    BookingEvent.Action.READDRESSED,
    BookingEvent.Action.RESOLVED,
}

TEAM_KINDS = {
    BookingEvent.Action.BOOKED: Kind.NEW_BOOKING,
    BookingEvent.Action.REQUESTED: Kind.NEW_REQUEST,
    BookingEvent.Action.MOVED: Kind.NEW_MOVE,
    BookingEvent.Action.RESIZED: Kind.NEW_RESIZED,
    BookingEvent.Action.OVERDUE: Kind.NEW_OVERDUE,
    BookingEvent.Action.LAPSED: Kind.NEW_LAPSED,
    BookingEvent.Action.CANCELED: Kind.NEW_CANCELED,
    BookingEvent.Action.ASKED: Kind.NEW_ASKED,
    BookingEvent.Action.MOVE_ASKED: Kind.NEW_MOVE_ASK,
    BookingEvent.Action.MOVE_OVERDUE: Kind.NEW_MOVE_DUE,
    BookingEvent.Action.MOVE_LAPSED: Kind.NEW_MOVE_END,
}

OF_CUSTOMERS = {
    *CUSTOMER_KINDS.values(),
    *KINDS_OF_A_STATUS.values(),
    *(Kind.TOO_LATE, Kind.BETTER),
}

WHOSE = {
    BookingEvent.Action.OVERDUE: BookingEvent.Actor.SYSTEM,
    BookingEvent.Action.LAPSED: BookingEvent.Actor.SYSTEM,
    BookingEvent.Action.ASKED: BookingEvent.Actor.SYSTEM,
    BookingEvent.Action.MOVE_OVERDUE: BookingEvent.Actor.SYSTEM,
    BookingEvent.Action.MOVE_LAPSED: BookingEvent.Actor.SYSTEM,
}
"""What the team hears of though no customer did it."""


@transaction.atomic
def fan_out(*, booking_id: int, event_id: int, now: datetime) -> int:
    """Write the messages of one event and an outbox item for each; return how many were new.

    Safe to repeat: messages and items have keys. Each mail is an item of its own, so that one dead
    address neither stops nor repeats the others. The team hears of what customers did and of
    requests it did not answer, not of what it did itself. Nothing is sent for events that tell
    nobody (notes, undone decisions), nor when the booking is gone.
    """
    event = BookingEvent.objects.select_related("booking__business", "booking__customer")
    found = event.filter(pk=event_id, booking_id=booking_id).first()
    if found is None:
        return 0
    rows = [_message(found, kind, address, now) for kind, address in _audience(found)]
    keys = [row.outbox_key for row in rows]
    known = set(Message.objects.filter(outbox_key__in=keys).values_list("outbox_key", flat=True))
    new = [row for row in rows if row.outbox_key not in known]
    for row in new:
        row.save(force_insert=True)
        outbox.enqueue(
            topic=SEND_TOPIC,
            payload={"message_id": row.pk},
            business_id=row.business_id,
            now=now,
            key=row.outbox_key,
        )
    return len(new)


def is_told(event: BookingEvent) -> bool:
    """Whether the customer is written to about an event, stored or only thought of."""
    return any(kind in OF_CUSTOMERS for kind, _address in _audience(event))


def _audience(event: BookingEvent) -> Iterator[tuple[Kind, str]]:
    action = BookingEvent.Action(event.action)
    kind = _kind_of(event, action)
    if event.after.get("double_booked") and action in TEAM_KINDS:
        yield from _told_of_an_overlap(event)
        return
    if action in MOVES and event.booking.status not in HEARS_OF_A_MOVE:
        return
    if not event.is_noticed:
        return
    if kind is not None and (address := _customer_address(event.booking)):
        yield kind, address
    if _concerns_the_team(event, action):
        for address in list_team_addresses(business=event.booking.business):
            yield TEAM_KINDS[action], address


def _concerns_the_team(event: BookingEvent, action: BookingEvent.Action) -> bool:
    if action == BookingEvent.Action.CANCELED and event.before.get("status") == WAITS:
        return False  # whoever leaves a line took nothing from the team's day
    if action == BookingEvent.Action.ASKED and not is_before_the_team(event.booking):
        return False  # more people are awaited, and no answer
    of_this_actor = event.actor == WHOSE.get(action, BookingEvent.Actor.CUSTOMER)
    return action in TEAM_KINDS and of_this_actor


def _kind_of(event: BookingEvent, action: BookingEvent.Action) -> Kind | None:
    """What the customer is told."""
    if event.better_at is not None:
        return Kind.BETTER
    if action in SAID_ONCE_MORE:
        return KINDS_OF_A_STATUS.get(event.booking.status)
    if action == BookingEvent.Action.REZONED and event.booking.status == WAITS:
        return _told_in_line(event)
    return CUSTOMER_KINDS.get(action)


def _told_in_line(event: BookingEvent) -> Kind | None:
    """Of another clock: what is offered is told once more, a class has moved, and days and hours
    that somebody waits for stay on the clock."""
    entry: WaitlistEntry | None = getattr(event.booking, "waiting", None)
    if entry is not None and entry.state == WaitlistEntry.State.OFFERED:
        return Kind.OFFERED
    return None if entry is None or entry.wanted_first_on else Kind.MOVED


def _told_of_an_overlap(event: BookingEvent) -> Iterator[tuple[Kind, str]]:
    """Nobody reads "booked" of a time that somebody else has."""
    if address := _customer_address(event.booking):
        yield Kind.TOO_LATE, address
    for address in list_team_addresses(business=event.booking.business):
        yield Kind.NEW_OVERLAP, address


def _customer_address(booking: Booking) -> str:
    return booking.contact_email or (booking.customer.mailbox if booking.customer else "")


def _message(event: BookingEvent, kind: Kind, address: str, now: datetime) -> Message:
    local = f"{kind.value.lower()}.{event.pk}.{event.booking.reference}"
    return Message(
        business_id=event.business_id,
        booking_id=event.booking_id,
        event=event,
        kind=kind.value,
        to_address=address,
        message_id=f"<{local}.{_short(address)}@{portal_host()}>",
        outbox_key=f"mail:{event.pk}:{kind.value}:{_short(address)}",
        created_at=now,
    )


def _short(address: str) -> str:
    """Tell recipients of one event apart without writing their address into keys and headers."""
    return sha256(address.lower().encode()).hexdigest()[:12]
