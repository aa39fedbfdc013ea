"""When: opening hours, sessions, every occupied minute and every seat."""

from apps.availability.models.course_run import CourseRun
from apps.availability.models.decided_day import DecidedDay
from apps.availability.models.occupancy import Occupancy
from apps.availability.models.schedule import DateException, Schedule, WeeklyHours
from apps.availability.models.seating import Seating, has_lapsed
from apps.availability.models.series import SessionSeries
from apps.availability.models.session import Session

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
