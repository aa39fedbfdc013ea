"""Why not this one: ordered reasons as data, with the smallest change that would open the time.

Codes, not sentences: the page words them, politely for customers, in full for owners (rule T15).
The chain of rules is the one of the slots (rule T15); the deeper in the chain a resource fails, the
closer the time was to being bookable, and the more specific its reason is.
"""

from collections.abc import Iterable, Sequence

from apps.availability.engine.check import asking_for, is_still_free
from apps.availability.engine.inputs import Search
from apps.availability.engine.inquiry import Inquiry
from apps.availability.engine.limits import opens_at
from apps.availability.engine.verdicts import (
    Change,
    ChangeKind,
    Reason,
    ReasonCode,
    in_order,
    minutes_up,
)

__all__ = [
    "Change",
    "ChangeKind",
    "Reason",
    "ReasonCode",
    "limit_reasons",
    "why_not",
    "why_not_fit",
]


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

    The same question as ``check.fits``: no grid, no limits. Whoever is named twice cannot be in two
    places: for the second one nobody is there.
    """
    inquiry = Inquiry(search, start)
    found: list[Reason] = []
    for place, resource_id in enumerate(resource_ids):
        facts = search.resources.get(resource_id)
        if facts is None or resource_id in resource_ids[:place]:
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
