"""Free places are offered to the line, one after the other (rule B19).

Lock order: session or run, then entries. The bookings behind the entries are not touched here: who
is told is written down by the worker, which locks in the order booking, session, entry.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.db.models import F, Q, QuerySet

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session, has_lapsed
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.queries.joinables import has_line, line_of
from apps.bookings.queries.minimum import lacking
from apps.outbox import operations as outbox
from apps.outbox.sweeping import sweep
from apps.waitlists.offers import Waiting, next_in_line, offer_ends_at, speaks_at
from apps.waitlists.queries.lines import last_chance, offer_rules

OFFER_TOPIC = "waitlist.offered"
Target = Session | CourseRun


class Step(Protocol):
    def __call__(self, target: Target, *, now: datetime) -> int: ...


@transaction.atomic(savepoint=False)
def offer_places(
    *,
    target: Target,
    now: datetime,
    new_round: bool = False,
    besides: Booking | None = None,
) -> int:
    """Offer the free places of a session or a run to those whom they fit; return how many offers.

    None where the team says yes to everybody first: it puts people in by itself. Where it
    is not decided yet that it takes place, those with whom too few would come are stepped over
    (rule B31).

    new_round: places came free, so everybody is asked again, also those who passed before.
    besides is the booking that gives them back, and whose end is written next.
    """
    line = line_of(target)
    if not line.exists():
        return 0
    target = availability.lock_target(target=target, now=now)
    entries = list(line.select_for_update().order_by("rank", "pk"))
    if new_round:
        line.filter(state=WaitlistEntry.State.WAITING).update(passed_at=None)
    by_pk = {entry.pk: entry for entry in entries}
    waiting = [_waiting(entry, forgets=new_round) for entry in entries]
    return sum(1 for _each in _offers(target, waiting, by_pk, besides=besides, now=now))


def _offers(
    target: Target,
    waiting: list[Waiting],
    by_pk: dict[int, WaitlistEntry],
    *,
    besides: Booking | None,
    now: datetime,
) -> Iterator[WaitlistEntry]:
    free = target.seats_left
    rules = offer_rules(service_id=target.service_id or 0, location=target.location)
    if not has_line(rules.service):
        return
    missing = lacking(target, rules.service, besides=besides, now=now)
    told_at = speaks_at(now=now, zone=rules.zone, quiet=rules.quiet)
    begins_at = last_chance(target, late_entry=rules.late_entry, now=now)
    waiting = [it for it in waiting if it.people >= missing]
    while entry := next_in_line(waiting, seats_free=free, starts_at=begins_at, now=told_at):
        if not availability.offer_seats(target=target, seats=entry.people):
            return
        ends_at = offer_ends_at(now=told_at, starts_at=begins_at, minutes=rules.minutes)
        yield _write_offer(by_pk[entry.pk], ends_at=ends_at, told_at=told_at, now=now)
        free -= entry.people
        waiting = [it for it in waiting if it.pk != entry.pk]


def _write_offer(
    entry: WaitlistEntry, *, ends_at: datetime, told_at: datetime, now: datetime
) -> WaitlistEntry:
    WaitlistEntry.objects.filter(pk=entry.pk).update(
        state=WaitlistEntry.State.OFFERED, offer_ends_at=ends_at, offers=F("offers") + 1
    )
    outbox.enqueue(
        topic=OFFER_TOPIC,
        payload={"entry_id": entry.pk, "offer": entry.offers + 1},
        business_id=entry.business_id,
        now=now,
        delay=told_at - now,
        key=f"waitlist:{entry.pk}:{entry.offers + 1}",
    )
    return entry


def shorten_offers(*, target: Target, now: datetime) -> None:
    """End the offers of a session or a run that was moved at its new start at the latest; in the
    transaction of the caller, who has it locked."""
    offered = line_of(target, states=(WaitlistEntry.State.OFFERED,))
    if not offered.exists():
        return
    rules = offer_rules(service_id=target.service_id or 0, location=target.location)
    ends_at = last_chance(target, late_entry=rules.late_entry, now=now)
    offered.filter(offer_ends_at__gt=ends_at).update(offer_ends_at=ends_at)


def lapse_offers(*, now: datetime) -> int:
    """End the offers that ran out and ask the next in line; return how many ended.

    Whoever did not answer keeps their place in line for the next time. Each session in a
    transaction of its own.
    """
    over = WaitlistEntry.objects.filter(state=WaitlistEntry.State.OFFERED, offer_ends_at__lte=now)
    return _sweep(over, _lapse, now=now)


@transaction.atomic
def _lapse(target: Target, *, now: datetime) -> int:
    target = availability.lock_target(target=target, now=now)
    over = line_of(target, states=(WaitlistEntry.State.OFFERED,)).filter(offer_ends_at__lte=now)
    ended = list(over.select_for_update())
    for entry in ended:
        pass_by(entry, target=target, now=now)
    offer_places(target=target, now=now)
    return len(ended)


def pass_by(entry: WaitlistEntry, *, target: Target, now: datetime) -> None:
    """Give the places of an offer back; the entry waits on, behind in this round."""
    availability.withdraw_seats(target=target, seats=entry.people)
    WaitlistEntry.objects.filter(pk=entry.pk).update(
        state=WaitlistEntry.State.WAITING, offer_ends_at=None, passed_at=now
    )


def leave_line(*, booking: Booking, now: datetime) -> None:
    """Take a locked booking out of its line; what was offered to it goes to the next."""
    target = booking.course_run or booking.session
    if target is None:
        return
    target = availability.lock_target(target=target, now=now)
    for entry in line_of(target).filter(booking=booking).select_for_update():
        if entry.state == WaitlistEntry.State.OFFERED:
            pass_by(entry, target=target, now=now)
        WaitlistEntry.objects.filter(pk=entry.pk).update(
            state=WaitlistEntry.State.LEFT, offer_ends_at=None
        )
    offer_places(target=target, now=now)


def offer_what_came_free(*, now: datetime) -> int:
    """Ask the lines of sessions and runs in which places came free without anybody's doing: holds
    that ran out, places added by operators. Return how many offers were made."""
    asked = WaitlistEntry.objects.filter(state=WaitlistEntry.State.WAITING, passed_at=None)
    return _sweep(asked, _offer_alone, with_room=True, now=now)


@transaction.atomic
def _offer_alone(target: Target, *, now: datetime) -> int:
    return offer_places(target=target, now=now)


def _sweep(
    entries: "QuerySet[WaitlistEntry]", do: Step, *, with_room: bool = False, now: datetime
) -> int:
    """Do it to each session and each run that these entries wait for, in order; with_room leaves
    those out in which no place can have come free."""
    sessions = Session.objects.filter(
        pk__in=entries.filter(session__isnull=False).values("session")
    )
    runs = CourseRun.objects.filter(
        pk__in=entries.filter(course_run__isnull=False).values("course_run")
    )
    if with_room:
        lapsed = has_lapsed(now, of="seatings__")
        room = Q(capacity__gt=F("seats_taken") + F("seats_offered"))
        sessions = sessions.filter(room | lapsed).distinct()
        runs = runs.filter(room | lapsed).distinct()
    return sweep(sessions, lambda pk: do(Session.objects.get(pk=pk), now=now)) + sweep(
        runs, lambda pk: do(CourseRun.objects.get(pk=pk), now=now)
    )


def _waiting(entry: WaitlistEntry, *, forgets: bool) -> Waiting:
    return Waiting(
        pk=entry.pk,
        people=entry.people,
        notice_minutes=entry.notice_minutes,
        is_offered=entry.state == WaitlistEntry.State.OFFERED,
        was_passed=entry.passed_at is not None and not forgets,
    )
