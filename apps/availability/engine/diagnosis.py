"""Why is nothing on offer: the owner's diagnosis of an empty stretch of dates (rule T15).

Asks the engine again with one rule lifted at a time; the first lifted rule that brings times back
is to blame. So a diagnosis can never disagree with the picker.
"""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from apps.availability.engine.inputs import Limits, Requirement, ResourceFacts, Search
from apps.availability.engine.reasons import (
    Change,
    ChangeKind,
    Reason,
    ReasonCode,
    has_hours,
    in_order,
    limit_reasons,
    minutes_up,
)
from apps.availability.engine.slots import Board, bits
from apps.availability.engine.zones import day_bounds
from apps.kernel.spans import overlaps


def why_no_times(
    search: Search, *, first: date, last: date, dates_in: ZoneInfo | None = None
) -> tuple[Reason, ...]:
    """Why the dates first to last (inclusive) offer no time; () when they offer one.

    Dates are read as in ``find_slots``. Nobody to do it and missing hours come first, then
    policy and fully booked days, then the rules of hours in the order of rule T15.
    """
    zone = dates_in or search.zone
    low, high = day_bounds(zone, first)[0], day_bounds(zone, last)[1]
    if Board(search, low, high).bookable:
        return ()
    return (
        _missing_resources(search)
        or _called_off(search, low, high)
        or _taken_or_limited(search, low, high)
        or _hours_to_blame(search, low, high)
    )


def _missing_resources(search: Search) -> tuple[Reason, ...]:
    found: list[Reason] = []
    for requirement in search.requirements:
        found += _unable(search, requirement)
    if not search.requirements:
        found.append(Reason(ReasonCode.NO_ASSIGNED_RESOURCES))
    return in_order(found)


def _unable(search: Search, requirement: Requirement) -> list[Reason]:
    known = [id_ for id_ in requirement.resource_ids if id_ in search.resources]
    if not known:
        return [Reason(ReasonCode.NO_ASSIGNED_RESOURCES)]
    if any(has_hours(search, search.resources[id_].hours) for id_ in known):
        return []
    return [Reason(ReasonCode.NO_WORKING_HOURS, id_) for id_ in known]


def _called_off(search: Search, low: int, high: int) -> tuple[Reason, ...]:
    """Too few people came for the days on which there would be times; the others may be taken."""
    if not search.limits.called_off or not Board(_on_all_days(search), low, high).bookable:
        return ()
    others_taken = Board(_idle(search), low, high).bookable
    taken = [_taken(search, low, high)] if others_taken else []
    return in_order([Reason(ReasonCode.TOO_FEW_PEOPLE), *taken])


def _on_all_days(search: Search) -> Search:
    return replace(search, limits=replace(search.limits, called_off=()))


def _taken_or_limited(search: Search, low: int, high: int) -> tuple[Reason, ...]:
    search = _on_all_days(search)
    always, idle = replace(search, limits=Limits()), _idle(search)
    free = Board(always, low, high)
    if free.bookable:
        return _limited(search, free)
    if Board(idle, low, high).bookable:
        return (_taken(search, low, high),)
    empty = Board(replace(idle, limits=Limits()), low, high)
    if empty.bookable:
        return in_order([_taken(always, low, high), *_limited(search, empty)])
    return ()


def _limited(search: Search, board: Board) -> tuple[Reason, ...]:
    # The time closest to being allowed speaks for all: the last one missed, the next to open.
    starts = [board.starts[at] for at in bits(board.bookable)]
    latest = search.limits.latest
    ahead = [start for start in starts if latest is not None and latest < start]
    return in_order(limit_reasons(search, ahead[0] if ahead else starts[-1]))


def _taken(search: Search, low: int, high: int) -> Reason:
    tight = replace(search, shape=replace(search.shape, buffer_before=0, buffer_after=0))
    apart = Board(tight, low, high).bookable
    return Reason(ReasonCode.BUFFER_TOO_SHORT if apart else ReasonCode.BUSY)


def _idle(search: Search) -> Search:
    resources = {id_: replace(facts, busy=()) for id_, facts in search.resources.items()}
    return replace(search, resources=resources)


def _hours_to_blame(search: Search, low: int, high: int) -> tuple[Reason, ...]:
    bare = replace(_idle(search), limits=Limits())
    anytime = replace(bare, service_hours=None)
    anywhere = replace(anytime, location_id=None)
    ordinary = replace(anywhere, business_hours=replace(bare.business_hours, exceptions=()))
    for code, relaxed in (
        (ReasonCode.BUFFER_TOO_SHORT, _without_buffers(bare)),
        (ReasonCode.SERVICE_NOT_OFFERED_THEN, anytime),
        (ReasonCode.NOT_AT_LOCATION, anywhere),
        (ReasonCode.BUSINESS_CLOSED, ordinary),
    ):
        if Board(relaxed, low, high).bookable:
            return (Reason(code),)
    return _too_long(ordinary, low, high) or _never_together(ordinary, low, high)


def _without_buffers(search: Search) -> Search:
    return replace(search, shape=replace(search.shape, buffers_within_hours=False))


def _too_long(search: Search, low: int, high: int) -> tuple[Reason, ...]:
    board = Board(search, low, high)
    spans = [span for it in board.primaries for span in board.hours.of(it.hours).spans]
    longest = max((end - start for start, end in spans if start < high and low < end), default=0)
    missing = search.shape.duration - longest
    if not longest or missing <= 0:
        return ()
    change = Change(ChangeKind.SHORTEN_DURATION, minutes_up(missing))
    return (Reason(ReasonCode.DURATION_TOO_LONG, change=change),)


def _never_together(search: Search, low: int, high: int) -> tuple[Reason, ...]:
    board = Board(search, low, high)
    found: list[Reason] = []
    for requirement in search.requirements:
        known = [search.resources[it] for it in requirement.resource_ids if it in search.resources]
        away = [it for it in known if not _opens(board, it, low, high)]
        if len(away) == len(known):
            found += [_away(it) for it in away]
    # All of them work, but never at the same minute, or one person is asked for twice.
    code = ReasonCode.NO_ASSIGNED_RESOURCES if board.contested else ReasonCode.OUTSIDE_HOURS
    return in_order(found or [Reason(code)])


def _opens(board: Board, facts: ResourceFacts, low: int, high: int) -> bool:
    return any(overlaps(it, (low, high)) for it in board.hours.of(facts.hours).spans)


def _away(facts: ResourceFacts) -> Reason:
    if facts.hours is None:
        return Reason(ReasonCode.BUSINESS_CLOSED)
    return Reason(ReasonCode.RESOURCE_NOT_WORKING, facts.resource_id)
