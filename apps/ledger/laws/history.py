"""Does the history tell all of it, and was everybody told? (rules C6, B6, C9)"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Concat

from apps.bookings.models import DECIDES_NOTHING, Booking, BookingEvent
from apps.ledger.finding import Finding
from apps.ledger.laws.of_bookings import bookings_of, findings_of
from apps.messages.models import Message
from apps.outbox.models import OutboxItem

Action = BookingEvent.Action
STATUS_AFTER = {
    Action.BOOKED: (Booking.Status.CONFIRMED,),
    Action.REQUESTED: (Booking.Status.PENDING,),
    Action.CONFIRMED: (Booking.Status.CONFIRMED,),
    Action.DECLINED: (Booking.Status.DECLINED,),
    Action.LAPSED: (Booking.Status.DECLINED,),
    Action.CANCELED: (Booking.Status.CANCELED,),
    Action.UNDONE: (Booking.Status.PENDING, Booking.Status.CONFIRMED),
    Action.WAITLISTED: (Booking.Status.WAITING_LIST,),
}
TOLD = (
    Action.BOOKED,
    Action.REQUESTED,
    Action.CONFIRMED,
    Action.DECLINED,
    Action.CANCELED,
    Action.READDRESSED,
    Action.WAITLISTED,
    Action.OFFERED,
    Action.RESIZED,
    Action.MESSAGED,
    Action.MOVED,
    Action.REFUNDED,
    Action.RESOLVED,
    Action.OVERDUE,
    Action.LAPSED,
    Action.REZONED,
    Action.LINKED,
    Action.LET_GO,
    Action.KEPT,
    Action.ASKED,
    Action.MOVE_ASKED,
    Action.MOVE_REFUSED,
    Action.MOVE_OVERDUE,
    Action.MOVE_LAPSED,
    Action.ASKED_TO_PAY,
    Action.NO_SHOW,
)
STAYS = (
    Action.NOTED,
    Action.READDRESSED,
    Action.OFFERED,
    Action.PASSED,
    Action.RESIZED,
    Action.MESSAGED,
    Action.MOVED,
    Action.PAID,
    Action.REFUNDED,
    Action.REVERSED,
    Action.NOT_REFUNDED,
    Action.HANDED_BACK,
    Action.KEPT,
    Action.PRICED,
    Action.BY_PLAN,
    Action.RESOLVED,
    Action.OVERDUE,
    Action.REZONED,
    Action.LINKED,
    Action.LET_GO,
    Action.LINK_MADE,
    Action.LINKS_CLOSED,
    Action.ASKED,
    Action.WAITS_ON,
    Action.WISHED,
    Action.UNWISHED,
    Action.MOVE_ASKED,
    Action.MOVE_DROPPED,
    Action.MOVE_REFUSED,
    Action.MOVE_OVERDUE,
    Action.MOVE_LAPSED,
    Action.CORRECTED,
    Action.ERASED,
    Action.WAIVED,
    Action.ASKED_TO_PAY,
    Action.NO_SHOW,
    Action.CAME,
)
"""Moves that leave the status as it is."""
KEPT_BY_THE_OUTBOX = timedelta(days=30)


def find_gaps_in_history(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield bookings whose lines of history are not numbered 2, 3, ... up to their revision.

    A draft is revision 1 and has no line: its history begins when it is sent.
    """
    bookings = bookings_of(business_id).annotate(
        lines=Count("history"), first=Min("history__revision"), last=Max("history__revision")
    )
    whole = Q(lines=F("revision") - 1) & (
        Q(lines=0, status=Booking.Status.CREATED) | Q(first=2, last=F("revision"))
    )
    yield from findings_of(
        bookings.filter(~whole), "history_has_no_gaps", "its history does not tell every change"
    )


def find_unwritten_changes(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield bookings whose status is not the one their history led to: it was edited raw."""
    moves = BookingEvent.objects.filter(booking=OuterRef("pk")).exclude(action__in=STAYS)
    last = Subquery(moves.order_by("-revision").values("action")[:1])
    bookings = bookings_of(business_id).exclude(status=Booking.Status.CREATED).annotate(last=last)
    told = Q()
    for action, led_to in STATUS_AFTER.items():
        told |= Q(last=action, status__in=led_to)
    untold = bookings.filter(Q(last=None) | ~told)
    yield from findings_of(untold, "status_was_moved", "no line of history led to its status")


def find_untold_changes(*, business_id: int | None = None, now: datetime) -> Iterator[Finding]:
    """Yield moves of the last 30 days that left nothing in the outbox and were not undone.

    The outbox keeps what is done for 30 days and what failed for ever, so a missing item means a
    lost mail (rules B6, C8).
    """
    key = Concat(
        Value("booking:"),
        Cast(OuterRef("booking_id"), CharField()),
        Value(":"),
        Cast(OuterRef("revision"), CharField()),
    )
    item = OutboxItem.objects.exclude(key="").filter(key=key)
    later = BookingEvent.objects.order_by("revision").filter(
        booking=OuterRef("booking_id"), revision__gt=OuterRef("revision")
    )
    next_one = Subquery(later.exclude(action__in=DECIDES_NOTHING).values("action")[:1])
    stands = ~Q(next_one=Action.UNDONE) | Q(next_one=None) | Q(action__in=DECIDES_NOTHING)
    events = (
        BookingEvent.objects.order_by()
        .annotate(next_one=next_one)
        .filter(~Exists(item), stands, action__in=TOLD, at__gt=now - KEPT_BY_THE_OUTBOX)
    )
    if business_id is not None:
        events = events.filter(business_id=business_id)
    for of, reference, action in events.values_list("business_id", "booking__reference", "action"):
        yield Finding(
            "move_is_told", of, f"booking {reference}", f"nobody was told that it was {action}"
        )


def find_stranded_messages(*, business_id: int | None = None) -> Iterator[Finding]:
    """Yield waiting messages that no outbox item will ever send (rule C8)."""
    item = OutboxItem.objects.exclude(key="").filter(key=OuterRef("outbox_key"), done_at=None)
    messages = Message.objects.filter(~Exists(item), status=Message.Status.QUEUED)
    if business_id is not None:
        messages = messages.filter(business_id=business_id)
    for pk, of, kind in messages.values_list("pk", "business_id", "kind"):
        yield Finding("mail_is_on_its_way", of, f"message {pk}", f"{kind} will never be sent")
