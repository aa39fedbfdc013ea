"""What is open, and what of it is still free (rules T11, T1, T4, C2).

First from weekly hours and exceptions to the instants a resource is open. Order of rules: the
business's hours hold unless the resource has weekly hours of its own; an own exception for a date
wins over everything; a business exception cuts a resource with own weekly hours to the common part;
the service's own hours cut everybody. A range belongs to the date it starts on, also past midnight.
Each range (or common part) anchors its own grid, while ranges that touch are open right through: an
appointment may run from one into the next. A closing wins over hours on the same date, whichever of
them names a location: a time that should not be sold is not.

Then the rule that showed a time, asked again for one instant, and which resources serve it: the
owner's ranking, or whoever is least booked that day (rule B28).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from apps.availability.engine.inputs import (
    DateRule,
    Hours,
    MinuteRange,
    Requirement,
    ResourceFacts,
    Search,
    Selection,
    WeeklyRange,
)
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
from apps.kernel.spans import Seconds, Spans, covers, first_overlap, merge

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


@dataclass(frozen=True, slots=True)
class Assignment:
    """The resources chosen for a slot, one per requirement, in the requirements' order."""

    resource_ids: tuple[int, ...]


def preferred(search: Search, resource_ids: Iterable[int], on: date) -> list[int]:
    """Known resources, most preferred first: FAIR counts the date's bookings, then rank, then id.

    ``on`` is the local date of the slot's start in the venue's zone. Ties never depend on the
    order of the input.
    """
    fair = search.selection is Selection.FAIR

    def key(resource_id: int) -> tuple[int, int, int]:
        facts = search.resources[resource_id]
        return facts.booked_that_day.get(on, 0) if fair else 0, facts.rank, resource_id

    return sorted({id_ for id_ in resource_ids if id_ in search.resources}, key=key)


def distinct_choice(options: Sequence[Sequence[int]]) -> tuple[int, ...] | None:
    """One id from each row, none used twice, earlier entries first; None when impossible."""
    return _choose(options, ())


def _choose(options: Sequence[Sequence[int]], chosen: tuple[int, ...]) -> tuple[int, ...] | None:
    if len(chosen) == len(options):
        return chosen
    for resource_id in options[len(chosen)]:
        if resource_id not in chosen:
            found = _choose(options, (*chosen, resource_id))
            if found is not None:
                return found
    return None


def is_still_free(search: Search, *, start: int, primary_id: int | None) -> Assignment | None:
    """Who would serve a slot at ``start`` (Unix seconds), or None when it cannot be sold.

    Says yes exactly for the starts ``find_slots`` lists: hours, grid, buffers, limits and all
    requirements included. ``primary_id`` asks for one person, None for anybody. Resources are
    picked by the search's preference.
    """
    if not search.requirements or not search.limits.allow(start):
        return None
    first, *others = search.requirements
    on = local_date(search.zone, start)
    hours = OpeningHours(search, start, start + 1)
    asked = first.resource_ids if primary_id is None else {primary_id} & set(first.resource_ids)
    options: list[list[int]] | None = None
    for id_ in preferred(search, asked, on):
        facts = search.resources[id_]
        if _is_on_grid(search, hours, facts, start) and _takes(search, hours, facts, start):
            if options is None:
                options = [_free_of(it, search, hours, start, on) for it in others]
            chosen = distinct_choice([[id_], *options])
            if chosen is not None:
                return Assignment(chosen)
    return None


def fits(search: Search, *, start: int, resource_ids: Sequence[int]) -> bool:
    """Whether these very resources are open and free for an appointment at ``start``.

    The question of confirming and of the *fits?* line: no grid, no limits, no choice. False for a
    resource the search does not know, or one that is named twice. ``reasons.why_not_fit`` explains.
    """
    if len(set(resource_ids)) < len(resource_ids):
        return False
    hours = OpeningHours(search, start, start + 1)
    facts = [search.resources.get(resource_id) for resource_id in resource_ids]
    return all(it is not None and _takes(search, hours, it, start) for it in facts)


def with_kept_buffers(search: Search, *, start: int, kept: Collection[Seconds | None]) -> Search:
    """The same search with the clean-up that a visit at ``start`` was booked with.

    ``kept`` is what it occupies of each of its resources (Unix seconds, None: nothing). Where that
    is not one and the same span around the visit, the clean-up of the search stays: it is to be
    taken anew.
    """
    shape = search.shape
    if len(set(kept)) != 1 or None in kept:
        return search
    ((low, high),) = {span for span in kept if span is not None}
    before, after = start - low, high - start - shape.duration
    if before < 0 or after < 0:
        return search
    return replace(search, shape=replace(shape, buffer_before=before, buffer_after=after))


def pick_one_of_each(search: Search, *, start: int) -> tuple[int, ...]:
    """One resource for each requirement at ``start`` (Unix seconds), none of them twice: the first
    ones that fit.

    For a request that occupies nothing yet: the *fits?* line and the confirmation have to look at
    the same resources. Where that cannot be, somebody who is in the way stands for their type, so
    that ``why_not_fit`` can say what is; a type of which nobody is left has no place in the answer.
    """
    able, anybody = [], []
    for requirement in search.requirements:
        ids = requirement.resource_ids
        free = [it for it in ids if fits(search, start=start, resource_ids=[it])]
        able.append(free)
        anybody.append([*free, *(it for it in ids if it not in free)])
    chosen = distinct_choice(able) or distinct_choice(anybody)
    return chosen if chosen is not None else _first_of_each(anybody)


def _first_of_each(options: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """The first of each row that no row before has taken; nothing of a row that has no other."""
    picked: list[int] = []
    for ids in options:
        picked += [it for it in ids if it not in picked][:1]
    return tuple(picked)


def asking_for(search: Search, primary_id: int) -> Search:
    """The same search for one primary resource; for nobody when it is not eligible."""
    if not search.requirements:
        return search
    primary, *others = search.requirements
    eligible = (primary_id,) if primary_id in primary.resource_ids else ()
    return replace(search, requirements=(Requirement(primary.type_id, eligible), *others))


def _free_of(
    requirement: Requirement, search: Search, hours: OpeningHours, start: int, on: date
) -> list[int]:
    """Who could meet a further requirement, the preferred one first."""
    known = search.resources
    ids = preferred(search, requirement.resource_ids, on)
    return [id_ for id_ in ids if _takes(search, hours, known[id_], start)]


def _is_on_grid(search: Search, hours: OpeningHours, facts: ResourceFacts, start: int) -> bool:
    opening = hours.of(facts.hours)
    return any(
        window.start <= start < window.end
        and start in grid_starts(opening.zone, window, search.shape.step)
        for window in opening.windows
    )


def _takes(search: Search, hours: OpeningHours, facts: ResourceFacts, start: int) -> bool:
    shape = search.shape
    opening = hours.of(facts.hours)
    return (
        covers(opening.spans, shape.within_hours(start))
        and first_overlap(facts.busy, shape.footprint(start)) is None
    )
