"""Which resources serve a slot: the owner's ranking, or whoever is least booked that day
(rule B28)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from apps.availability.engine.inputs import Search, Selection


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
