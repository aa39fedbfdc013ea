"""Is this one still free: the rule that showed a slot, asked again for one instant (rule C2), and
which resources serve it: the owner's ranking, or whoever is least booked that day (rule B28)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from apps.availability.engine.hours import OpeningHours, grid_starts
from apps.availability.engine.inputs import Requirement, ResourceFacts, Search, Selection
from apps.availability.engine.zones import local_date
from apps.kernel.spans import Seconds, covers, first_overlap


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
