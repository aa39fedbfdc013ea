"""A place gets another clock, and everything ahead that was promised by the old one comes along."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from apps.availability import operations as availability
from apps.availability.engine.rezoning import Keep, same_reading
from apps.availability.models import CourseRun, Session
from apps.bookings.announcements import announce_new_start
from apps.bookings.models import Booking, BookingEvent, SuggestedTime, WaitlistEntry
from apps.bookings.operations.drafts import tzdata_version
from apps.bookings.operations.errors import StaleRevision
from apps.bookings.operations.transitions import Actor, record_transition
from apps.bookings.queries.rezoning import (
    Span,
    Touched,
    bookings_ahead,
    columns_after,
    decided_days_after,
    find_touched,
    suggested_ahead,
)
from apps.bookings.wishes import wanted_span
from apps.businesses import operations as businesses
from apps.businesses.models import Clock
from apps.kernel.refusals import Refusal

ATTEMPTS = 3


class ClockConflicts(Refusal):
    """The times on the clock cannot stay: some would be at one time, or would have begun already.
    touched says which."""

    def __init__(self, touched: Touched) -> None:
        super().__init__(f"{len(touched.conflicts.pairs)} meet")
        self.touched = touched


class _BookedMeanwhile(Exception):
    """A draft was begun after the drafts were locked and before the resources were."""


def change_zone(
    *,
    business_id: int,
    location_id: int | None,
    name: str,
    keep: Keep,
    seen: str,
    actor: Actor,
    now: datetime,
) -> Touched:
    """Give a location another zone, or (None) the business and all places that follow it.

    name was checked; "" lets a location follow its business. All that has not begun is told by the
    new clock: by CLOCK at the same reading, so that it takes place at another moment; by MOMENT at
    the same moment, so that the clock reads otherwise. What is over stays as it was. Customers who
    read another time, or come at another one, are told. Days and hours that somebody waits for are
    told by the clock and stay on it. Whoever is booking at this moment is asked to choose again.

    seen is the seal of what the page listed. Where the clock has this zone already, because the
    same choice was sent twice, nothing is touched. Locks: the place, suggestions, bookings,
    resources, sessions. Whoever begins to book between two of these locks has a draft that is not
    locked and may be waiting for a resource that is: all locks are let go then and taken again.

    Raises:
        Business.DoesNotExist, Location.DoesNotExist: there is no such place.
        StaleRevision: something was booked, moved or cancelled, or has begun, since it was listed.
        ClockConflicts: with CLOCK, and something would be in the way; nothing was changed.
        BusyTryAgain: a lock did not come in time, or people begin to book all the time.
    """
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                clock = businesses.lock_clock(business_id=business_id, location_id=location_id)
                if clock.own_name == name:
                    return Touched(clock=clock, name=name, zone_before=clock.zone)
                touched = _lock_touched(clock, name=name, now=now)
                if touched.seal != seen:
                    raise StaleRevision
                if keep is Keep.CLOCK and touched.conflicts:
                    raise ClockConflicts(touched)
                _move_all(touched, keep, actor=actor, now=now)
                businesses.set_zone(clock=clock, name=name)
                return touched
        except _BookedMeanwhile:
            continue
    raise availability.BusyTryAgain


def _lock_touched(clock: Clock, *, name: str, now: datetime) -> Touched:
    """Suggestions first: whoever takes one has it locked before the drafts that took the others,
    and before any resource (rule C2)."""
    rows: tuple[QuerySet[Any], ...] = (
        suggested_ahead(clock=clock, now=now),
        bookings_ahead(clock=clock, now=now),
    )
    with availability.saying_busy():
        _suggested, booked = (
            set(each.select_for_update(of=("self",)).values_list("pk", flat=True)) for each in rows
        )
    availability.lock_time_by(clock=clock, now=now)
    touched = find_touched(clock=clock, name=name, now=now)
    if not booked.issuperset(it.pk for it in touched.drafts):
        raise _BookedMeanwhile
    return touched


def _move_all(touched: Touched, keep: Keep, *, actor: Actor, now: datetime) -> None:
    after = {it.pk: columns_after(it, touched, keep, now=now) for it in touched.bookings}
    _ask_again(touched, now=now)
    availability.move_sessions(spans=_spans(touched, keep))
    for booking in touched.bookings:
        if columns := after[booking.pk]:
            record_transition(
                booking,
                action=BookingEvent.Action.REZONED,
                actor=actor,
                now=now,
                columns={**columns, "tzdata_version": tzdata_version()},
            )
    if keep is Keep.MOMENT:
        availability.move_decided_days(days=decided_days_after(touched))
    if keep is Keep.CLOCK:
        _move_offers(touched)
        _shorten_offers(touched, now=now)


def _spans(touched: Touched, keep: Keep) -> dict[int, Span]:
    """Where sessions go, by their keys; only those that go anywhere."""
    found = {
        it.session_id or 0: wanted_span(touched.wishes[it.pk], zone=touched.zone)
        for it in touched.bookings
        if it.pk in touched.wishes
    }
    if keep is Keep.CLOCK:
        shifts = touched.shifts.values()
        found |= {it.session_id: it.becomes for it in shifts if it.becomes != it.was}
    return found


def _ask_again(touched: Touched, *, now: datetime) -> None:
    """Whoever is booking right now saw a time by the old clock: no reading is promised to them any
    more, so that sending their details leads to fresh times. A time that was held is free."""
    for draft in touched.drafts:
        columns: dict[str, Any] = {"wall_time": ""}
        if draft.seating_id is None and draft.session_id is not None:
            availability.release_time(session_id=draft.session_id)
            if draft.hold_expires_at is not None:
                columns["hold_expires_at"] = min(draft.hold_expires_at, now)
        Booking.objects.filter(pk=draft.pk, status=Booking.Status.CREATED).update(**columns)


def _shorten_offers(touched: Touched, *, now: datetime) -> None:
    """No place that is kept for somebody in line is kept past the new start."""
    ids = [it.pk for it in touched.sessions]
    runs = {it.course_run_id or 0 for it in touched.sessions}
    for session in Session.objects.filter(pk__in=ids, waitlist__state="OFFERED").distinct():
        announce_new_start(session, now=now)
    for run in CourseRun.objects.filter(pk__in=runs, waitlist__state="OFFERED").distinct():
        announce_new_start(run, now=now)


def _move_offers(touched: Touched) -> None:
    """Times that were suggested, or offered in vain, stay at their reading, like those booked."""
    old, new = touched.clock.zone, touched.zone

    def moved(at: datetime) -> datetime:
        found = same_reading(int(at.timestamp()), old=old, new=new)
        return datetime.fromtimestamp(found.instant, UTC)

    rows = {(it.booking_id, moved(it.starts_at)): it for it in touched.suggested}
    SuggestedTime.objects.filter(pk__in=[it.pk for it in touched.suggested]).delete()
    for (_booking, at), row in rows.items():
        row.starts_at = at
    SuggestedTime.objects.bulk_create(rows.values(), ignore_conflicts=True)
    for booking in touched.bookings:
        entry: WaitlistEntry | None = getattr(booking, "waiting", None)
        if entry is not None and entry.let_pass:
            entry.let_pass = [
                [moved(datetime.fromisoformat(at)).isoformat() for at in span]
                for span in entry.let_pass
            ]
            entry.save(update_fields=["let_pass"])
