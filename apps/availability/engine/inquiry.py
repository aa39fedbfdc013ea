"""What keeps resources from serving one start: the chain of rules, asked link by link."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from apps.availability.engine.assignment import preferred
from apps.availability.engine.board import Board, bits
from apps.availability.engine.check import asking_for
from apps.availability.engine.hours import OpeningHours
from apps.availability.engine.inputs import Hours, Limits, Requirement, ResourceFacts, Search
from apps.availability.engine.verdicts import (
    OF_THE_BUSINESS,
    Change,
    ChangeKind,
    Reason,
    ReasonCode,
    minutes_up,
)
from apps.availability.engine.zones import day_bounds, local_date
from apps.kernel.spans import Seconds, Spans, covers, first_overlap, overlaps


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
        clash = first_overlap(facts.busy, self.appointment)
        if clash is not None:
            return [Reason(ReasonCode.BUSY, facts.resource_id, clash, self._move(facts))]
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
        clashes = [span for span in facts.busy if overlaps(span, self.footprint)]
        missing = max(self._buffer_missing(span) for span in clashes)
        change = Change(ChangeKind.SHORTEN_BUFFER, minutes_up(missing))
        return Reason(ReasonCode.BUFFER_TOO_SHORT, facts.resource_id, clashes[0], change)

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
