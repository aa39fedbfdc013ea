"""Why a class cannot be joined, in the words of a page of one's own booking."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.joining import Joining, Obstacle
from apps.web.formatting import format_datetime


def obstacle_words(joining: Joining, *, zone: ZoneInfo, locale: str) -> str:
    """ "This is fully booked.", "Booking opens on Tue 1 Dec, 09:00." on the clock of zone; "" when
    it is open. Pages that have the whole obstacle draw ``bookings/_obstacle.html``."""
    if joining.opens_at is not None:
        at = format_datetime(joining.opens_at, zone=zone, locale=locale)
        return _("Booking opens on %(at)s.") % {"at": at}
    if joining.obstacle is Obstacle.TOO_MANY:
        left = joining.seats_left
        words = ngettext("Only %(n)s place is left.", "Only %(n)s places are left.", left)
        return words % {"n": left}
    return {
        Obstacle.CANCELED: _("This has been cancelled."),
        Obstacle.OVER: _("This has finished."),
        Obstacle.STARTED: _("This has already started."),
        Obstacle.TOO_LATE: _("It is too late to book this online."),
        Obstacle.FULL: _("This is fully booked."),
    }.get(joining.obstacle or Obstacle.TOO_MANY, "")
