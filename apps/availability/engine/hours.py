"""From weekly hours and exceptions to the instants a resource is open (rules T11, T1, T4).

Order of rules: the business's hours hold unless the resource has weekly hours of its own; an own
exception for a date wins over everything; a business exception cuts a resource with own weekly
hours to the common part; the service's own hours cut everybody. A range belongs to the date it
starts on, also past midnight. Each range (or common part) anchors its own grid, while ranges that
touch are open right through: an appointment may run from one into the next. A closing wins over
hours on the same date, whichever of them names a location: a time that should not be sold is not.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apps.availability.engine.inputs import DateRule, Hours, MinuteRange, Search, WeeklyRange
from apps.availability.engine.zones import (
    DAY,
    boundary,
    candidates,
    dates_between,
    local_date,
    offset_at,
    offsets,
    wall_at,
    wall_of,
)
from apps.kernel.spans import Spans, merge

# A range starts within its day and ends within the next, plus the longest clock change.
LONGEST_WINDOW = 3 * DAY


class Window(NamedTuple):
    """Open from ``start`` to ``end`` (instants); its grid counts from the wall ``anchor``."""

    start: int
    end: int
    anchor: int


class Opening(NamedTuple):
    """A resource's windows sorted by start, and the same minutes merged."""

    zone: ZoneInfo
    windows: tuple[Window, ...]
    spans: Spans


class Rota:
    """Hours of one owner at one location, indexed by weekday and date.

    A place (business, service) may have special hours at one location and ordinary ones at
    another. A person is at one place at a time: special hours at one location mean not being at
    the others, while an exception without ranges only closes its own location.
    """

    def __init__(self, hours: Hours, location_id: int | None, *, of_place: bool) -> None:
        self.location_id = location_id
        self.of_place = of_place
        self.weekly: dict[int, list[WeeklyRange]] = defaultdict(list)
        self.rules: dict[date, list[DateRule]] = defaultdict(list)
        for weekly in hours.weekly or ():
            if location_id is None or weekly.location_id in (None, location_id):
                self.weekly[weekly.weekday].append(weekly)
        for rule in hours.exceptions:
            self.rules[rule.on].append(rule)

    def usual(self, on: date) -> list[MinuteRange]:
        """The weekly ranges that start on a date."""
        ranges = self.weekly.get(on.weekday(), ())
        return [(it.starts_minute, it.ends_minute) for it in ranges if it.applies_on(on)]

    def special(self, on: date) -> list[MinuteRange] | None:
        """The ranges that replace the weekly ones on a date; [] is closed, None is no exception."""
        rules = self.rules.get(on)
        if rules is None:
            return None
        here = self._of_place(rules) if self.of_place else self._of_person(rules)
        if any(not rule.ranges for rule in here):
            return []
        if here:
            return [minutes for rule in here for minutes in rule.ranges]
        elsewhere = not self.of_place and any(rule.ranges for rule in rules)
        return [] if elsewhere else None

    def _of_place(self, rules: list[DateRule]) -> list[DateRule]:
        exact = [rule for rule in rules if rule.location_id == self.location_id]
        everywhere = [rule for rule in rules if rule.location_id is None]
        if any(not rule.ranges for rule in everywhere):
            return everywhere
        return exact or everywhere

    def _of_person(self, rules: list[DateRule]) -> list[DateRule]:
        if self.location_id is None:
            return [rule for rule in rules if rule.ranges or rule.location_id is None]
        return [rule for rule in rules if rule.location_id in (None, self.location_id)]


