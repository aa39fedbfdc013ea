"""Who is expected at a class: who came, and a word to all of them."""

from datetime import datetime

from django.db import transaction

from apps.availability.models import Session
from apps.bookings.models import Attendance, BookingEvent
from apps.bookings.operations.attendance import mark_person
from apps.bookings.operations.transitions import Actor, record_transition
from apps.businesses.models import TeamMember
from apps.classes.queries.attending import find_attending
from apps.kernel.refusals import Refusal


class NotOnTheList(Refusal):
    """Nobody of this booking is expected at this session."""


@transaction.atomic
def mark_attendance(
    *,
    session_id: int,
    reference: str,
    seat: int,
    state: Attendance.State | None,
    by: TeamMember,
    now: datetime,
) -> None:
    """Write down that one person came or did not, or (None) that it is not known (rule B27).

    Marked again it is the same, so a bad network may send it twice.

    Raises:
        NotOnTheList: there is no such person at this session.
    """
    booking = find_attending(business_id=by.business_id, session_id=session_id).filter(
        reference=reference
    )
    found = booking.first()
    if found is None or not 0 <= seat < found.party_size:
        raise NotOnTheList
    if state is None:
        Attendance.objects.filter(booking=found, session_id=session_id, seat=seat).delete()
        return
    mark_person(booking=found, session_id=session_id, seat=seat, state=state, by=by, now=now)


@transaction.atomic
def mark_all_here(*, session_id: int, by: TeamMember, now: datetime) -> None:
    """Write down that everybody came who was not marked otherwise."""
    here = find_attending(business_id=by.business_id, session_id=session_id)
    for booking in here.select_for_update(of=("self",)):
        marked = set(
            Attendance.objects.filter(booking=booking, session_id=session_id).values_list(
                "seat", flat=True
            )
        )
        for seat in set(range(booking.party_size)) - marked:
            mark_person(
                booking=booking,
                session_id=session_id,
                seat=seat,
                state=Attendance.State.HERE,
                by=by,
                now=now,
            )


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
