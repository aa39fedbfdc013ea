"""What a mail says of a last moment: to cancel, to answer, to take a place. Pure.

A mail can leave late, after an outage or a long wait for its turn: what is over when it leaves is
never named as if it were open.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.messages.facts import BookingFacts, Kind
from apps.web import formatting


def may_still_cancel(facts: BookingFacts, now: datetime) -> bool:
    """Whether the last moment to cancel freely is to come; the moment itself counts."""
    return facts.cancel_until is not None and now <= facts.cancel_until


def cancel_note(facts: BookingFacts, zone: ZoneInfo, now: datetime) -> str:
    """Until when cancelling is free, or that it is too late for that; "" without such a rule."""
    if facts.cancel_until is None:
        return ""
    if not may_still_cancel(facts, now):
        return _("It is too late to cancel online: please call us.")
    until = _moment(facts.cancel_until, facts, zone)
    return _("Free to cancel until %(until)s.") % {"until": until}


def answer_note(facts: BookingFacts, kind: Kind, zone: ZoneInfo, now: datetime) -> str:
    """By when a request is answered; to the team only that somebody waits when that is over, and
    nothing to the customer."""
    if facts.answer_by is None or kind not in {Kind.REQUESTED, Kind.NEW_REQUEST}:
        return ""
    is_over = now >= facts.answer_by
    by = _moment(facts.answer_by, facts, zone)
    if kind is Kind.NEW_REQUEST:
        return _("Please answer as soon as you can.") if is_over else _please(by)
    if is_over:
        return ""
    words = _("%(business)s answers by %(by)s.")
    if facts.holds_time:
        words = _("%(business)s answers by %(by)s. Your time is kept until then.")
    return words % {"business": facts.business.name, "by": by}


def line_notes(facts: BookingFacts, kind: Kind, zone: ZoneInfo) -> list[str]:
    """Until when a place is kept, or where in the line somebody stands. An offer that is over is
    not sent at all."""
    if kind is Kind.OFFERED and facts.offer_ends_at:
        words = _("It is kept for you until %(until)s. After that it goes to the next in line.")
        return [words % {"until": _moment(facts.offer_ends_at, facts, zone)}]
    if kind is Kind.WAITLISTED and facts.place_in_line:
        place = _("Your place in line: %(place)d.") % {"place": facts.place_in_line}
        if facts.wish is not None:
            return [place, _("We write to you as soon as a time comes free.")]
        return [place, _("We write to you as soon as a place comes free.")]
    return []


def _please(by: str) -> str:
    return _("Please answer by %(by)s.") % {"by": by}


def _moment(at: datetime, facts: BookingFacts, zone: ZoneInfo) -> str:
    return formatting.format_datetime(at, zone=zone, locale=facts.business.locale)