class OpeningHours:
    """The openings of every resource of a search around ``[low, high)``, each computed once.

    Also covers what an appointment that starts inside needs before and after, buffers included.
    """

    def __init__(self, search: Search, low: int, high: int) -> None:
        shape = search.shape
        self.low = low - shape.buffer_before
        self.high = high + shape.duration + shape.buffer_after
        self.zone = search.zone
        self.location_id = search.location_id
        self.business = Rota(search.business_hours, search.location_id, of_place=True)
        self.service = None if search.service_hours is None else self._service(search.service_hours)
        self.known: dict[Hours | None, Opening] = {}

    def of(self, hours: Hours | None) -> Opening:
        """When a resource with these hours is open for this service at this location."""
        opening = self.known.get(hours)
        if opening is None:
            opening = self.known[hours] = self._open(hours)
        return opening

    def _open(self, hours: Hours | None) -> Opening:
        zone = self.zone
        if hours is None:
            windows = [it for on in self._dates(zone) for it in self._business_windows(on)]
        else:
            rota = Rota(hours, self.location_id, of_place=False)
            if hours.weekly is not None and hours.zone is not None:
                zone = hours.zone
            follows = hours.weekly is None
            windows = [
                it
                for on in self._dates(zone)
                for it in self._own_windows(rota, on, zone, follows=follows)
            ]
        if self.service is not None:
            service = self.service
            windows = [it for window in windows for it in self._during(service, window, zone)]
        windows.sort()
        return Opening(zone, tuple(windows), merge((it.start, it.end) for it in windows))

    def _business_windows(self, on: date) -> list[Window]:
        special = self.business.special(on)
        return windows_of(self.zone, on, self.business.usual(on) if special is None else special)

    def _own_windows(self, rota: Rota, on: date, zone: ZoneInfo, *, follows: bool) -> list[Window]:
        special = rota.special(on)
        if special is not None:
            return windows_of(zone, on, special)
        if follows:
            return self._business_windows(on)
        usual = windows_of(zone, on, rota.usual(on))
        business_special = self.business.special(on)
        if business_special is None:
            return usual
        limits = windows_of(self.zone, on, business_special)
        return [it for window in usual for it in common(window, limits, zone, self.zone)]

    def _service(self, hours: Hours) -> list[Window]:
        rota = Rota(hours, self.location_id, of_place=True)
        windows: list[Window] = []
        for on in self._dates(self.zone):
            special = rota.special(on)
            windows += windows_of(self.zone, on, rota.usual(on) if special is None else special)
        return sorted(windows)

    def _during(self, service: list[Window], window: Window, zone: ZoneInfo) -> list[Window]:
        first = bisect_left(service, (window.start - LONGEST_WINDOW,))
        last = bisect_left(service, (window.end,))
        return common(window, service[first:last], zone, self.zone)

    def _dates(self, zone: ZoneInfo) -> Iterable[date]:
        # The day before, because its ranges may run past midnight into the first day.
        first = local_date(zone, self.low) - timedelta(days=1)
        return dates_between(first, local_date(zone, self.high))


def windows_of(zone: ZoneInfo, on: date, ranges: Iterable[MinuteRange]) -> list[Window]:
    """The instants of a date's minute ranges (rule T1); one that falls into a gap vanishes."""
    windows = []
    for starts_minute, ends_minute in ranges:
        anchor = wall_at(on, starts_minute)
        start, end = boundary(zone, anchor), boundary(zone, wall_at(on, ends_minute))
        if start < end:
            windows.append(Window(start, end, anchor))
    return windows


def common(
    window: Window, limits: Iterable[Window], zone: ZoneInfo, limits_zone: ZoneInfo
) -> list[Window]:
    """The parts of ``window`` inside ``limits``; each part anchors its grid at its later start."""
    parts = []
    for limit in limits:
        start, end = max(window.start, limit.start), min(window.end, limit.end)
        if start < end:
            anchor = limit.anchor if limits_zone is zone else wall_of(zone, limit.start)
            parts.append(Window(start, end, max(window.anchor, anchor)))
    return parts


def grid_starts(zone: ZoneInfo, window: Window, step: int) -> Sequence[int]:
    """Instants inside the window whose wall is ``anchor + k * step`` (seconds), in order.

    A skipped wall is dropped, a repeated one is there twice; both still count as grid points.
    """
    before, after = offsets(zone, window.anchor)
    if before == after == offset_at(zone, window.end - 1):
        # No change of offset between start and end: the wall grid is a plain range.
        return range(window.start, window.end, step)
    return _across_a_change(zone, window, step)


def _across_a_change(zone: ZoneInfo, window: Window, step: int) -> Sequence[int]:
    found: set[int] = set()
    wall = window.anchor
    while boundary(zone, wall) < window.end:
        found.update(candidates(zone, wall))
        wall += step
    return sorted(start for start in found if window.start <= start < window.end)
