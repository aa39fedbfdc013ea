"""From facts to a finished mail: text twin, HTML, calendar file and safe headers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.mime.text import MIMEText

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.messages.calendar import CalendarFile, build_calendars, build_one_calendar
from apps.messages.clock_lines import clock_text
from apps.messages.facts import BookingFacts, Kind
from apps.messages.links import portal_host
from apps.messages.mails import put_together, require_plain_address, styles
from apps.messages.move_words import OF_MOVE_REQUESTS
from apps.messages.wording import Words, word
from apps.web.text import clean_line

LONGEST_SUBJECT = 200
WITHOUT_CALENDAR = {
    *(Kind.WAITLISTED, Kind.OFFERED, Kind.NOTE),
    *(Kind.TOO_LATE, Kind.NEW_OVERLAP, Kind.REFUNDED, Kind.OVERDUE, Kind.NEW_OVERDUE),
    *(Kind.LET_GO, Kind.NOT_REFUNDED, Kind.KEPT, Kind.ASKED, Kind.NEW_ASKED, Kind.BETTER),
    *OF_MOVE_REQUESTS,
    Kind.OWED,
}
"""Nothing new to keep free."""


@dataclass(frozen=True, slots=True)
class ComposedMail:
    """A mail ready to leave. ``mail`` holds the secret link, ``kept_text`` has it masked."""

    mail: EmailMultiAlternatives
    subject: str
    kept_text: str


def compose(
    *,
    facts: BookingFacts,
    kind: Kind,
    to_address: str,
    message_id: str,
    token: str,
    now: datetime,
) -> ComposedMail:
    """Compose the mail of one kind for exactly one recipient.

    ``token`` is the raw secret of the manage link ("" for the team); it stands in the mail only
    and is masked in ``kept_text``. Words follow the business's language.

    Raises:
        RefusedAddress: ``to_address`` is not one plain address.
    """
    require_plain_address(to_address)
    with translation.override(facts.business.locale):
        words = word(facts=facts, kind=kind, token=token, now=now)
        text = render_text(words)
        html = render_to_string(
            "messages/mail.html", {"words": words, "css": styles(facts.business.accent)}
        )
    subject = clean_line(words.subject, max_length=LONGEST_SUBJECT)
    mail = put_together(
        subject=subject,
        text=text,
        html=html,
        sender=facts.business.name,
        to=to_address,
        # The team's answer goes nowhere: it would leak our address.
        reply_to="" if kind.is_for_team else facts.business.email,
    )
    mail.extra_headers["Message-ID"] = message_id
    if _has_calendar(facts, kind):
        for file in calendars_of(facts=facts, kind=kind, now=now):
            mail.attach(_calendar_part(file))
    kept = text.replace(token, _("[secret link]")) if token else text
    return ComposedMail(mail=mail, subject=subject, kept_text=kept)


def render_text(words: Words) -> str:
    """Lay the words out as plain text: the same facts in the same order as the HTML."""
    rows = [it for row in words.rows for it in ((row.label, row.value), ("", row.url)) if it[1]]
    rows.append((_("Reference"), words.reference))
    width = max(len(label) for label, _value in rows) + 2
    facts = "\n".join(f"{label:<{width}}{value}" for label, value in rows)
    parts = [
        words.heading,
        f"{words.day}\n{words.hours}, {words.zone}",
        facts,
        *(f"{it.label}: {it.url}" for it in (words.button, words.second) if it.url),
        *words.notes,
        *([clock_text(words.clock_heading, words.clock)] if words.clock else []),
        f"-- \n{words.footer}",
    ]
    return "\n\n".join(parts) + "\n"


def calendars_of(
    *, facts: BookingFacts, now: datetime, kind: Kind = Kind.BOOKED, is_feed: bool = False
) -> list[CalendarFile]:
    """Build the calendar files of a booking with the portal's host and the business's address.

    The mail attaches each; pages that let a customer download them call this with the facts of
    ``queries.get_booking_facts`` and put one after the other, which RFC 5545 3.4 calls a stream.
    is_feed: one file to which a calendar subscribes.
    """
    organizer = facts.business.email or settings.DEFAULT_FROM_EMAIL
    return build_calendars(
        facts=facts,
        host=portal_host(),
        organizer=organizer,
        stamped_at=now,
        kind=kind,
        is_feed=is_feed,
    )


def calendar_of_all(*, all_facts: Iterable[BookingFacts], now: datetime) -> CalendarFile:
    """Build one file of all that somebody has booked, as ``calendars_of`` does of one booking."""
    told = [(it, it.business.email or settings.DEFAULT_FROM_EMAIL) for it in all_facts]
    return build_one_calendar(told=told, host=portal_host(), stamped_at=now)


def _has_calendar(facts: BookingFacts, kind: Kind) -> bool:
    """A word about a course may be that one of its dates is gone."""
    if kind is Kind.NOTE and facts.all_dates:
        return True
    waits = facts.status == "WAITING_LIST"  # nothing of theirs stands in a calendar yet
    return kind not in WITHOUT_CALENDAR and facts.wish is None and not waits


def _calendar_part(file: CalendarFile) -> MIMEText:
    """The METHOD stands in the content type too, or calendars ignore the file (RFC 6047 2.4)."""
    part = MIMEText(file.content.decode(), "calendar", "utf-8")
    part.set_param("method", file.method)
    part.add_header("Content-Disposition", "attachment", filename="booking.ics")
    return part
