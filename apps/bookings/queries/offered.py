"""What is on offer: the one way to ask for free times (rules B16, T15), and from a choice and a
wanted start to the resources that could serve it, by the engine's rule.

Hours, rules and bookings are availability's; that nobody can book a day for which too few people
came in time is ours. Picker, lists, suggestions, wishes and the owner's diagnosis ask here, so that
they cannot disagree.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from apps.availability.engine.free import (
    fits,
    is_still_free,
    pick_one_of_each,
    with_kept_buffers,
)
from apps.availability.engine.inputs import Search
from apps.availability.engine.reasons import Reason, why_not, why_not_fit
from apps.availability.engine.zones import day_bounds
from apps.availability.models import DecidedDay, Occupancy
from apps.availability.operations import Claim
from apps.availability.queries.search import SlotQuery, load_rules, load_search, load_searches
from apps.bookings.models import Booking
from apps.bookings.policy import Policy
from apps.bookings.queries.minimum import LIVE
from apps.businesses.models import Location
from apps.catalog.fee_windows import windows_of
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import Choice, UnknownChoice, choose, zone_of
from apps.kernel.refusals import Refusal
from apps.kernel.spans import Seconds

ONE_DAY = timedelta(days=1)
Where = tuple[int, int | None]
"""A service and a place."""
People = Mapping[Where, Sequence[tuple[datetime, str, int]]]
"""Start, status and size of the party of everybody who may count, by service and place."""
Decided = Set[tuple[Where, date]]
"""Services with a place and days of which the team said that they take place, however few come."""


def load_offer(
    *,
    query: SlotQuery,
    first: date,
    last: date,
    now: datetime,
    hours_until: date | None = None,
) -> Search:
    """Build the engine's input as ``load_search`` does, without the days that are called off; two
    queries more where the service needs people."""
    search = load_search(query=query, first=first, last=last, now=now, hours_until=hours_until)
    return _without_called_off([query], [search], now=now)[0]


def load_offers(
    *, queries: Sequence[SlotQuery], first: date, last: date, now: datetime
) -> list[Search]:
    """The same for several questions to one business at once, in two queries more at most."""
    searches = load_searches(queries=queries, first=first, last=last, now=now)
    return _without_called_off(queries, searches, now=now)


def _without_called_off(
    queries: Sequence[SlotQuery], searches: Sequence[Search], *, now: datetime
) -> list[Search]:
    needy = [query for query in queries if query.service.min_participants]
    if not needy:
        return list(searches)
    people, decided = _people(needy, now=now), _decided(needy, now=now)
    return [
        replace(
            search,
            limits=replace(search.limits, called_off=_called_off(query, people, decided, now)),
        )
        for query, search in zip(queries, searches, strict=True)
    ]


def _decided(queries: Sequence[SlotQuery], *, now: datetime) -> Decided:
    services = {query.service.pk for query in queries}
    days = DecidedDay.objects.filter(service__in=services, on__gte=(now - 2 * ONE_DAY).date())
    rows = days.values_list("service_id", "location_id", "on")
    return frozenset(((service_id, location_id), on) for service_id, location_id, on in rows)


def _people(queries: Sequence[SlotQuery], *, now: datetime) -> People:
    """Everybody who booked a day of these services that can be decided by now, with a day to spare
    for the clocks of other zones."""
    longest = max(query.service.decide_before_minutes for query in queries)
    rows = Booking.objects.filter(
        service__in={query.service.pk for query in queries},
        status__in=LIVE,
        starts_at__gte=now - 2 * ONE_DAY,
        starts_at__lt=now + timedelta(minutes=longest) + 2 * ONE_DAY,
    )
    found: dict[Where, list[tuple[datetime, str, int]]] = defaultdict(list)
    columns = rows.values_list("service_id", "location_id", "starts_at", "status", "party_size")
    for service_id, location_id, starts_at, status, size in columns:
        found[service_id, location_id].append((starts_at, status, size))
    return found


def _called_off(
    query: SlotQuery, people: People, decided: Decided, now: datetime
) -> tuple[Seconds, ...]:
    """The days for which too few came in time, as spans of Unix seconds: nobody can book them any
    more, because one more person would not make them enough."""
    service = query.service
    if not service.min_participants:
        return ()
    where = service.pk, query.location.pk if query.location else None
    zone = zone_of(service=service, location=query.location)
    due = now + timedelta(minutes=service.decide_before_minutes)
    today, last = now.astimezone(zone).date(), due.astimezone(zone).date()
    together: dict[date, int] = defaultdict(int)
    for starts_at, status, size in people.get(where, ()):
        settles = service.min_participants if status == Booking.Status.CONFIRMED else size
        together[starts_at.astimezone(zone).date()] += settles
    days = (today + ONE_DAY * number for number in range((last - today).days + 1))
    spans = {on: day_bounds(zone, on) for on in days}
    return tuple(
        span
        for on, span in spans.items()
        if together[on] < service.min_participants
        and span[0] <= due.timestamp()
        and (where, on) not in decided
    )


def policy_of(policy: BookingPolicy) -> Policy:
    """Read the owner's rules as the pure value that decides and is frozen with bookings
    (rule B5)."""
    return Policy(
        cancel_allowed=policy.cancel_allowed,
        cancel_until_minutes=policy.cancel_until_minutes,
        cancel_by_link=policy.cancel_by_link,
        move_allowed=policy.move_allowed,
        move_until_minutes=policy.move_until_minutes,
        move_by_link=policy.move_by_link,
        max_moves=policy.max_moves,
        max_participants=policy.max_participants,
        description=policy.description,
        fee_windows=windows_of(policy.fee_windows),
    )


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
    """Return the claim of a live hold without a look, for ``confirm_time`` to look under the lock.

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


