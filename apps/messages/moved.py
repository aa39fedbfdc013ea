"""How a mail says that a booking has moved: the time before beside the new one. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.messages.facts import BookingFacts
from apps.web import formatting


def moved_subject(facts: BookingFacts) -> str:
    """ "Moved", or "Changed" when the time is as it was and somebody else is there."""
    return _("Moved") if has_new_time(facts) else _("Changed")


def moved_heading(facts: BookingFacts) -> str:
    """ "Your booking has moved", likewise; who waits for a place has no booking yet."""
    if facts.status == "WAITING_LIST":
        if has_new_time(facts):
            return _("The class you are waiting for has moved")
        return _("The class you are waiting for has changed")
    if has_new_time(facts):
        return _("Your booking has moved")
    return _("Your booking has changed")


def moved_rows(facts: BookingFacts, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The time before and the person before, each where it is another one now."""
    rows = []
    if facts.moved_from is not None and has_new_time(facts):
        rows.append((_("Moved from"), _moment(facts.moved_from, facts, zone)))
    if facts.was_with:
        rows.append((_("Instead of"), facts.was_with))
    return rows


def has_new_time(facts: BookingFacts) -> bool:
    """Whether the move this message tells of changed the time."""
    return facts.moved_from not in {None, facts.starts_at}


def _moment(at: datetime, facts: BookingFacts, zone: ZoneInfo) -> str:
    return formatting.format_datetime(at, zone=zone, locale=facts.business.locale)
