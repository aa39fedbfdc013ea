"""Questions about time; none of them writes."""

from apps.availability.queries.busy import BusyRow, find_busy_rows
from apps.availability.queries.search import SlotQuery, load_search, zone_of

__all__ = ["BusyRow", "SlotQuery", "find_busy_rows", "load_search", "zone_of"]
