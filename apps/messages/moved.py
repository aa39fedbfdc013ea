"""How a mail says that a booking has moved: the time before beside the new one. No query."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.messages.facts import BookingFacts
from apps.web import formatting


def moved_subject(facts: BookingFacts) -> str:
    """ "Moved", or "Changed" when the time is as it was and somebody else is there; "New local
    time" when the moment is as it was and the clock there reads otherwise."""
    if has_new_time(facts):
        return _("Moved")
    return _("New local time") if facts.zone_before else _("Changed")


def moved_heading(facts: BookingFacts) -> str:
    """ "Your booking has moved", likewise; who waits for a place has no booking yet."""
    if facts.status == "WAITING_LIST":
        if has_new_time(facts):
            return _("The class you are waiting for has moved")
        return _("The class you are waiting for has changed")
    if has_new_time(facts):
        return _("Your booking has moved")
    if facts.zone_before:
        return _("Your booking now shows a different local time")
    return _("Your booking has changed")


def moved_rows(facts: BookingFacts, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The time before and the person before, each where it is another one now."""
    rows = []
    if facts.moved_from is not None and (has_new_time(facts) or facts.zone_before):
        label = _("Moved from") if has_new_time(facts) else _("Shown before")
        rows.append((label, _before(facts.moved_from, facts, zone)))
    if facts.was_with:
        rows.append((_("Instead of"), facts.was_with))
    return rows


def zone_note(facts: BookingFacts, zone: ZoneInfo) -> str:
    """That the clock of the place is another one, and what that means; "" when it is not."""
    if not facts.zone_before:
        return ""
    now = formatting.zone_label(zone.key, locale=facts.business.locale)
    words = {"business": facts.business.name, "zone": now}
    if has_new_time(facts):
        return _("%(business)s now shows its times in %(zone)s.") % words
    return _("%(business)s now shows its times in %(zone)s. Your booking has not moved.") % words


def _before(at: datetime, facts: BookingFacts, zone: ZoneInfo) -> str:
    """By the clock it was told by, which is named when that is another one now."""
    if not facts.zone_before:
        return _moment(at, facts, zone)
    label = formatting.zone_label(facts.zone_before, locale=facts.business.locale)
    return f"{_moment(at, facts, ZoneInfo(facts.zone_before))}, {label}"


def has_new_time(facts: BookingFacts) -> bool:
    """Whether the move this message tells of changed the time."""
    return facts.moved_from not in {None, facts.starts_at}


def _moment(at: datetime, facts: BookingFacts, zone: ZoneInfo) -> str:
    return formatting.format_datetime(at, zone=zone, locale=facts.business.locale)
