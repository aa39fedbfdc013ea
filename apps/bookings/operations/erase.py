"""What bookings tell of a person, put right and erased: they stay in every list and every sum, and
say no more whose they were (rules D10, D11)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.bookings.models import AccessLink, Answer, Booking, BookingEvent, Participant
from apps.bookings.operations.transitions import Actor, record_transition, release_booking
from apps.bookings.queries.ahead import still_ahead
from apps.bookings.states import OCCUPYING

IN_MOTION = Q(status__in=OCCUPYING) | Q(status=Booking.Status.WAITING_LIST)
TOLD_BY_HISTORY = "override_reason"
"""What the team typed of a booking and its history repeats."""


@transaction.atomic
def correct_contact(
    *, customer_id: int, business_id: int, name: str, phone: str, actor: Actor, now: datetime
) -> int:
    """Write another name and phone (E.164, or "") into the bookings of a contact that are ahead;
    return into how many. What is over stays as it was on that day.

    Nobody is mailed; the history says that it was done, and repeats neither.
    """
    mine = Booking.objects.filter(customer_id=customer_id, business_id=business_id)
    ahead = mine.filter(IN_MOTION, still_ahead(now=now)).exclude(
        contact_name=name, contact_phone=phone
    )
    found = _locked(ahead)
    for booking in found:
        record_transition(
            booking,
            action=BookingEvent.Action.CORRECTED,
            actor=actor,
            now=now,
            columns={"contact_name": name, "contact_phone": phone},
        )
    return len(found)


@transaction.atomic
def erase_bookings(
    *,
    bookings: QuerySet[Booking],
    columns: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Erase of these bookings whose they were, and return their keys: the columns become what is
    given, answers, names and links go, and the history keeps what was done and when, without what
    was typed there. Time, seats, people and money stay. Done twice it is done once.

    Those that are not over stay as they are: somebody still has to know whose they are. Drafts give
    their time back and are left without a word; the worker deletes them.
    """
    found = _locked(bookings.filter(erased_at=None).exclude(still_ahead(now=now)))
    keys = [it.pk for it in found]
    for booking in found:
        if booking.status == Booking.Status.CREATED:
            _forget_text(booking, columns, now=now)
        else:
            _erase(booking, columns, actor=actor, now=now)
    Answer.objects.filter(booking__in=keys).delete()
    Participant.objects.filter(booking__in=keys).delete()
    AccessLink.objects.filter(booking__in=keys).delete()
    _erase_words_of_history(keys)
    return keys


def _locked(bookings: QuerySet[Booking]) -> list[Booking]:
    rows = bookings.select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(rows.select_related("business", "service"))


def _erase(booking: Booking, columns: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    changed = {**columns, "erased_at": now}
    if not booking.override_reason:
        changed.pop("override_reason", None)
    record_transition(
        booking,
        action=BookingEvent.Action.ERASED,
        actor=actor,
        now=now,
        columns=changed,
    )


def _forget_text(draft: Booking, columns: Mapping[str, Any], *, now: datetime) -> None:
    """A draft has no history, and a customer only once its details were sent."""
    drafts = Booking.objects.filter(pk=draft.pk, status=Booking.Status.CREATED)
    emptied = {**columns, "contact_name": "", "override_reason": draft.override_reason}
    if drafts.update(**emptied, customer=None, hold_expires_at=now):
        release_booking(draft, now=now)


def _erase_words_of_history(booking_ids: list[int]) -> None:
    """What the customer and the team typed; who did what and when stays."""
    lines = BookingEvent.objects.filter(booking__in=booking_ids)
    lines.exclude(reason="").update(reason="")
    told = Q(**{f"before__{TOLD_BY_HISTORY}__isnull": False})
    told |= Q(**{f"after__{TOLD_BY_HISTORY}__isnull": False})
    for line in lines.filter(told).only("before", "after"):
        for side in (line.before, line.after):
            if side.get(TOLD_BY_HISTORY):
                side[TOLD_BY_HISTORY] = ""
        line.save(update_fields=["before", "after"])
