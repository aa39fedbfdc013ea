"""Free times to suggest instead of one that was asked for, by the rule that offers slots to
customers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.availability.engine.slots import find_slots
from apps.bookings.models import Booking, BookingEvent, SuggestedTime
from apps.bookings.plan_uses import plan_limits_of
from apps.bookings.queries.minimum import starts_with_enough
from apps.bookings.queries.offered import choice_of, load_offer, slot_query, wants_the_same
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, is_bookable, zone_of

MAX_SUGGESTED = 3
DAYS, PER_DAY = 4, 3
DAY = 86_400
BOOKED = {Booking.Status.PENDING, Booking.Status.CONFIRMED}
BEFORE, AFTER = timedelta(days=7), timedelta(days=21)


def pick_times(
    starts: Iterable[int], *, wanted: int, duration: int, zone: ZoneInfo
) -> tuple[int, ...]:
    """Pick a dozen starts (Unix seconds) around the wanted one: of each of the four nearest days
    up to three that lie near its time of day and do not overlap each other. In order of time."""
    days: dict[date, list[int]] = defaultdict(list)
    for start in starts:
        if start != wanted:
            days[datetime.fromtimestamp(start, zone).date()].append(start)
    target = datetime.fromtimestamp(wanted, zone)
    nearest = sorted(days, key=lambda on: (abs(on - target.date()), on))[:DAYS]
    picked = [
        start
        for on in nearest
        for start in _apart(sorted(days[on], key=lambda it: _strangeness(it, wanted)), duration)
    ]
    return tuple(sorted(picked))


def nearest_times(starts: Iterable[int], *, wanted: int) -> tuple[int, ...]:
    """The three that lie nearest to the wanted start, in order of time: ticked to begin with."""
    return tuple(sorted(sorted(starts, key=lambda it: abs(it - wanted))[:MAX_SUGGESTED]))


def _strangeness(start: int, wanted: int) -> int:
    """How far its time of day is from the wanted one; an hour more or less over a clock change
    does no harm here."""
    apart = abs(start - wanted) % DAY
    return min(apart, DAY - apart)


def _apart(starts: Sequence[int], duration: int) -> list[int]:
    chosen: list[int] = []
    for start in starts:
        if len(chosen) < PER_DAY and all(abs(start - it) >= duration for it in chosen):
            chosen.append(start)
    return chosen


def find_free_starts(*, booking: Booking, now: datetime) -> list[datetime]:
    """List the free starts (UTC) for what a booking asked for, from a week before to three weeks
    after its time; with the same person when one was chosen. Nothing when it is not offered."""
    try:
        choice = choice_of(booking=booking)
    except UnknownChoice:
        return []
    if not is_bookable(service=choice.service):
        return []
    query = slot_query(choice=choice, own_session_id=booking.session_id)
    zone = zone_of(service=choice.service, location=query.location)
    today = now.astimezone(zone).date()
    wanted = max(booking.starts_at.astimezone(zone).date(), today)
    first, last = max(wanted - BEFORE, today), wanted + AFTER
    search = load_offer(query=query, first=first, last=last, now=now)
    return [
        datetime.fromtimestamp(slot.start, UTC)
        for slot in find_slots(search, first=first, last=last)
    ]


def find_suggestions(
    *, booking: Booking, now: datetime
) -> tuple[Sequence[datetime], Sequence[datetime]]:
    """Return a dozen times to suggest, and those of them that are ticked to begin with (UTC)."""
    starts = [int(at.timestamp()) for at in find_free_starts(booking=booking, now=now)]
    wanted = int(booking.starts_at.timestamp())
    duration = int((booking.ends_at - booking.starts_at).total_seconds())
    zone = zone_of(service=booking.service, location=booking.location)
    picked = pick_times(starts, wanted=wanted, duration=duration, zone=zone)
    return _instants(picked), _instants(nearest_times(picked, wanted=wanted))


def find_nearest(*, booking: Booking, now: datetime) -> tuple[datetime, ...]:
    """The three free starts (UTC) nearest to the booking's own, not while a plan that pays for it
    pays another visit of its one person, nor where a confirmed one would wait for more people;
    none for a class or a course."""
    if booking.kind != Service.Kind.APPOINTMENT:
        return ()
    wanted, length = int(booking.starts_at.timestamp()), booking.ends_at - booking.starts_at
    limits = plan_limits_of(booking)
    starts = starts_with_enough(booking, find_free_starts(booking=booking, now=now), now=now)
    free = [int(at.timestamp()) for at in starts if not limits.is_taken([(at, at + length)])]
    return _instants(nearest_times((it for it in free if it != wanted), wanted=wanted))


def list_suggested(*, booking: Booking, now: datetime) -> tuple[datetime, ...]:
    """List the suggested times of a declined request that can still be taken (UTC)."""
    if booking.status != Booking.Status.DECLINED:
        return ()
    suggested = set(
        SuggestedTime.objects.filter(booking=booking).values_list("starts_at", flat=True)
    )
    if not suggested:
        return ()
    free = find_free_starts(booking=booking, now=now)
    return tuple(at for at in free if at in suggested)


def find_suggestion(
    *, declined: Booking, choice: Choice, starts_at: datetime
) -> SuggestedTime | None:
    """Return the suggestion that a customer takes with this choice and start (UTC): the very thing
    that was asked for, and none of these times was booked before. None where it is not one, and
    where a rule suggested it because nobody answered: the team has not said yes to that."""
    if declined.status != Booking.Status.DECLINED or has_taken_one(declined=declined):
        return None
    if has_lapsed(declined=declined):
        return None
    found = SuggestedTime.objects.filter(booking=declined, starts_at=starts_at).first()
    return found if found and wants_the_same(declined, choice) else None


def has_taken_one(*, declined: Booking) -> bool:
    """Whether one of the suggested times became a booking: the team said yes to one only."""
    return SuggestedTime.objects.filter(booking=declined, taken_by__status__in=BOOKED).exists()


def has_lapsed(*, declined: Booking) -> bool:
    """Whether the request ended because nobody answered in time."""
    return declined.history.filter(action=BookingEvent.Action.LAPSED).exists()


def _instants(starts: Sequence[int]) -> tuple[datetime, ...]:
    return tuple(datetime.fromtimestamp(start, UTC) for start in starts)
