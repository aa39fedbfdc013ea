"""The calendar file: one VEVENT, right METHOD and SEQUENCE, inert text
(rule S8, RFC 5545, 5546)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar, Event

from apps.messages.calendar import build_calendars
from apps.messages.facts import BookingFacts, CourseDate, Kind
from tests.messages.facts import EVA_S_CUT

NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)

HOSTILE = [
    "Cut\r\nATTENDEE:mailto:sam@example.com",
    "Cut\nEND:VEVENT\nBEGIN:VEVENT\nUID:2",
    "Cut\r\nBEGIN:VALARM",
    "Cut\u2028BEGIN:VALARM",
    'Cut; with, \\n and \\ and "quotes" : done',
    "ü" * 300,
    "👩‍👧" * 60,
    "\u202eCut\u2066",
    "\x00\x07Cut\x1b[0m",
    "=HYPERLINK(1)",
    "x" * 10_000,
]


def build(facts: BookingFacts = EVA_S_CUT, kind: Kind = Kind.BOOKED) -> bytes:
    (file,) = build_calendars(
        facts=facts,
        host="book.example",
        organizer="hello@juniper.example",
        stamped_at=NOW,
        kind=kind,
    )
    return file.content


def only_event(content: bytes) -> Event:
    (event,) = Calendar.from_ical(content.decode()).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_a_booking_is_one_event_in_utc() -> None:
    content = build()
    event = only_event(content)
    assert event["UID"] == "7KQ4MWXD@book.example"
    assert event["SEQUENCE"] == 3
    assert b"DTSTART:20261126T091500Z\r\n" in content
    assert b"DTEND:20261126T100000Z\r\n" in content
    assert b"DTSTAMP:20261124T094200Z\r\n" in content
    assert event["SUMMARY"] == "Cut and finish, Juniper Hair"
    assert event["LOCATION"] == "Kastanienallee 12, 10435 Berlin"
    assert event["ORGANIZER"] == "mailto:hello@juniper.example"
    assert "ATTENDEE" not in event
    assert not event.subcomponents


@pytest.mark.parametrize(
    ("status", "method", "word"),
    [
        ("CONFIRMED", "PUBLISH", "CONFIRMED"),
        ("PENDING", "PUBLISH", "TENTATIVE"),
        ("DECLINED", "CANCEL", "CANCELLED"),
        ("CANCELED", "CANCEL", "CANCELLED"),
    ],
)
def test_method_and_status_follow_the_booking(status: str, method: str, word: str) -> None:
    facts = replace(EVA_S_CUT, status=status)
    (file,) = build_calendars(
        facts=facts, host="book.example", organizer="a@b.example", stamped_at=NOW
    )
    calendar = Calendar.from_ical(file.content.decode())
    assert (file.method, calendar["METHOD"]) == (method, method)
    assert only_event(file.content)["STATUS"] == word


def test_a_later_file_replaces_an_earlier_one() -> None:
    later = only_event(build(replace(EVA_S_CUT, revision=4, status="CANCELED")))
    earlier = only_event(build())
    assert later["UID"] == earlier["UID"]
    assert later.decoded("SEQUENCE") > earlier.decoded("SEQUENCE")


def test_the_team_s_file_says_who_comes_without_links() -> None:
    facts = replace(EVA_S_CUT, customer_name="Eva http://evil.example Lindner")
    assert only_event(build(facts, Kind.NEW_BOOKING))["SUMMARY"] == "Cut and finish, Eva Lindner"


def test_an_online_booking_has_no_place() -> None:
    assert "LOCATION" not in only_event(build(replace(EVA_S_CUT, online=True)))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_one_inert_event(text: str) -> None:
    business = replace(EVA_S_CUT.business, name=text, phone=text[:40])
    facts = replace(
        EVA_S_CUT, service=text, staff=text, address=text, customer_name=text, business=business
    )
    for kind in (Kind.BOOKED, Kind.NEW_BOOKING):
        content = build(facts, kind)
        event = only_event(content)
        assert not event.subcomponents
        assert "ATTENDEE" not in event
        lines = content.split(b"\r\n")
        begun = [line for line in lines if line.startswith(b"BEGIN:")]
        assert begun == [b"BEGIN:VCALENDAR", b"BEGIN:VEVENT"]
        assert max(len(line) for line in lines) <= 75
        assert b"\n" not in content.replace(b"\r\n", b"")


def test_special_characters_come_back_as_they_were() -> None:
    place = "Hof; links, \\ 2. Stock"
    assert only_event(build(replace(EVA_S_CUT, address=place)))["LOCATION"] == place


@pytest.mark.parametrize(
    ("starts_at", "line"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), b"DTSTART:20260329T005900Z"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), b"DTSTART:20261025T013000Z"),
    ],
)
def test_clock_changes_do_not_touch_the_instant(starts_at: datetime, line: bytes) -> None:
    assert line in build(replace(EVA_S_CUT, starts_at=starts_at))


def course(*gone: int, **facts: Any) -> BookingFacts:
    """Three Thursdays, the last one an hour longer; ``gone`` are numbers of dates."""
    dates = [
        CourseDate(
            datetime(2026, 11, day, 18, tzinfo=UTC),
            datetime(2026, 11, day, end, tzinfo=UTC),
            gone=number in gone,
        )
        for number, (day, end) in enumerate(((12, 19), (19, 19), (26, 20)), start=1)
    ]
    return replace(EVA_S_CUT, all_dates=tuple(dates), **facts)


def events_of(content: bytes) -> list[tuple[str, str, int, str]]:
    """UID, hours, SEQUENCE and STATUS of each event."""
    return [
        (
            str(event["UID"]),
            f"{event.decoded('DTSTART'):%d %H} - {event.decoded('DTEND'):%H}",
            event.decoded("SEQUENCE"),
            str(event["STATUS"]),
        )
        for event in Calendar.from_ical(content.decode()).walk("VEVENT")
    ]


def test_a_course_has_an_event_of_its_own_length_for_each_date() -> None:
    content = build(course())

    assert events_of(content) == [
        ("7KQ4MWXD@book.example", "12 18 - 19", 3, "CONFIRMED"),
        ("7KQ4MWXD-2@book.example", "19 18 - 19", 3, "CONFIRMED"),
        ("7KQ4MWXD-3@book.example", "26 18 - 20", 3, "CONFIRMED"),
    ]
    assert b"RDATE" not in content


def test_a_date_that_is_gone_is_taken_back_and_the_others_stay() -> None:
    (file,) = build_calendars(
        facts=course(2, revision=4), host="book.example", organizer="a@b.example", stamped_at=NOW
    )

    assert file.method == "PUBLISH"
    assert [(it[2], it[3]) for it in events_of(file.content)] == [
        (4, "CONFIRMED"),
        (4, "CANCELLED"),
        (4, "CONFIRMED"),
    ]


def test_a_cancelled_course_takes_every_date_back_by_a_file_of_its_own() -> None:
    files = build_calendars(
        facts=course(1, 2, 3, revision=5, status="CANCELED"),
        host="book.example",
        organizer="a@b.example",
        stamped_at=NOW,
    )

    taken_back = [events_of(it.content) for it in files]
    assert [it.method for it in files] == ["CANCEL"] * 3
    assert [[(uid, status) for uid, _when, _sequence, status in it] for it in taken_back] == [
        [(uid, "CANCELLED")] for uid, *_rest in events_of(build(course()))
    ]
