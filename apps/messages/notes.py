"""What a mail says besides: of a last moment (to cancel, to answer, to take a place), of a move
(the time before beside the new one), and of where it happens. It asks no database.

A mail can leave late, after an outage or a long wait for its turn: what is over when it leaves is
not offered any more.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.bookings.deadlines import Rule
from apps.bookings.ways import Way, way_to_cancel, way_to_move
from apps.bookings.wording import contact_words, sign_in_words
from apps.messages.facts import BookingFacts, Kind
from apps.messages.links import again_url, directions_url, home_url
from apps.web import formatting


def may_still_cancel(facts: BookingFacts, now: datetime) -> bool:
    """Whether the last moment to cancel freely is to come; the moment itself counts, but for the
    one at which the visit begins."""
    until = facts.cancel_until
    return until is not None and now <= until and now < facts.starts_at


def cancel_note(facts: BookingFacts, zone: ZoneInfo, now: datetime) -> str:
    """Until when cancelling is free, or that it is too late for that; "" without such a rule, and
    where a table says it."""
    if facts.cancel_until is None or facts.clock:
        return ""
    if not may_still_cancel(facts, now):
        return _("It is too late to cancel free of charge.")
    until = _moment(facts.cancel_until, facts, zone)
    return _("Free cancellation until %(until)s.") % {"until": until}


def ways_of(facts: BookingFacts, now: datetime) -> tuple[Way, Way]:
    """How its customer cancels it and moves it, once it is confirmed (rule B41)."""
    if facts.policy is None:
        return Way.NEVER, Way.TEAM
    cancel = way_to_cancel(facts.policy, starts_at=facts.starts_at, now=now)
    if not facts.moves:
        return cancel, Way.TEAM
    return cancel, way_to_move(
        facts.policy, kind="", starts_at=facts.starts_at, now=now, moved=facts.moved
    )


def sign_in_note(facts: BookingFacts, now: datetime) -> str:
    """What takes a sign-in, "" where a link is enough or only the team does it."""
    cancel, move = ways_of(facts, now)
    return sign_in_words(cancel=cancel, move=move)


def contact_note(facts: BookingFacts, now: datetime) -> str:
    """How to reach the business, and what for."""
    cancel, _move = ways_of(facts, now)
    words = contact_words(
        status=facts.status,
        is_over=facts.over_at <= now or facts.double_booked or facts.fee > 0,
        cancel=cancel,
        business=facts.business,
    )
    return words.format(facts.business.phone)


def answer_note(facts: BookingFacts, kind: Kind, zone: ZoneInfo, now: datetime) -> str:
    """By when a request is answered; to the team only that somebody waits when that is over, and
    nothing to the customer. Of what waits for more people, how many have come."""
    if facts.answer_by is None or kind not in {Kind.REQUESTED, Kind.NEW_REQUEST}:
        return ""
    if facts.waits_for_people:
        return _people_note(facts, kind, zone, now)
    is_over = now >= facts.answer_by
    by = _moment(facts.answer_by, facts, zone)
    if kind is Kind.NEW_REQUEST:
        return _("Please answer as soon as you can.") if is_over else _please(by, facts)
    if is_over:
        return ""
    words = _("%(business)s answers by %(by)s.") % {"business": facts.business.name, "by": by}
    return " ".join(it for it in (words, _holding_words(facts), _otherwise(facts)) if it)


def _people_note(facts: BookingFacts, kind: Kind, zone: ZoneInfo, now: datetime) -> str:
    """What the pages say (bookings/_progress.html), and to the team that nobody asks for a yes."""
    for_team = kind is Kind.NEW_REQUEST
    if facts.people >= facts.minimum:
        return _("Enough people have booked: it’s going ahead.")
    so_far = _("%(people)d of %(minimum)d people so far.") % {
        "people": facts.people,
        "minimum": facts.minimum,
    }
    if facts.answer_by is None or now >= facts.answer_by:
        decided = (
            _("This is being decided now.")
            if for_team
            else _("This is being decided now. We’ll e-mail you either way.")
        )
        return f"{so_far} {decided}"
    until = {"until": _moment(facts.answer_by, facts, zone)}
    if for_team:
        words = _(
            "It goes ahead if enough people have booked by %(until)s. You don’t need "
            "to do anything."
        )
        return f"{so_far} {words % until}"
    words = (
        _("It goes ahead if enough people have booked by %(until)s. We’ll e-mail you either way.")
        % until
    )
    return " ".join(it for it in (so_far, words, _holding_words(facts)) if it)


def _holding_words(facts: BookingFacts) -> str:
    """How long the time of a request is held: to the answer, or to its last moment."""
    if not facts.holds_time:
        return ""
    if facts.unanswered == Rule.REMIND:
        return _("We’re holding this time until they answer.")
    return _("We’re holding this time until then.")


def _otherwise(facts: BookingFacts) -> str:
    """What happens without an answer."""
    if facts.unanswered == Rule.REMIND:
        return _("If nobody has answered by then, we’ll remind them and e-mail you.")
    if facts.unanswered == Rule.DECLINE and facts.offers_others:
        return _("If nobody has answered by then, your request ends and we suggest other times.")
    if facts.unanswered == Rule.DECLINE:
        return _("If nobody has answered by then, your request ends.")
    return ""


def overdue_notes(facts: BookingFacts, kind: Kind, now: datetime) -> list[str]:
    """A request that nobody answered in time, to its customer and to the team."""
    name = {"business": facts.business.name}
    if kind is Kind.OVERDUE:
        words = _("%(business)s has not answered yet. We have reminded them.") % name
        return [words, _holding_words(facts)]
    if kind is Kind.NEW_OVERDUE:
        return [_("The time you set yourself for answering is over, and the customer knows.")]
    if kind is Kind.ASKED:
        return [_question(facts, now), _holding_words(facts)]
    if kind is Kind.NEW_ASKED:
        return [_("The customer was asked whether to choose another time, wait or withdraw.")]
    if kind is Kind.NEW_LAPSED and facts.suggestions:
        return [_("The customer was told, and can choose one of the next free times.")]
    if kind is Kind.NEW_LAPSED:
        return [_("The customer was told.")]
    return []


def _question(facts: BookingFacts, now: datetime) -> str:
    """What is asked two days before the start (rule B36); the page has the same answers."""
    if facts.waits_for_people:
        still = _(
            "Your booking is still waiting for more people: %(people)d of %(minimum)d so far."
        )
    else:
        still = _("%(business)s has not answered your request yet.")
    facts_of = {
        "business": facts.business.name,
        "people": facts.people,
        "minimum": facts.minimum,
    }
    move = ways_of(facts, now)[1]
    choices = _("You can keep waiting, or withdraw.")
    if move is Way.LINK:
        choices = _("You can choose another time, keep waiting, or withdraw.")
    how = sign_in_words(cancel=Way.LINK, move=move)
    return f"{still % facts_of} {choices} {how}".strip()


def line_notes(facts: BookingFacts, kind: Kind, zone: ZoneInfo) -> list[str]:
    """Until when a place is kept, or where in the line somebody stands. An offer that is over is
    not sent at all."""
    if kind is Kind.OFFERED and facts.offer_ends_at:
        words = _(
            "We’re holding it for you until %(until)s. After that it goes to the "
            "next person on the waitlist."
        )
        return [words % {"until": _moment(facts.offer_ends_at, facts, zone)}]
    if kind is Kind.BETTER and facts.offer_ends_at:
        words = _(
            "You can swap until %(until)s. We’re not holding it, so somebody else may be faster. "
            "You keep your own time until you swap."
        )
        return [words % {"until": _moment(facts.offer_ends_at, facts, zone)}]
    still = kind is Kind.MOVED and facts.status == "WAITING_LIST"
    if (still or kind is Kind.WAITLISTED) and facts.position_in_line:
        position = _("Your place on the waitlist: %(position)d.") % {
            "position": facts.position_in_line
        }
        if facts.wish is not None:
            return [position, _("We’ll e-mail you as soon as a time opens up.")]
        hope = _("We’ll e-mail you as soon as a place opens up.")
        if still:
            return [
                _("You are still on the waitlist."),
                position,
                hope,
                _("Use the button to leave it."),
            ]
        return [position, hope]
    return []


def _please(by: str, facts: BookingFacts) -> str:
    if facts.unanswered == Rule.DECLINE:
        return _("Please answer by %(by)s. After that it is declined automatically.") % {"by": by}
    return _("Please answer by %(by)s.") % {"by": by}


def _moment(at: datetime, facts: BookingFacts, zone: ZoneInfo) -> str:
    return formatting.format_datetime(at, zone=zone, locale=facts.business.locale)


def where_of(facts: BookingFacts, kind: Kind) -> list[tuple[str, str, str]]:
    """The place, and the address and words of a link below it, "" without one; nothing where it
    need not be said.

    The customer finds the way to us, and the team to the customer; nobody needs a map to their own
    door. The link of a meeting is told once it is confirmed.
    """
    if facts.online:
        link = facts.online_link if facts.status == "CONFIRMED" else ""
        return [(_("Online"), link, _("Join here") if link else "")]
    if not facts.address or (kind.is_for_team and not facts.at_customer):
        return []
    if kind.is_for_team is facts.at_customer:
        return [(facts.address, directions_url(facts.address), _("Directions"))]
    return [(facts.address, "", "")]


def link_notes(facts: BookingFacts, kind: Kind) -> list[str]:
    """What is said of an online booking whose link nobody has typed yet."""
    if not facts.online or facts.online_link:
        return []
    if kind in {Kind.BOOKED, Kind.CONFIRMED}:
        return [_("We’ll e-mail you the link before it starts.")]
    if kind is Kind.NEW_BOOKING:
        return [_("It takes place online and has no link yet: send one from the booking’s page.")]
    return []


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
    """The time before and the person before, each where it is another one now; the time that a
    better one is offered for."""
    rows = []
    if facts.instead_of is not None:
        rows.append((_("Instead of"), _moment(facts.instead_of, facts, zone)))
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


def again_button(facts: BookingFacts, kind: Kind) -> tuple[str, str]:
    """Where the same is booked once more, with what was chosen, and how the button is called; where
    it is not sold so any more, all there is."""
    if not facts.again_path:
        return home_url(facts.business.slug), _("Find another time")
    is_given_up = kind is Kind.CANCELED and not facts.waited
    label = _("Book again") if is_given_up else _("Find another time")
    return again_url(facts.again_path), label
