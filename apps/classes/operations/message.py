from datetime import datetime

from django.db import transaction

from apps.availability.models import Session
from apps.bookings.models import BookingEvent
from apps.bookings.operations.transitions import Actor, record_transition
from apps.businesses.models import TeamMember
from apps.classes.queries.attending import find_attending


@transaction.atomic
def message_people(
    *, session_id: int, text: str, by: TeamMember, now: datetime, form_key: str = ""
) -> int:
    """Write a word to everybody who is expected at a session; return to how many bookings.

    Each booking's history keeps the text, and each gets a mail of its own: nobody sees the
    others' addresses. The same form_key writes once; the lines of history keep it.

    Raises:
        Session.DoesNotExist: not a session of this business.
    """
    session = Session.objects.get(pk=session_id, business_id=by.business_id)
    booked = find_attending(business_id=by.business_id, session_id=session.pk)
    rows = list(booked.select_for_update(of=("self",)))
    said = {"form_key": form_key} if form_key else {}
    if said and BookingEvent.objects.filter(booking__in=rows, after__form_key=form_key).exists():
        return len(rows)
    for booking in rows:
        record_transition(
            booking,
            action=BookingEvent.Action.MESSAGED,
            actor=Actor.of(by),
            now=now,
            reason=text,
            columns={},
            said=said,
        )
    return len(rows)
