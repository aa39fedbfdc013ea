"""Why not this one: ordered reasons as data, with the smallest change that would open the time.

Codes, not sentences: the page words them, politely for customers, in full for owners (rule T15).
The chain of rules is the one of the slots (rule T15); the deeper in the chain a resource fails, the
closer the time was to being bookable, and the more specific its reason is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from apps.availability.engine.free import OpeningHours, asking_for, is_still_free, preferred
from apps.availability.engine.inputs import (
    Hours,
    Limits,
    Requirement,
    ResourceFacts,
    Search,
    opens_at,
)
from apps.availability.engine.slots import Board, bits
from apps.availability.engine.zones import day_bounds, local_date
from apps.kernel.spans import Seconds, Spans, covers, first_overlap, overlaps

__all__ = [
    "Change",
    "ChangeKind",
    "Reason",
    "ReasonCode",
    "limit_reasons",
    "why_not",
    "why_not_fit",
]


class ReasonCode(StrEnum):
    """Why a time cannot be booked; the order here is the order of the answers."""

    TOO_LATE = "TOO_LATE"
    TOO_FEW_PEOPLE = "TOO_FEW_PEOPLE"
    OFF_GRID = "OFF_GRID"
    BUFFER_TOO_SHORT = "BUFFER_TOO_SHORT"
    BUSY = "BUSY"
    OUTSIDE_HOURS = "OUTSIDE_HOURS"
    DURATION_TOO_LONG = "DURATION_TOO_LONG"
    NOT_AT_LOCATION = "NOT_AT_LOCATION"
    RESOURCE_NOT_WORKING = "RESOURCE_NOT_WORKING"
    SERVICE_NOT_OFFERED_THEN = "SERVICE_NOT_OFFERED_THEN"
    BUSINESS_CLOSED = "BUSINESS_CLOSED"
    NO_WORKING_HOURS = "NO_WORKING_HOURS"
    NO_ASSIGNED_RESOURCES = "NO_ASSIGNED_RESOURCES"
    TOO_EARLY = "TOO_EARLY"
    BEYOND_HORIZON = "BEYOND_HORIZON"


ORDER = {code: index for index, code in enumerate(ReasonCode)}

# These hold for everybody alike, so they are said once and without a name.
OF_THE_BUSINESS = {ReasonCode.SERVICE_NOT_OFFERED_THEN, ReasonCode.BUSINESS_CLOSED}


class ChangeKind(StrEnum):
    """What would open a time; MOVE and OPENS_AT name the moment, the others the minutes."""

    MOVE = "MOVE"
    EXTEND_START = "EXTEND_START"
    EXTEND_END = "EXTEND_END"
    EXTEND_BOTH = "EXTEND_BOTH"
    SHORTEN_DURATION = "SHORTEN_DURATION"
    SHORTEN_BUFFER = "SHORTEN_BUFFER"
    SHORTEN_NOTICE = "SHORTEN_NOTICE"
    OPENS_AT = "OPENS_AT"


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change of one thing that would remove a reason.

    ``minutes`` are elapsed minutes, rounded up; for MOVE they are signed (minus is earlier).
    """

    kind: ChangeKind
    minutes: int | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: whom it concerns, the span in the way (Unix seconds), and what would help.

    For BUSY and BUFFER_TOO_SHORT ``span`` is the occupied time, for OUTSIDE_HOURS the open one.
    """

    code: ReasonCode
    resource_id: int | None = None
    span: Seconds | None = None
    change: Change | None = None


def in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each reason once, most specific first; among equals the order found stays."""
    return tuple(sorted(dict.fromkeys(reasons), key=lambda reason: ORDER[reason.code]))


