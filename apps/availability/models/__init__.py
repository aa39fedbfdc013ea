"""When: opening hours, sessions and every occupied minute."""

from apps.availability.models.occupancy import Occupancy
from apps.availability.models.schedule import DateException, Schedule, WeeklyHours
from apps.availability.models.session import Session

__all__ = ["DateException", "Occupancy", "Schedule", "Session", "WeeklyHours"]
