"""Which days of one choice are free, and the times of one of them: the picker's facts.

At most five queries of its own: hours are read to the end of the horizon once, busy spans only
for the days that are shown, and once more when none of those is free.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.availability.engine.diagnosis import why_no_times
from apps.availability.engine.inputs import Search
from apps.availability.engine.reasons import Reason
from apps.availability.engine.slots import DayParts, Slot, find_slots, free_days, nearest_slots
from apps.availability.queries.search import SlotQuery, as_if_free, with_later_busy
from apps.bookings.queries.offered import load_offer
from apps.bookings.wishes import SPANS, Wish, wishes_from, worth_waiting
from apps.catalog.queries import may_wait_for_a_time
from apps.kernel.spans import DAY, WEEK, Period, period_of, strip_start

FARTHEST = timedelta(days=366)
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Ask:
    """What an address asks to see: one day, the first free day of a week or month, or just any.

    near asks for the first free day from that one on, and for the first of all when there is none.
    """

    on: date | None = None
    near: date | None = None
    week: date | None = None
    month: date | None = None
    gone: datetime | None = None

    @property
    def anchor(self) -> date | None:
        return self.on or self.near or self.week or self.month

    @property
    def takes_later(self) -> bool:
        """Whether a day beyond what is shown will do when nothing of that is free."""
        return self.anchor in {None, self.near}


@dataclass(frozen=True, slots=True)
class Days:
    """Everything the picker shows of time. Dates are those of zone, the clock of the page.

    nearest is None unless a time was lost; then the free times closest to it, perhaps none.
    waits: somebody works at these hours of the chosen day, or of the days from the first one on
    when no day has times, and nothing is free in them (venue's clock).
    """

    zone: ZoneInfo
    today: date
    horizon: date
    period: Period
    strip: Period
    parts: Mapping[date, DayParts]
    chosen: date | None
    slots: tuple[Slot, ...]
    nearest: tuple[Slot, ...] | None
    reasons: tuple[Reason, ...]
    waits: Wish | None = None

    def count(self, on: date) -> int:
        return self.parts[on].total if on in self.parts else 0

    @property
    def near(self) -> tuple[date, ...]:
        """The free days next to the chosen one, one before and one after."""
        pivot = self.chosen or self.today
        free = [on for on in sorted(self.parts) if self.count(on)]
        before = [on for on in free if on < pivot][-1:]
        return (*before, *[on for on in free if on > pivot][:1])


def find_days(
    *, query: SlotQuery, ask: Ask, zone: ZoneInfo, week_starts: int, now: datetime
) -> Days:
    """Find the day to open on and its times, and count the days around it.

    Without a wish it is the first free day of all, and near a day the first from there
    on; a day that was wished for, or on which a time was lost, is shown even without times, with
    the reasons and the free days next to it.
    """
    today = now.astimezone(zone).date()
    if ask.gone is not None and ask.anchor is None:
        ask = replace(ask, on=ask.gone.astimezone(zone).date())
    anchor = max(ask.anchor or today, today)
    shown = _shown(anchor, today=today, week_starts=week_starts)
    horizon = max(_horizon(query, today=today, now=now), anchor)
    last = min(shown[1], horizon)
    search = load_offer(query=query, first=shown[0], last=last, now=now, hours_until=horizon)
    parts = free_days(search, first=shown[0], last=last, dates_in=zone)
    chosen = _choose(ask, parts, today=today)
    there = search
    if chosen is None and ask.takes_later and last < horizon:
        later = with_later_busy(search, query=query, first=last + DAY, last=horizon, now=now)
        found = free_days(later, first=last + DAY, last=horizon, dates_in=zone)
        parts = {**parts, **found}
        chosen = _first_free(found, Period(last + DAY, horizon))
        anchor, there = (chosen, later) if chosen else (anchor, search)
    if chosen is None and ask.near is not None:
        anywhere = replace(ask, near=None)
        return find_days(query=query, ask=anywhere, zone=zone, week_starts=week_starts, now=now)
    start = strip_start(chosen or anchor, today=today)
    days = Days(
        zone=zone,
        today=today,
        horizon=horizon,
        period=period_of(chosen or anchor, today=today, week_starts=week_starts),
        strip=Period(start, start + timedelta(days=WEEK - 1)),
        parts=parts,
        chosen=chosen,
        slots=(),
        nearest=_nearest(search, ask, zone=zone, shown=Period(shown[0], last)),
        reasons=(),
    )
    return _with_times(days, there, query, anchor, last)


def _with_times(days: Days, search: Search, query: SlotQuery, anchor: date, last: date) -> Days:
    on = days.chosen or anchor
    slots = tuple(find_slots(search, first=on, last=on, dates_in=days.zone))
    until = on if days.chosen else days.period.last
    reasons = () if slots else why_no_times(search, first=on, last=until, dates_in=days.zone)
    return replace(days, slots=slots, reasons=reasons, waits=_waits(days, search, query, on, last))


def _waits(days: Days, search: Search, query: SlotQuery, on: date, last: date) -> Wish | None:
    """The wish for the fewest days from the shown one on, of those that were read, that is worth
    waiting for."""
    if not may_wait_for_a_time(query.service):
        return None
    reach = 0 if days.chosen else (last - on).days
    wishes = wishes_from(on, spans=[it for it in SPANS if it - 1 <= reach])
    until = max(it.last_on for it in wishes.values())
    worth = worth_waiting(
        wishes,
        worked=_starts(as_if_free(search), on, until),
        free=_starts(search, on, until),
        lasts=timedelta(seconds=search.shape.duration),
        zone=search.zone,
    )
    return wishes[min(worth)] if worth else None


def _starts(search: Search, first: date, last: date) -> list[datetime]:
    return [starts_at(slot) for slot in find_slots(search, first=first, last=last)]


def _shown(anchor: date, *, today: date, week_starts: int) -> tuple[date, date]:
    period = period_of(anchor, today=today, week_starts=week_starts)
    start = strip_start(anchor, today=today)
    first = max(today, min(period.first, start))
    return first, max(period.last, start + timedelta(days=WEEK - 1))


def _horizon(query: SlotQuery, *, today: date, now: datetime) -> date:
    policy = query.policy
    ends = [today + FARTHEST]
    if policy.horizon_days is not None:
        ends.append(today + timedelta(days=policy.horizon_days))
    if policy.max_advance_minutes is not None:
        ends.append((now + timedelta(minutes=policy.max_advance_minutes)).date() + DAY)
    return max(today, min(ends))


def _choose(ask: Ask, parts: Mapping[date, DayParts], *, today: date) -> date | None:
    if ask.on is not None:
        return max(ask.on, today)
    if ask.near is not None:
        return _first_free(parts, Period(max(ask.near, today), date.max))
    if ask.week is not None:
        start = max(ask.week, today)
        return _first_free(parts, Period(start, start + timedelta(days=WEEK - 1)))
    dates = sorted(parts)
    whole = Period(max(ask.month or today, today), dates[-1] if dates else today)
    return _first_free(parts, whole)


def _first_free(parts: Mapping[date, DayParts], period: Period) -> date | None:
    return next((on for on in sorted(parts) if on in period and parts[on].total), None)


def _nearest(search: Search, ask: Ask, *, zone: ZoneInfo, shown: Period) -> tuple[Slot, ...] | None:
    if ask.gone is None:
        return None
    slots = find_slots(search, first=shown.first, last=shown.last, dates_in=zone)
    if any(slot.start == int(ask.gone.timestamp()) for slot in slots):
        return None  # it is free again
    return tuple(nearest_slots(slots, to=int(ask.gone.timestamp()), count=NEAREST))


def starts_at(slot: Slot) -> datetime:
    """The start of a slot as an instant in UTC."""
    return datetime.fromtimestamp(slot.start, UTC)
