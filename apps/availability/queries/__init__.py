"""Questions about time; none of them writes."""

from apps.availability.queries.busy import BusyRow, find_busy_rows
from apps.availability.queries.hours import HoursBook, load_hours, load_hours_book
from apps.availability.queries.opening import Opening, find_opening
from apps.availability.queries.search import (
    SlotQuery,
    as_if_free,
    load_rules,
    load_search,
    load_searches,
    with_later_busy,
    zone_of,
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
    "zone_of",
]
