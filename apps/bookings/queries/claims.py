"""From a wanted start to the resources that could serve it, by the engine's rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from apps.availability.engine.check import (
    fits,
    is_still_free,
    pick_one_of_each,
    with_kept_buffers,
)
from apps.availability.engine.inputs import Search
from apps.availability.engine.reasons import Reason, why_not, why_not_fit
from apps.availability.models import Occupancy
from apps.availability.operations import Claim
from apps.availability.queries import SlotQuery, load_rules, load_search, zone_of
from apps.bookings.models import Booking
from apps.bookings.queries.offered import load_offer
from apps.catalog.queries import Choice
from apps.kernel.refusals import Refusal
from apps.kernel.spans import Seconds


class NoTime(Refusal):
    """The engine does not offer this start; reasons say why, most specific first."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = tuple(reasons)


def slot_query(*, choice: Choice, own_session_id: int | None = None) -> SlotQuery:
    """Translate a choice into the question that availability answers."""
    return SlotQuery(
        service=choice.service,
        policy=choice.policy,
        duration_minutes=choice.duration_minutes,
        location=choice.location,
        requirements=choice.requirements,
        primary_id=choice.primary_id,
        own_session_id=own_session_id,
    )


def query_again(*, booking: Booking, choice: Choice) -> SlotQuery:
    """The same question for something that was chosen before, a draft or what is booked: it takes
    as long as its customer saw, whatever the service takes by now."""
    query = slot_query(choice=choice, own_session_id=booking.session_id)
    return replace(query, duration_minutes=_minutes_of(booking))


def find_claim(*, query: SlotQuery, starts_at: datetime, now: datetime) -> Claim:
    """Ask the engine for the resources that would serve this start (UTC), without any lock.

    This is the look without a lock of rule C2: the losers of a hot slot leave here.

    Raises:
        NoTime: it is not offered now.
    """
    day = _day_of(query, starts_at)
    search = load_offer(query=query, first=day, last=day, now=now)
    start = int(starts_at.timestamp())
    found = is_still_free(search, start=start, primary_id=query.primary_id)
    if found is None:
        raise NoTime(why_not(search, start=start, primary_id=query.primary_id))
    ids = tuple(found.resource_ids)
    return Claim(query, search, starts_at.astimezone(UTC), ids, primary_id=ids[0])


def claim_of(*, booking: Booking, choice: Choice, now: datetime) -> Claim:
    """Return the claim of a booking: on what its session occupies, else on what is free for it.

    Neither the limits nor the grid count here: it was asked for in time, and from the page.

    Raises:
        NoTime: it occupies nothing, and the resources it needs are not free and open.
    """
    query, search, kept = _search_for(booking, choice, now=now)
    start = int(booking.starts_at.timestamp())
    ids = kept or pick_one_of_each(search, start=start)
    enough = bool(ids) and (bool(kept) or len(ids) == len(search.requirements))
    if not enough or not fits(search, start=start, resource_ids=ids):
        raise NoTime(why_not_fit(search, start=start, resource_ids=ids))
    return Claim(query, search, booking.starts_at, ids, primary_id=booking.resource_id or ids[0])


def claim_of_hold(*, booking: Booking, choice: Choice, now: datetime) -> Claim | None:
    """Return the claim of a live hold without a look, for ``keep_time`` to look under the lock.

    No query. None where more is needed than the one the customer sees: what else is held has to be
    read.
    """
    if len(choice.needs) != 1 or booking.resource_id is None:
        return None
    query = _query_of(booking, choice)
    rules = load_rules(query=query, on=_day_of(query, booking.starts_at), now=now)
    held = booking.resource_id
    return Claim(query, rules, booking.starts_at, (held,), primary_id=held)


def claim_anyway(*, booking: Booking, choice: Choice, now: datetime) -> Claim:
    """Return the claim of a booking for an override, free or not; on the person who was booked
    also when they do not do this any more.

    Raises:
        NoTime: nobody is left who could do it, and it names nobody.
    """
    query, search, kept = _search_for(booking, choice, now=now)
    start = int(booking.starts_at.timestamp())
    named = () if booking.resource_id is None else (booking.resource_id,)
    ids = kept or pick_one_of_each(search, start=start) or named
    if not ids:
        raise NoTime(why_not_fit(search, start=start, resource_ids=ids))
    return Claim(query, search, booking.starts_at, ids, primary_id=booking.resource_id or ids[0])


def find_reasons(*, booking: Booking, choice: Choice, now: datetime) -> tuple[Reason, ...]:
    """Say why a booking no longer fits, most specific first; empty when it fits."""
    _query, search, kept = _search_for(booking, choice, now=now)
    start = int(booking.starts_at.timestamp())
    ids = kept or pick_one_of_each(search, start=start)
    return why_not_fit(search, start=start, resource_ids=ids)


def _search_for(
    booking: Booking, choice: Choice, *, now: datetime
) -> tuple[SlotQuery, Search, tuple[int, ...]]:
    """The question of a booking, the rules around its time, and the resources it keeps: with the
    clean-up it was booked with, else with that of today."""
    query = _query_of(booking, choice)
    day = _day_of(query, booking.starts_at)
    search = load_search(query=query, first=day, last=day, now=now)
    kept = _kept_spans(booking)
    start = int(booking.starts_at.timestamp())
    return query, with_kept_buffers(search, start=start, kept=list(kept.values())), tuple(kept)


def _query_of(booking: Booking, choice: Choice) -> SlotQuery:
    return SlotQuery(
        service=choice.service,
        policy=choice.policy,
        duration_minutes=_minutes_of(booking),
        location=booking.location,
        requirements=choice.requirements,
        primary_id=booking.resource_id,
        own_session_id=booking.session_id,
        ignores_limits=True,
    )


def _minutes_of(booking: Booking) -> int:
    return int((booking.ends_at - booking.starts_at) / timedelta(minutes=1))


def _kept_spans(booking: Booking) -> dict[int, Seconds]:
    """What the session of a booking occupies, by the resource."""
    if booking.session_id is None:
        return {}
    kept = Occupancy.objects.filter(session_id=booking.session_id).order_by("resource_id")
    return {
        pk: (int(start.timestamp()), int(end.timestamp()))
        for pk, start, end in kept.values_list("resource_id", "starts_at", "ends_at")
    }


def _day_of(query: SlotQuery, starts_at: datetime) -> date:
    return starts_at.astimezone(zone_of(service=query.service, location=query.location)).date()
