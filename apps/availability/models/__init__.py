"""When: opening hours, sessions, every occupied minute and every seat."""

from apps.availability.models.occupancy import Occupancy
from apps.availability.models.schedule import DateException, DecidedDay, Schedule, WeeklyHours
from apps.availability.models.session import CourseRun, Seating, Session, SessionSeries, has_lapsed

__all__ = [
    "CourseRun",
    "DateException",
    "DecidedDay",
    "Occupancy",
    "Schedule",
    "Seating",
    "Session",
    "SessionSeries",
    "WeeklyHours",
    "has_lapsed",
]
