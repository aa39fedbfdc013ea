"""The calendar file of one booking (RFC 5545), told as a publication (RFC 5546). No query.

Why PUBLISH and not REQUEST: a REQUEST is an invitation that asks for an answer and names its
attendees; the customer has answered already, and the business reads no calendar mail. RFC 5546
3.2.1 lets the organizer publish an event, publish it again with a higher SEQUENCE, and take it
back with CANCEL. PUBLISH must not name attendees, so no address leaves in the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress, vText

from apps.bookings.wording import mix_words
from apps.messages.facts import BookingFacts, CourseDate, Kind
from apps.messages.names import without_links
from apps.web.text import clean_line

PRODUCT = "-//Booking portal//Bookings//EN"
STATUS_WORDS = {"CONFIRMED": "CONFIRMED", "PENDING": "TENTATIVE"}
LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A finished file: the METHOD for the mail part's content type, and the bytes (CRLF, UTF-8)."""

    method: str
    content: bytes


def build_calendars(
    *,
    facts: BookingFacts,
    host: str,
    organizer: str,
    stamped_at: datetime,
    kind: Kind = Kind.BOOKED,
    is_feed: bool = False,
) -> list[CalendarFile]:
    """Build the files for the customer, or for the team when ``kind`` is a team message.

    UID is the reference at the portal's host, so every later file replaces the first one; SEQUENCE
    is the booking's revision; times are UTC. A course has an event for each of its dates, because
    some calendars drop the first date of an RDATE and none can give one date another length; a
    date that is gone says so. A publication may hold all of them in one object; an object of CANCEL
    holds events of one UID only (RFC 5546 3.2.5), and calendars act on the first object of a part:
    a course that is cancelled is one file for each date. ``organizer`` is an e-mail address. All
    text is escaped and folded at 75 octets by the library, after control and direction marks are
    removed (rule S8). What a calendar subscribed to (is_feed) is always one publication:
    that all of it is cancelled stands in its events.
    """
    method = "PUBLISH" if is_feed or facts.status in STATUS_WORDS else "CANCEL"
    events = _events(facts, host=host, organizer=organizer, stamped_at=stamped_at, kind=kind)
    objects = [events] if method == "PUBLISH" else [[event] for event in events]
    return [_file(method, it) for it in objects]


def build_one_calendar(
    *, told: Iterable[tuple[BookingFacts, str]], host: str, stamped_at: datetime
) -> CalendarFile:
    """Build one file of many bookings that take place, each beside its organizer's address: the
    same events as in the files of each."""
    events = [
        event
        for facts, organizer in told
        for event in _events(
            facts, host=host, organizer=organizer, stamped_at=stamped_at, kind=Kind.BOOKED
        )
    ]
    return _file("PUBLISH", events)


def _events(
    facts: BookingFacts, *, host: str, organizer: str, stamped_at: datetime, kind: Kind
) -> list[Event]:
    dates = facts.all_dates or (CourseDate(facts.starts_at, facts.ends_at),)
    events = []
    for number, date in enumerate(dates, start=1):
        event = _event(facts, organizer, stamped_at, kind)
        _put_on(event, date, facts=facts, uid=_uid(facts.reference, number, host))
        events.append(event)
    return events


def _file(method: str, events: list[Event]) -> CalendarFile:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    return CalendarFile(method=method, content=calendar.to_ical())


def _uid(reference: str, number: int, host: str) -> str:
    """The first date has the plain reference: it takes the place of an older file's only event."""
    return f"{reference}@{host}" if number == 1 else f"{reference}-{number}@{host}"


def _put_on(event: Event, date: CourseDate, *, facts: BookingFacts, uid: str) -> None:
    status = "CANCELLED" if date.gone else STATUS_WORDS.get(facts.status, "CANCELLED")
    event.add("uid", uid)
    event.add("dtstart", date.starts_at.astimezone(UTC))
    event.add("dtend", date.ends_at.astimezone(UTC))
    event.add("status", status)


def _event(facts: BookingFacts, organizer: str, stamped_at: datetime, kind: Kind) -> Event:
    event = Event()
    event.add("sequence", facts.revision)
    event.add("dtstamp", stamped_at.astimezone(UTC))
    event.add("summary", _summary(facts, kind))
    event.add("description", _description(facts))
    if place := _place(facts):
        event.add("location", _line(place))
    event.add("organizer", _organizer(facts, organizer))
    event.add("transp", "OPAQUE")
    return event


def _summary(facts: BookingFacts, kind: Kind) -> str:
    who = without_links(facts.customer_name) if kind.is_for_team else facts.business.name
    return _line(f"{facts.service}, {who}" if who else facts.service)


def _place(facts: BookingFacts) -> str:
    """Online the link itself, which calendars make something to tap, as soon as it may be told."""
    if not facts.online:
        return facts.address
    return facts.online_link if facts.status == "CONFIRMED" else ""


def _description(facts: BookingFacts) -> str:
    lines = [facts.reference]
    lines += [_line(it) for it in (", ".join(facts.extras), mix_words(facts.mix)) if it]
    if facts.staff:
        lines.append(_line(facts.staff))
    if facts.business.phone:
        lines.append(_line(facts.business.phone))
    return "\n".join(lines)


def _organizer(facts: BookingFacts, address: str) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{address}")
    # A parameter value may not hold a quotation mark (RFC 5545 3.2).
    organizer.params["CN"] = vText(_line(facts.business.name).replace('"', "'"))
    return organizer


def _line(text: str) -> str:
    return clean_line(text, max_length=LONGEST_LINE)