def minutes_up(seconds: int) -> int:
    """Whole minutes, rounded up."""
    return -(-seconds // 60)


class Inquiry:
    """The questions asked about one start; openings are worked out once per kind of hours."""

    def __init__(self, search: Search, start: int) -> None:
        self.search = search
        self.start = start
        self.appointment = search.shape.appointment(start)
        self.footprint = search.shape.footprint(start)
        self.inside = search.shape.within_hours(start)
        self.day = day_bounds(search.zone, local_date(search.zone, start))
        self.openings = self._openings(search)

    def of_requirement(self, at: int) -> list[Reason]:
        """One reason per eligible resource, preferred ones first; [] when somebody is able."""
        requirement = self.search.requirements[at]
        on = local_date(self.search.zone, self.start)
        ids = preferred(self.search, requirement.resource_ids, on)
        if not ids:
            return [Reason(ReasonCode.NO_ASSIGNED_RESOURCES, _only(requirement))]
        found: list[Reason] = []
        for resource_id in ids:
            facts = self.search.resources[resource_id]
            reasons = self.of_resource(facts) or (self._off_grid(facts) if at == 0 else [])
            if not reasons:
                return []
            found += reasons
        return found

    def of_resource(self, facts: ResourceFacts) -> list[Reason]:
        """The first rule that keeps a resource from serving the start, its grid left aside."""
        spans = self.openings.of(facts.hours).spans
        if not covers(spans, self.appointment):
            return [self._closed(facts)]
        if not covers(spans, self.inside):
            return [self._buffer_outside(facts, spans)]
        conflict = first_overlap(facts.busy, self.appointment)
        if conflict is not None:
            return [Reason(ReasonCode.BUSY, facts.resource_id, conflict, self._move(facts))]
        if first_overlap(facts.busy, self.footprint) is not None:
            return [self._buffer_busy(facts)]
        return []

    @cached_property
    def board(self) -> Board:
        """What else is on offer on the start's date."""
        return Board(self.search, *self.day)

    def _off_grid(self, facts: ResourceFacts) -> list[Reason]:
        alone = replace(asking_for(self.search, facts.resource_id), limits=Limits())
        if Board(alone, self.start, self.start + 1).starts:
            return []
        return [Reason(ReasonCode.OFF_GRID, facts.resource_id, change=self._move(facts))]

    def _move(self, facts: ResourceFacts) -> Change | None:
        primary = facts.resource_id in self.search.requirements[0].resource_ids
        mask = self.board.primary_mask(facts) if primary else self.board.bookable
        starts = [self.board.starts[at] for at in bits(mask)]
        if not starts:
            return None
        nearest = min(starts, key=lambda it: (abs(it - self.start), it))
        return Change(ChangeKind.MOVE, (nearest - self.start) // 60, nearest)

    def _buffer_busy(self, facts: ResourceFacts) -> Reason:
        conflicts = [span for span in facts.busy if overlaps(span, self.footprint)]
        missing = max(self._buffer_missing(span) for span in conflicts)
        change = Change(ChangeKind.SHORTEN_BUFFER, minutes_up(missing))
        return Reason(ReasonCode.BUFFER_TOO_SHORT, facts.resource_id, conflicts[0], change)

    def _buffer_missing(self, span: Seconds) -> int:
        before = span[1] <= self.appointment[0]
        return span[1] - self.footprint[0] if before else self.footprint[1] - span[0]

    def _buffer_outside(self, facts: ResourceFacts, spans: Spans) -> Reason:
        span = next(it for it in spans if covers((it,), self.appointment))
        missing = max(span[0] - self.inside[0], self.inside[1] - span[1])
        change = Change(ChangeKind.SHORTEN_BUFFER, minutes_up(missing))
        return Reason(ReasonCode.BUFFER_TOO_SHORT, facts.resource_id, span, change)

    def _closed(self, facts: ResourceFacts) -> Reason:
        # Whoever follows the business's hours has no reason of their own.
        who = None if facts.hours is None else facts.resource_id
        if not has_hours(self.search, facts.hours):
            return Reason(ReasonCode.NO_WORKING_HOURS, who)
        for code, openings in self._relaxed:
            if covers(openings.of(facts.hours).spans, self.appointment):
                return Reason(code, None if code in OF_THE_BUSINESS else who)
        spans = self._near(facts.hours)
        if spans:
            return self._too_short_or_outside(who, spans)
        follows = facts.hours is None or facts.hours.weekly is None
        if follows and not self._near(None):
            return Reason(ReasonCode.BUSINESS_CLOSED)
        return Reason(ReasonCode.RESOURCE_NOT_WORKING, facts.resource_id)

    def _near(self, hours: Hours | None) -> list[Seconds]:
        around = self.day[0], max(self.day[1], self.appointment[1])
        return [it for it in self.openings.of(hours).spans if overlaps(it, around)]

    @cached_property
    def _relaxed(self) -> list[tuple[ReasonCode, OpeningHours]]:
        # Each step lifts one more rule: the first one that lets the time in is to blame.
        anytime = replace(self.search, service_hours=None)
        anywhere = replace(anytime, location_id=None)
        ordinary = replace(anywhere, business_hours=replace(anywhere.business_hours, exceptions=()))
        return [
            (ReasonCode.SERVICE_NOT_OFFERED_THEN, self._openings(anytime)),
            (ReasonCode.NOT_AT_LOCATION, self._openings(anywhere)),
            (ReasonCode.BUSINESS_CLOSED, self._openings(ordinary)),
        ]

    def _openings(self, search: Search) -> OpeningHours:
        return OpeningHours(search, *self.day)

    def _too_short_or_outside(self, who: int | None, spans: Sequence[Seconds]) -> Reason:
        missing = self.search.shape.duration - max(end - start for start, end in spans)
        if missing > 0:
            change = Change(ChangeKind.SHORTEN_DURATION, minutes_up(missing))
            return Reason(ReasonCode.DURATION_TOO_LONG, who, change=change)
        span = min(spans, key=lambda it: (sum(self._missing(it)), it))
        return Reason(ReasonCode.OUTSIDE_HOURS, who, span, self._extend(span))

    def _extend(self, span: Seconds) -> Change:
        early, late = self._missing(span)
        if early and late:
            return Change(ChangeKind.EXTEND_BOTH, minutes_up(early) + minutes_up(late))
        kind = ChangeKind.EXTEND_START if early else ChangeKind.EXTEND_END
        return Change(kind, minutes_up(early or late))

    def _missing(self, span: Seconds) -> tuple[int, int]:
        return max(0, span[0] - self.appointment[0]), max(0, self.appointment[1] - span[1])


def _only(requirement: Requirement) -> int | None:
    return requirement.resource_ids[0] if len(requirement.resource_ids) == 1 else None


def has_hours(search: Search, hours: Hours | None) -> bool:
    """Whether there is any range at all, on whatever date, a resource could be open in."""
    if hours is None:
        hours = search.business_hours
    weekly = search.business_hours.weekly if hours.weekly is None else hours.weekly
    return bool(weekly) or any(rule.ranges for rule in hours.exceptions)


def why_not(search: Search, *, start: int, primary_id: int | None) -> tuple[Reason, ...]:
    """Why a start (Unix seconds) is not on offer, most specific reason first; () when it is.

    Empty exactly when ``is_still_free`` says yes. One reason per resource that was asked about,
    then what policy says about a time too far ahead.
    """
    if is_still_free(search, start=start, primary_id=primary_id) is not None:
        return ()
    wanted = search if primary_id is None else asking_for(search, primary_id)
    found = list(limit_reasons(wanted, start))
    inquiry = Inquiry(wanted, start)
    unmet = [inquiry.of_requirement(at) for at in range(len(wanted.requirements))]
    found += [reason for reasons in unmet for reason in reasons]
    # Everybody asked is able, but the same person would have to be in two places.
    return in_order(found or [Reason(ReasonCode.NO_ASSIGNED_RESOURCES)])


def why_not_fit(search: Search, *, start: int, resource_ids: Sequence[int]) -> tuple[Reason, ...]:
    """Why these very resources cannot serve a start, at most one reason each; () when they fit.

    The same question as ``free.fits``: no grid, no limits. Whoever is named twice cannot be in two
    places: for the second one nobody is there.
    """
    inquiry = Inquiry(search, start)
    found: list[Reason] = []
    for index, resource_id in enumerate(resource_ids):
        facts = search.resources.get(resource_id)
        if facts is None or resource_id in resource_ids[:index]:
            found.append(Reason(ReasonCode.NO_ASSIGNED_RESOURCES, resource_id))
        else:
            found += inquiry.of_resource(facts)
    return in_order(found)


def limit_reasons(search: Search, start: int) -> Iterable[Reason]:
    """What limits say against a start; a far one knows when it opens (rule T12)."""
    limits = search.limits
    if limits.is_called_off(start):
        yield Reason(ReasonCode.TOO_FEW_PEOPLE)
    if limits.earliest is not None and start < limits.earliest:
        missing = minutes_up(limits.earliest - start)
        yield Reason(ReasonCode.TOO_LATE, change=Change(ChangeKind.SHORTEN_NOTICE, missing))
    if limits.latest is not None and limits.latest < start:
        beyond = limits.horizon_latest is not None and limits.horizon_latest < start
        opens = opens_at(start, limits=limits, zone=search.zone)
        change = None if opens is None else Change(ChangeKind.OPENS_AT, at=opens)
        yield Reason(ReasonCode.BEYOND_HORIZON if beyond else ReasonCode.TOO_EARLY, change=change)
