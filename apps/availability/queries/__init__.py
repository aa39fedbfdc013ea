"""Questions about time; none of them writes."""

from apps.availability.queries.search import (
    SlotQuery,
    as_if_free,
    load_rules,
    load_search,
    load_searches,
    with_later_busy,
)
from apps.availability.queries.timeline import (
    BusyRow,
    HoursBook,
    Opening,
    find_busy_rows,
    find_opening,
    load_hours,
    load_hours_book,
)

__all__ = [
    "BusyRow",
    "HoursBook",
    "Opening",
    "SlotQuery",
    "as_if_free",
    "find_busy_rows",
    "find_opening",
    "load_hours",
    "load_hours_book",
    "load_rules",
    "load_search",
    "load_searches",
    "with_later_busy",
]
