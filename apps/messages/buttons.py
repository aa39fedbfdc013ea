"""Where a mail leads: its button, and the link beside it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from apps.messages.facts import BookingFacts, Kind
from apps.messages.links import calendar_file_url, part_url, team_booking_url
from apps.messages.notes import again_button
from apps.messages.purposes import purpose_of

ARRIVING = {Kind.BOOKED, Kind.CONFIRMED, Kind.MOVED, Kind.RESIZED}
"""Mails that tell when to come: they say how to get in, and until when to cancel."""
TO_BE_KEPT_FREE = {*ARRIVING, Kind.REQUESTED}
"""Mails with a link that puts the time into a calendar."""


@dataclass(frozen=True, slots=True)
class Button:
    """Where it leads, and how it is called; url "" is none. has_secret: it lets its reader in."""

    url: str
    label: str
    has_secret: bool = False


NONE = Button("", "")


def button_of(facts: BookingFacts, kind: Kind, token: str, now: datetime) -> Button:
    """What its reader most likely wants: the team signs in, token opens the booking for others."""
    if kind.is_for_team:
        url = team_booking_url(facts.business.slug, facts.reference)
        return Button(url, _team_label(facts, kind))
    if kind is Kind.DECLINED and _has_times(facts, now):
        return Button(part_url("TIME", token), _("Choose one of these times"), has_secret=True)
    if kind in {Kind.CANCELED, Kind.OWED} and _is_to_pay(facts):
        return Button(part_url("PAY", token), _("Pay now"), has_secret=True)
    if kind in {Kind.DECLINED, Kind.CANCELED}:
        return Button(*again_button(facts, kind))
    url = part_url(purpose_of(facts, kind, now=now), token)
    return Button(url, _label(facts, kind), has_secret=True)


def second_of(facts: BookingFacts, kind: Kind, token: str, now: datetime) -> Button:
    """What they may want besides: the time in their calendar, or to book again where the button is
    for the money of what is over, or for the times that were suggested."""
    is_ahead = facts.wish is None and facts.over_at > now
    if kind in TO_BE_KEPT_FREE and is_ahead and facts.status != "WAITING_LIST":
        return Button(calendar_file_url(token), _("Add to calendar"), has_secret=True)
    asks_money = kind is Kind.CANCELED and _is_to_pay(facts)
    if asks_money or (kind is Kind.DECLINED and _has_times(facts, now)):
        return Button(*again_button(facts, kind))
    return NONE


def _has_times(facts: BookingFacts, now: datetime) -> bool:
    return any(at > now for at in facts.suggestions)


def _is_to_pay(facts: BookingFacts) -> bool:
    return facts.owed > 0 and facts.pays_fee_online


def _team_label(facts: BookingFacts, kind: Kind) -> str:
    answered = {Kind.NEW_OVERDUE, Kind.NEW_ASKED, Kind.NEW_MOVE_ASK, Kind.NEW_MOVE_DUE}
    if kind in answered or (kind is Kind.NEW_REQUEST and not facts.waits_for_people):
        return _("Answer the request")
    return _("Resolve it") if kind is Kind.NEW_OVERLAP else _("Open the booking")


def _label(facts: BookingFacts, kind: Kind) -> str:
    if facts.status == "WAITING_LIST" and kind is Kind.MOVED:
        kind = Kind.WAITLISTED
    labels = {
        Kind.REQUESTED: _("View your booking")
        if facts.waits_for_people
        else _("View your request"),
        Kind.WAITLISTED: _("View or leave the waitlist"),
        Kind.OFFERED: _("Take the place"),
        Kind.BETTER: _("See both times"),
        Kind.TOO_LATE: _("Choose another time or a refund"),
        Kind.OVERDUE: _("View your request"),
        Kind.ASKED: _("Choose what to do"),
        Kind.LET_GO: _("View your request") if facts.status == "PENDING" else _("Pay now"),
    }
    return labels.get(kind) or _("View your booking")
