"""How often somebody may do something: fixed windows, counted in the database (rule S5),
and for pages that are only read in the process that renders them (ADR 19).

Count *before* the operation and outside its transaction: a refused booking has to count too.
"""

from apps.web.limits import rules
from apps.web.limits.counting import (
    Hit,
    TooMany,
    count_hit,
    count_hits,
    forget_counters,
    forget_hits,
    forget_readers,
    require_room,
    require_room_left,
    require_room_to_read,
    take_back,
    window_start,
)
from apps.web.limits.rules import LimitRule

__all__ = [
    "Hit",
    "LimitRule",
    "TooMany",
    "count_hit",
    "count_hits",
    "forget_counters",
    "forget_hits",
    "forget_readers",
    "require_room",
    "require_room_left",
    "require_room_to_read",
    "rules",
    "take_back",
    "window_start",
]
