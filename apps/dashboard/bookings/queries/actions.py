"""What may be done with a booking now, by this person; and which answers to requests can still be
undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from django.db.models import F

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.policy import Action, Policy, allowed_actions
from apps.bookings.queries.attendance import was_missed
from apps.bookings.states import Status
from apps.catalog.models import Service
from apps.dashboard.access import Access
from apps.dashboard.frame.queries.rows import customer_name, zone_told
from apps.dashboard.roles import Right, permitted
from apps.outbox.models import OutboxItem


def actions_of(booking: Booking, *, access: Access, now: datetime) -> frozenset[str]:
    """Name the actions as CONFIRM, DECLINE, SUGGEST, CANCEL, MOVE, NOTE; the buttons are what the
    POST accepts. Other times are suggested, and taken, for appointments only: a class or course has
    its own. What was missed goes nowhere (rule B40)."""
    allowed = allowed_actions(
        policy=Policy.from_snapshot(booking.policy_snapshot),
        status=Status(booking.status),
        kind=booking.kind,
        starts_at=booking.starts_at,
        now=now,
        is_team=True,
    )
    if booking.kind != Service.Kind.APPOINTMENT or was_missed(booking=booking, now=now):
        allowed -= {Action.MOVE}
    named = frozenset(action.value for action in permitted(allowed, rights=access.rights))
    suggests = Action.DECLINE in named and booking.seating_id is None
    return named | {"SUGGEST"} if suggests else named


DECISIONS = ("booking.confirmed", "booking.declined")


MAX_UNDOABLE = 50


@dataclass(frozen=True, slots=True)
class UndoCard:
    """An answer whose mail has not left; seconds are what is left of the undo window."""

    reference: str
    status: str
    revision: int
    customer_name: str
    starts_at: datetime
    there: str
    seconds: int = field(repr=False)
    kind: str = "undo"


def find_undoable(*, access: Access, now: datetime) -> list[tuple[Booking, UndoCard]]:
    """Find the answers of the last seconds that can be undone, the latest first; two queries.

    Asked of the outbox, because what counts is that the mail has not left: its open items that
    are not due yet are few whatever the size of the history. Anything that happened to the
    booking since then ends the undo.
    """
    if not access.may(Right.DECIDE):
        return []
    leaves_at = _mails_that_wait(access, now=now)
    events = (
        BookingEvent.objects.filter(pk__in=list(leaves_at), revision=F("booking__revision"))
        .select_related("booking__customer", "booking__resource__staff_member")
        .select_related("booking__service", "booking__location")
        .order_by("-pk")
    )
    return [
        (event.booking, undo_card(event.booking, leaves_at=leaves_at[event.pk], now=now))
        for event in events
        if access.sees(event.booking.resource_id)
    ]


def _mails_that_wait(access: Access, *, now: datetime) -> Mapping[int, datetime]:
    items = OutboxItem.objects.filter(
        done_at=None,
        failed_at=None,
        not_before__gt=now,
        attempts=0,
        topic__in=DECISIONS,
        business_id=access.business.pk,
    ).order_by("-not_before")
    rows = items.values_list("payload", "not_before")[:MAX_UNDOABLE]
    return {payload["event_id"]: not_before for payload, not_before in rows}


def undo_card(booking: Booking, *, leaves_at: datetime, now: datetime) -> UndoCard:
    """Read one card of an answer just given; whole seconds, rounded up."""
    return UndoCard(
        reference=booking.reference,
        status=booking.status,
        revision=booking.revision,
        customer_name=customer_name(booking),
        starts_at=booking.starts_at,
        there=zone_told(booking),
        seconds=max(0, ceil((leaves_at - now).total_seconds())),
    )
