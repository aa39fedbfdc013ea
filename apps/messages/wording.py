"""The words of a mail, before they are laid out as text or HTML.

Everything a person typed goes through ``names`` first. Times are shown in the zone the customer
saw when booking (rule T7); the team reads them by the clock of the place.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.bookings.wording import wish_words
from apps.messages.buttons import ARRIVING, Button, button_of, second_of
from apps.messages.clock_lines import ClockLine, clock_heading, clock_lines
from apps.messages.ended_words import ended_headings, ended_subjects
from apps.messages.facts import BookingFacts, Kind
from apps.messages.money_words import money_notes, price_words
from apps.messages.move_words import asked_notes, asked_rows, asked_subjects
from apps.messages.names import greeting_name, without_links
from apps.messages.notes import (
    answer_note,
    cancel_note,
    contact_note,
    line_notes,
    link_notes,
    moved_heading,
    moved_rows,
    moved_subject,
    overdue_notes,
    sign_in_note,
    where_of,
    zone_note,
)
from apps.messages.people_words import people_words, resized_subjects
from apps.web import formatting
from apps.web.formatting import format_ends

TEAM_HEADINGS = {
    Kind.NEW_BOOKING: gettext_lazy("A new booking."),
    Kind.NEW_REQUEST: gettext_lazy("A new request."),
    Kind.NEW_OVERLAP: gettext_lazy("Two bookings are for the same time."),
    Kind.NEW_MOVE: gettext_lazy("A customer moved a booking."),
    Kind.NEW_RESIZED: gettext_lazy("A customer changed how many people come."),
    Kind.NEW_OVERDUE: gettext_lazy("A request still waits for your answer."),
    Kind.NEW_LAPSED: gettext_lazy("A request was declined: nobody answered in time."),
    Kind.NEW_ASKED: gettext_lazy("A request that starts soon still waits for your answer."),
    Kind.NEW_MOVE_ASK: gettext_lazy("A customer asks to move a booking."),
    Kind.NEW_MOVE_DUE: gettext_lazy("A request to move still waits for your answer."),
    Kind.NEW_MOVE_END: gettext_lazy("A request to move ended: nobody answered in time."),
}
WAITING_FOR_PEOPLE = {
    Kind.REQUESTED: gettext_lazy("Waiting for more people"),
    Kind.NEW_REQUEST: gettext_lazy("New booking"),
}
"""Requests in name only, whose answer is whether enough people come."""
WITH_A_REASON = {Kind.DECLINED, Kind.CANCELED, Kind.NOTE, Kind.MOVE_REFUSED, Kind.MOVED}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the stub; ``url`` and ``url_label`` add a link below the value."""

    label: str
    value: str
    url: str = ""
    url_label: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A mail in words. Its ``button`` may hold a secret, as may the link beside it (``second``);
    neither stands anywhere else in the mail.
    """

    subject: str
    sender: str
    heading: str
    day: str
    starts: str
    ends: str
    zone: str
    rows: tuple[Row, ...]
    reference: str
    button: Button
    second: Button
    notes: tuple[str, ...]
    clock: tuple[ClockLine, ...]
    clock_heading: str
    footer: str
    language: str
    struck: bool

    @property
    def hours(self) -> str:
        return f"{self.starts} – {self.ends}" if self.ends else self.starts


def word(*, facts: BookingFacts, kind: Kind, token: str, now: datetime) -> Words:
    """Word one mail. ``token`` opens the booking for the customer; the team signs in instead."""
    zone = ZoneInfo(facts.business.time_zone if kind.is_for_team else facts.time_zone)
    locale = facts.business.locale
    day, starts, ends = _when(facts, zone)
    button = button_of(facts, kind, token, now)
    return Words(
        subject=_subject(facts, kind, zone),
        sender=facts.business.name,
        heading=_heading(facts, kind, zone, now),
        day=day,
        starts=starts,
        ends=ends,
        zone=formatting.zone_label(zone.key, locale=locale),
        rows=tuple(_rows(facts, kind, zone)),
        reference=facts.reference,
        button=button,
        second=second_of(facts, kind, token, now),
        notes=tuple(_notes(facts, kind, zone, now)),
        clock=clock_lines(facts, kind, zone, now),
        clock_heading=clock_heading(facts),
        footer=_footer(facts, kind, has_secret=button.has_secret),
        language=locale.split("-", maxsplit=1)[0],
        struck=kind in {Kind.DECLINED, Kind.CANCELED, Kind.NEW_LAPSED, Kind.NEW_CANCELED},
    )


def _when(facts: BookingFacts, zone: ZoneInfo) -> tuple[str, str, str]:
    """Day, start and end; the days and hours of a wish, which has no end of its own."""
    locale = facts.business.locale
    if facts.wish is not None:
        return (*wish_words(facts.wish, locale=locale), "")
    start, end = facts.starts_at, facts.ends_at
    starts, ends = format_ends(start, end, zone=zone, locale=locale)
    day = formatting.to_wall(start, zone).date()
    return formatting.format_day(day, locale=locale, year=True), starts, ends


OUT_OF_LINE = {
    Kind.CANCELED: gettext_lazy("Off the waitlist"),
    Kind.DECLINED: gettext_lazy("Nothing opened up"),
}
NOT_WAITING = {
    Kind.CANCELED: gettext_lazy("You are no longer on the waitlist."),
    Kind.DECLINED: gettext_lazy("Sorry, nothing opened up."),
}
"""What is said to somebody whose booking never was more than a place in line."""


def _subject(facts: BookingFacts, kind: Kind, zone: ZoneInfo) -> str:
    """Time and service only: nothing the customer typed ever stands in a subject."""
    state = {
        Kind.BOOKED: _("Booked"),
        Kind.REQUESTED: _("Request received"),
        Kind.CONFIRMED: _("Confirmed"),
        Kind.DECLINED: _("Not possible"),
        Kind.NEW_BOOKING: _("New booking"),
        Kind.NEW_REQUEST: _("New request"),
        Kind.WAITLISTED: _("On the waitlist"),
        Kind.OFFERED: _("A place is free"),
        Kind.BETTER: _("A better time"),
        Kind.NOTE: _("About your booking"),
        Kind.TOO_LATE: _("Please choose"),
        Kind.NEW_OVERLAP: _("Booked twice"),
        Kind.REFUNDED: _("Refunded in person") if facts.is_handed_over else _("Refund sent"),
        Kind.NOT_REFUNDED: _("Your refund did not go through"),
        Kind.MOVED: moved_subject(facts),
        Kind.NEW_MOVE: moved_subject(facts),
        Kind.OVERDUE: _("Not answered yet"),
        Kind.NEW_OVERDUE: _("Please answer"),
        Kind.NEW_LAPSED: _("Ended without an answer"),
        Kind.LINK: _("Your link"),
        Kind.LET_GO: _("Your card was not charged"),
        Kind.KEPT: _("About your payment"),
        Kind.ASKED: _("Not decided yet") if facts.waits_for_people else _("Still no answer"),
        Kind.NEW_ASKED: _("Please answer"),
        **asked_subjects() | resized_subjects() | ended_subjects(facts),
        Kind.OWED: _("Please pay"),
    }[kind]
    if facts.waited and kind in OUT_OF_LINE:
        state = str(OUT_OF_LINE[kind])
    if facts.waits_for_people and kind in WAITING_FOR_PEOPLE:
        state = str(WAITING_FOR_PEOPLE[kind])
    locale = facts.business.locale
    when = formatting.format_datetime(facts.starts_at, zone=zone, locale=locale)
    if facts.wish is not None:
        when = wish_words(facts.wish, locale=locale)[0]
    return f"{state}: {when}, {facts.service}"


def _heading(facts: BookingFacts, kind: Kind, zone: ZoneInfo, now: datetime) -> str:
    if facts.waits_for_people and kind is Kind.NEW_REQUEST:
        return _("A new booking, waiting for more people.")
    if kind is Kind.NEW_CANCELED:
        return ended_headings(facts)[kind]
    if kind.is_for_team:
        return str(TEAM_HEADINGS[kind])
    name = greeting_name(facts.customer_name)
    if facts.waited and kind in OUT_OF_LINE:
        return str(NOT_WAITING[kind])
    words = {
        Kind.REQUESTED: _("Your booking is waiting for more people")
        if facts.waits_for_people
        else _("We’ve received your request"),
        Kind.DECLINED: _("Sorry, this time is not possible"),
        **ended_headings(facts),
        Kind.WAITLISTED: _("You are on the waitlist"),
        Kind.OFFERED: _("A place is free for you"),
        Kind.BETTER: _("A better time is free"),
        Kind.NOTE: _("A message about your booking"),
        Kind.TOO_LATE: _("Your payment is safe, but your time has gone"),
        Kind.REFUNDED: _("You have been refunded in person")
        if facts.is_handed_over
        else _("Your refund is on its way"),
        Kind.NOT_REFUNDED: _("Your refund did not go through"),
        Kind.MOVED: moved_heading(facts),
        Kind.OVERDUE: _("There is no answer yet"),
        Kind.ASKED: _("Your booking is still waiting")
        if facts.waits_for_people
        else _("Your request is still waiting"),
        Kind.MOVE_ASKED: _("We’ve sent your request to move"),
        Kind.MOVE_REFUSED: _("Sorry, your booking cannot be moved to that time"),
        Kind.MOVE_LAPSED: _("Your request to move has ended"),
        Kind.LINK: _("Here is the link for your booking"),
        Kind.LET_GO: _("Your card was not charged"),
        Kind.KEPT: _("Your payment stays with %(business)s") % {"business": facts.business.name},
        Kind.OWED: _("A fee is still to be paid"),
        Kind.RESIZED: _("Your booking has changed"),
    }.get(kind) or _("See you on %(day)s") % {"day": _day_word(facts, zone, now)}
    return f"{words}, {name}." if name else f"{words}."


def _day_word(facts: BookingFacts, zone: ZoneInfo, now: datetime) -> str:
    """ "Thursday" within the next six days, else the date: a bare weekday would mislead."""
    wall = formatting.to_wall(facts.starts_at, zone)
    locale = facts.business.locale
    if wall.date() - formatting.to_wall(now, zone).date() < timedelta(days=7):
        return format_date(wall.date(), "EEEE", locale=formatting.locale_of(locale))
    return formatting.format_day(wall.date(), locale=locale)


def _dates(facts: BookingFacts, zone: ZoneInfo) -> str:
    locale = facts.business.locale
    words = [
        formatting.format_datetime(start, zone=zone, locale=locale) for start, _end in facts.dates
    ]
    return "; ".join(words)


def _rows(facts: BookingFacts, kind: Kind, zone: ZoneInfo) -> list[Row]:
    rows = [Row(_("Service"), facts.service)]
    rows += [Row(label, value) for label, value in moved_rows(facts, zone)]
    rows += [Row(label, value) for label, value in asked_rows(facts, zone)]
    if facts.extras:
        rows.append(Row(_("Extras"), ", ".join(facts.extras)))
    if kind.is_for_team:
        rows.append(Row(_("Customer"), without_links(facts.customer_name)))
        if facts.customer_phone:
            rows.append(Row(_("Phone"), facts.customer_phone))
    if facts.staff:
        rows.append(Row(_("With"), facts.staff))
    if facts.dates:
        rows.append(Row(_("Dates"), _dates(facts, zone)))
    if people := people_words(facts):
        rows.append(Row(_("For"), people))
    rows += [Row(_("Where"), *where) for where in where_of(facts, kind)]
    rows.append(_price_row(facts, kind))
    return rows


def _price_row(facts: BookingFacts, kind: Kind) -> Row:
    if kind is Kind.OWED:
        fee = formatting.format_money(facts.fee, facts.currency, facts.business.locale)
        return Row(_("Fee"), fee)
    return Row(_("Price"), price_words(facts))


def _notes(facts: BookingFacts, kind: Kind, zone: ZoneInfo, now: datetime) -> list[str]:
    notes: list[str] = []
    if kind in WITH_A_REASON and facts.reason:
        notes.append(_("%(business)s writes: %(reason)s") % _said(facts))
    if kind is Kind.NEW_CANCELED and facts.reason:
        said = {"customer": without_links(facts.customer_name), "reason": facts.reason}
        notes.append(_("%(customer)s writes: %(reason)s") % said)
    if kind is Kind.DECLINED and (times := _times(facts, zone, now)):
        notes.append(_times_note(facts, times))
    notes.append(facts.told_why)
    if kind is Kind.MOVED:
        notes.append(zone_note(facts, zone))
    notes += overdue_notes(facts, kind, now)
    notes += asked_notes(facts, kind, zone)
    notes.append(answer_note(facts, kind, zone, now))
    notes += link_notes(facts, kind)
    notes += line_notes(facts, kind, zone)
    notes += money_notes(facts, kind)
    if kind in ARRIVING and facts.status == "CONFIRMED":
        notes += [cancel_note(facts, zone, now), sign_in_note(facts, now)]
        if facts.business.arrival_note:
            notes.append(facts.business.arrival_note)
    if not kind.is_for_team:
        notes.append(contact_note(facts, now))
    return [note for note in notes if note]


def _said(facts: BookingFacts) -> dict[str, str]:
    return {"business": facts.business.name, "reason": facts.reason}


def _times_note(facts: BookingFacts, times: str) -> str:
    """What the team suggested itself is not asked for again."""
    if facts.asks_again:
        words = _(
            "These times are free: %(times)s. Choose one and we’ll send it to "
            "%(business)s as a new request."
        )
        return words % {"times": times, "business": facts.business.name}
    if facts.told_why:
        return _("These times are free: %(times)s.") % {"times": times}
    return _("These times are free: %(times)s. Choose one and it’s booked.") % {"times": times}


def _times(facts: BookingFacts, zone: ZoneInfo, now: datetime) -> str:
    locale = facts.business.locale
    return "; ".join(
        formatting.format_datetime(at, zone=zone, locale=locale)
        for at in facts.suggestions
        if at > now
    )


def _footer(facts: BookingFacts, kind: Kind, *, has_secret: bool) -> str:
    sender = ", ".join(part for part in (facts.business.name, facts.business.address) if part)
    said = {"sender": sender}
    if kind.is_for_team:
        words = _("%(sender)s. You are receiving this e-mail because you run this booking page.")
        return words % said
    why = _("%(sender)s. You are receiving this e-mail because you booked on our page.") % said
    if not has_secret:
        return why
    return f"{why} {_('The button opens only your booking: please do not forward it.')}"