def choice_of(*, booking: Booking) -> Choice:
    """Put the choice behind a booking together again from the catalog as it is today.

    Its place is the one that was booked, also where the service has moved since.

    Raises:
        UnknownChoice: the service no longer offers what was chosen.
    """
    specific = booking.selection == Booking.Selection.SPECIFIC_RESOURCE
    add_ons = (
        booking.add_ons.exclude(add_on=None).values_list("add_on_id", flat=True)
        if booking.service.has_any_add_ons is not False
        else ()
    )
    has_mix = booking.kind != Service.Kind.APPOINTMENT
    mix = booking.mix.exclude(variant=None).values_list("variant_id", "people") if has_mix else ()
    choice = choose(
        service=booking.service,
        variant_id=booking.variant_id,
        add_on_ids=list(add_ons),
        party_size=booking.party_size,
        resource_id=booking.resource_id if specific else None,
        mix=dict(mix),
    )
    return replace(choice, location=_place_of(booking))


def choice_as_booked(*, booking: Booking) -> Choice:
    """The same for a promise that was given already, also when the service no longer offers what
    was chosen: the plain service then says what is needed, and the booking how long and with
    whom."""
    try:
        return choice_of(booking=booking)
    except UnknownChoice:
        return replace(choose(service=booking.service), location=_place_of(booking))


def wants_the_same(booking: Booking, choice: Choice) -> bool:
    """Whether a booking was made by this choice: the same service and place, for as many people,
    with the same person if one was named."""
    try:
        return _wanted(choice_of(booking=booking)) == _wanted(choice)
    except UnknownChoice:
        return False


def _wanted(choice: Choice) -> tuple[object, ...]:
    extras = frozenset(it.pk for it in choice.add_ons)
    people = (choice.party_size, choice.chosen_id)
    return (choice.service.pk, choice.variant, tuple(choice.mix), choice.location, extras, people)


def _place_of(booking: Booking) -> Location | None:
    if booking.location_id is None:
        return None
    known = (it for it in booking.service.all_locations if it.pk == booking.location_id)
    return next(known, None) or booking.location
