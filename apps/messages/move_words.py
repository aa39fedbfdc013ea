"""What mails say of a request to move (rule B38): what was asked for, how long the team has to
answer, and that the booking stays as it is until then."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.messages.facts import WAITS, BookingFacts, Kind, MoveAsked
from apps.web import formatting

OF_MOVE_REQUESTS = WAITS | {Kind.MOVE_REFUSED, Kind.MOVE_LAPSED, Kind.NEW_MOVE_END}


def asked_subjects() -> dict[Kind, str]:
    """What each of these mails is called."""
    return {
        Kind.MOVE_ASKED: _("Asked to move"),
        Kind.MOVE_REFUSED: _("Not moved"),
        Kind.MOVE_LAPSED: _("Not answered"),
        Kind.NEW_MOVE_ASK: _("Please answer"),
        Kind.NEW_MOVE_DUE: _("Please answer"),
        Kind.NEW_MOVE_END: _("Ended without an answer"),
    }


def asked_rows(facts: BookingFacts, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The time that was asked for."""
    if facts.move is None:
        return []
    words = _moment(facts.move, facts, zone)
    if facts.move.staff:
        words = _("%(at)s, with %(name)s") % {"at": words, "name": facts.move.staff}
    return [(_("Asked for"), words)]


def asked_notes(facts: BookingFacts, kind: Kind, zone: ZoneInfo) -> list[str]:
    """What becomes of the request, and of the booking."""
    if facts.move is None:
        return []
    name, stays = {"business": facts.business.name}, _("Your booking stays as it is.")
    if kind is Kind.MOVE_ASKED:
        words = _("%(business)s agrees each time in person. Your booking stays until they answer.")
        held = _("We’re holding the new time for you.") if facts.move.is_held else ""
        if facts.move.is_place:
            held = _("No place is held there until then.")
        return [words % name, held, _otherwise(facts.move, facts, zone)]
    if kind is Kind.MOVE_REFUSED:
        return [stays]
    if kind is Kind.MOVE_LAPSED:
        return [_("%(business)s could not answer in time.") % name, stays]
    if kind is Kind.NEW_MOVE_END:
        return [_("The booking stays as it is. The customer was told.")]
    return [_please(facts.move, facts, zone)]


def _otherwise(move: MoveAsked, facts: BookingFacts, zone: ZoneInfo) -> str:
    by = {"by": formatting.format_datetime(move.answer_by, zone=zone, locale=facts.business.locale)}
    if move.ends_unanswered:
        return _("If nobody has answered by %(by)s, your request to move ends.") % by
    return _("If nobody has answered by %(by)s, we’ll remind them.") % by


def _please(move: MoveAsked, facts: BookingFacts, zone: ZoneInfo) -> str:
    by = {"by": formatting.format_datetime(move.answer_by, zone=zone, locale=facts.business.locale)}
    if move.ends_unanswered:
        return _("Please answer by %(by)s. After that the booking stays where it is.") % by
    return _("Please answer by %(by)s.") % by


def _moment(move: MoveAsked, facts: BookingFacts, zone: ZoneInfo) -> str:
    return formatting.format_datetime(move.starts_at, zone=zone, locale=facts.business.locale)
