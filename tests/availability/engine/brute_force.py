"""The engine's rules once more, told slowly: walk every UTC minute and read the wall clock.

Shares no code with the engine but its inputs. Everything is in whole minutes since 1970, so
durations, buffers, grids and busy spans of the searches given here must be whole minutes.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apps.availability.engine.inputs import DateRule, Hours, ResourceFacts, Search, Selection

DAY = 1440
# Clocks are up to 14 hours ahead of UTC, and ranges last up to the end of the next day.
MARGIN = 5 * DAY


class Walk(NamedTuple):
    """What a clock reads in each minute of a stretch, and when it first read a time or later."""

    reads: dict[int, int]
    first: dict[int, int]


class Stretch(NamedTuple):
    minutes: range
    anchor: int


@lru_cache(maxsize=64)
def walk(zone: ZoneInfo, low: int, high: int) -> Walk:
    reads, first = {}, {}
    latest = None
    for minute in range(low, high):
        local = datetime.fromtimestamp(minute * 60, zone).replace(tzinfo=UTC)
        reading = reads[minute] = int(local.timestamp()) // 60
        for passed in range(reading if latest is None else latest + 1, reading + 1):
            first[passed] = minute
        latest = reading if latest is None else max(latest, reading)
    return Walk(reads, first)


def midnight(on: date) -> int:
    return int(datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp()) // 60


def rules_on(hours: Hours, on: date, place: int | None, *, person: bool) -> list[DateRule] | None:
    """The exceptions that count on a date; None when the weekly ranges stay."""
    rules = [rule for rule in hours.exceptions if rule.on == on]
    if not person:
        here = [rule for rule in rules if rule.location_id == place]
        everywhere = [rule for rule in rules if rule.location_id is None]
        if shut(here + everywhere):
            return []
        return here or everywhere or None
    if place is None:
        here = [rule for rule in rules if rule.location_id is None or rule.ranges]
    else:
        here = [rule for rule in rules if rule.location_id in {None, place}]
    if shut(here) or (not here and any(rule.ranges for rule in rules)):
        return []
    return here or None


def shut(rules: list[DateRule]) -> bool:
    return any(not rule.ranges for rule in rules)


def weekly_on(hours: Hours, on: date, place: int | None) -> list[tuple[int, int]]:
    return [
        (it.starts_minute, it.ends_minute)
        for it in hours.weekly or ()
        if it.weekday == on.weekday()
        and (it.valid_from is None or it.valid_from <= on)
        and (it.valid_to is None or it.valid_to >= on)
        and (place is None or it.location_id is None or it.location_id == place)
    ]


class Reference:
    """Answers for one search between two minutes."""

    def __init__(self, search: Search, low: int, high: int) -> None:
        self.search = search
        # Whole days, so that the slow walk is shared by many examples.
        self.low = low - low % DAY - MARGIN
        self.high = high - high % DAY + MARGIN
        self.range = range(low, high)
        self.opened: dict[int, tuple[list[Stretch], set[int], ZoneInfo]] = {}
        shape = search.shape
        self.length = shape.duration // 60
        self.before, self.after = shape.buffer_before // 60, shape.buffer_after // 60
        self.taken = {
            facts.resource_id: {
                minute for start, end in facts.busy for minute in range(start // 60, end // 60)
            }
            for facts in search.resources.values()
        }

    def clock(self, zone: ZoneInfo) -> Walk:
        return walk(zone, self.low, self.high)

    def days(self) -> list[date]:
        start = datetime.fromtimestamp(self.low * 60, UTC).date()
        return [start + timedelta(days=it) for it in range(2, (self.high - self.low) // DAY - 2)]

    def stretch(self, zone: ZoneInfo, on: date, ranges: list[tuple[int, int]]) -> list[Stretch]:
        first = self.clock(zone).first
        walls = [(midnight(on) + start, midnight(on) + end) for start, end in ranges]
        return [Stretch(range(first[start], first[end]), start) for start, end in walls]

    def both(
        self, one: list[Stretch], two: list[Stretch], zone: ZoneInfo, other: ZoneInfo
    ) -> list[Stretch]:
        found = []
        for mine, cut in product(one, two):
            shared = [minute for minute in mine.minutes if minute in cut.minutes]
            if shared:
                same = zone.key == other.key
                anchor = cut.anchor if same else self.clock(zone).reads[cut.minutes[0]]
                found.append(Stretch(range(shared[0], shared[-1] + 1), max(mine.anchor, anchor)))
        return found

    def place_ranges(self, hours: Hours, on: date) -> tuple[list[tuple[int, int]], bool]:
        rules = rules_on(hours, on, self.search.location_id, person=False)
        if rules is None:
            return weekly_on(hours, on, self.search.location_id), False
        return [pair for rule in rules for pair in rule.ranges], True

    def open(self, facts: ResourceFacts) -> tuple[list[Stretch], set[int], ZoneInfo]:
        if facts.resource_id not in self.opened:
            self.opened[facts.resource_id] = self.work_out(facts)
        return self.opened[facts.resource_id]

    def work_out(self, facts: ResourceFacts) -> tuple[list[Stretch], set[int], ZoneInfo]:
        search, hours = self.search, facts.hours
        own = hours is not None and hours.weekly is not None
        zone = (hours.zone if own and hours else None) or search.zone
        found: list[Stretch] = []
        for on in self.days():
            ranges, special = self.place_ranges(search.business_hours, on)
            business = self.stretch(search.zone, on, ranges)
            rules = rules_on(hours, on, search.location_id, person=True) if hours else None
            if hours is None or (rules is None and not own):
                found += business
            elif rules is not None:
                found += self.stretch(zone, on, [pair for it in rules for pair in it.ranges])
            else:
                mine = self.stretch(zone, on, weekly_on(hours, on, search.location_id))
                found += self.both(mine, business, zone, search.zone) if special else mine
        if search.service_hours is not None:
            service: list[Stretch] = []
            for on in self.days():
                ranges, _ = self.place_ranges(search.service_hours, on)
                service += self.stretch(search.zone, on, ranges)
            found = self.both(found, service, zone, search.zone)
        return found, {minute for it in found for minute in it.minutes}, zone

    def can_take(self, resource_id: int, start: int) -> bool:
        facts = self.search.resources.get(resource_id)
        if facts is None:
            return False
        _, opened, _ = self.open(facts)
        appointment = range(start, start + self.length)
        footprint = range(start - self.before, start + self.length + self.after)
        inside = footprint if self.search.shape.buffers_within_hours else appointment
        return all(it in opened for it in inside) and not any(
            it in self.taken[resource_id] for it in footprint
        )

    def on_grid(self, resource_id: int, start: int) -> bool:
        stretches, _, zone = self.open(self.search.resources[resource_id])
        reads = self.clock(zone).reads[start]
        step = self.search.shape.step // 60
        return any(
            start in it.minutes and reads >= it.anchor and (reads - it.anchor) % step == 0
            for it in stretches
        )

    def preference(self, resource_id: int, start: int) -> tuple[int, int, int]:
        facts = self.search.resources[resource_id]
        fair = self.search.selection is Selection.FAIR
        on = datetime.fromtimestamp(start * 60, self.search.zone).date()
        return facts.booked_that_day.get(on, 0) if fair else 0, facts.rank, resource_id

    def teams(self, start: int) -> list[tuple[int, ...]]:
        """Every way to fill the requirements with different free resources, best first."""
        if not self.search.requirements:
            return []
        options = []
        for requirement in self.search.requirements:
            ids = {id_ for id_ in requirement.resource_ids if self.can_take(id_, start)}
            options.append(sorted(ids, key=lambda id_: self.preference(id_, start)))
        return [
            team
            for team in product(*options)
            if len(set(team)) == len(team) and self.on_grid(team[0], start)
        ]

    def allowed(self, start: int) -> bool:
        limits = self.search.limits
        if any(low <= start * 60 < high for low, high in limits.called_off):
            return False
        return (limits.earliest is None or limits.earliest <= start * 60) and (
            limits.latest is None or start * 60 <= limits.latest
        )

    def slots(self) -> dict[int, list[tuple[int, ...]]]:
        """Unix second of each bookable start in the range, with all its teams, best first."""
        found = {}
        for minute in self.range:
            teams = self.teams(minute) if self.allowed(minute) else []
            if teams:
                found[minute * 60] = teams
        return found
