"""A mail tells until when cancelling costs what, in the rows of the pages (rule B33)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.bookings.cancellation import ClockRow
from apps.bookings.models import Booking
from apps.bookings.queries.clock import cancel_limits
from apps.checkout import operations as checkout
from apps.messages.composing import compose
from apps.messages.facts import BookingFacts, Kind
from apps.messages.queries import get_booking_facts
from apps.web.formatting import format_datetime
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.money import work
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import make_session, make_studio
from tests.messages.facts import EVA_S_CUT

DAY = 24 * 60
SOON = NOW + timedelta(seconds=11)
FREE_UNTIL = datetime(2026, 11, 25, 9, 15, tzinfo=UTC)
HALF_UNTIL = datetime(2026, 11, 26, 5, 15, tzinfo=UTC)
WITH_FEES = replace(
    EVA_S_CUT,
    clock=(ClockRow(FREE_UNTIL, 0), ClockRow(HALF_UNTIL, 2400), ClockRow(None, 4800)),
)
ROWS = [
    ("Before Wed 25 Nov, 10:15", "Free"),
    ("Before Thu 26 Nov, 06:15", "€24.00"),
    ("After that, or if you don’t come", "€48.00"),
]


class TableReader(HTMLParser):
    """What a screen reader reads out of the tables that hold data: head, then cell by cell."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[tuple[str, str]] = []
        self.is_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "table":
            self.is_data = named.get("role") != "presentation"
        if self.is_data and tag in {"th", "td"}:
            self.cells.append((named.get("scope") or "", ""))

    def handle_data(self, data: str) -> None:
        if self.is_data and self.cells and data.strip():
            scope, text = self.cells[-1]
            self.cells[-1] = (scope, f"{text} {data.strip()}".strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.is_data = False


def mail_of(
    facts: BookingFacts, kind: Kind = Kind.BOOKED, now: datetime = NOW
) -> tuple[str, list[tuple[str, str]]]:
    """Its plain text with ordinary blanks, and its table as (scope, words)."""
    composed = compose(
        facts=facts,
        kind=kind,
        to_address="eva@example.com",
        message_id="<booked.1@book.example>",
        token="T" * 43,
        now=now,
    )
    reader = TableReader()
    reader.feed(str(composed.mail.alternatives[0][0]))
    return str(composed.mail.body).replace("\xa0", " "), reader.cells


def block(text: str) -> list[str]:
    """The lines of the plain text below "If you cancel"."""
    (found,) = [it for it in text.split("\n\n") if it.startswith("If you cancel")]
    return found.splitlines()


@pytest.mark.parametrize("kind", [Kind.BOOKED, Kind.CONFIRMED, Kind.MOVED, Kind.RESIZED])
def test_the_table_stands_in_the_mail_and_below_each_other_in_plain_text(kind: Kind) -> None:
    text, cells = mail_of(WITH_FEES, kind)

    assert cells == [
        ("col", "When"),
        ("col", "Cost"),
        *[it for when, cost in ROWS for it in (("row", when), ("", cost))],
    ]
    assert block(text) == [
        "If you cancel",
        "Before Wed 25 Nov, 10:15          Free",
        "Before Thu 26 Nov, 06:15          €24.00",
        "After that, or if you don’t come  €48.00",
    ]
    assert "Free cancellation until" not in text


def test_whoever_paid_reads_what_comes_back() -> None:
    text, cells = mail_of(replace(WITH_FEES, paid=2400))

    assert [words for _scope, words in cells[3::2]] == [
        "Free €24.00 back",
        "€24.00 Nothing back",
        "€48.00 €24.00 more",
    ]
    assert block(text)[1:] == [
        "Before Wed 25 Nov, 10:15          Free    €24.00 back",
        "Before Thu 26 Nov, 06:15          €24.00  Nothing back",
        "After that, or if you don’t come  €48.00  €24.00 more",
    ]


def test_times_are_those_of_the_clock_that_the_mail_tells() -> None:
    text, _cells = mail_of(replace(WITH_FEES, time_zone="America/New_York", online=True))

    assert block(text)[1].startswith("Before Wed 25 Nov, 04:15 ")


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (FREE_UNTIL, "Before Wed 25 Nov, 10:15 "),
        (FREE_UNTIL + timedelta(seconds=1), "Before Thu 26 Nov, 06:15 "),
        (HALF_UNTIL + timedelta(seconds=1), "After that, or if you don’t come "),
    ],
)
def test_what_is_over_when_the_mail_leaves_is_not_told(now: datetime, first: str) -> None:
    text, _cells = mail_of(WITH_FEES, now=now)

    assert block(text)[1].startswith(first.replace("After that", "Until it begins"))


def test_of_a_request_it_tells_what_it_will_cost_once_it_is_confirmed() -> None:
    text, cells = mail_of(replace(WITH_FEES, status="PENDING"), Kind.REQUESTED)

    assert block(text)[0] == "If you cancel once it’s confirmed"
    assert len(cells) == 8


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.NEW_BOOKING, "CONFIRMED"),
        (Kind.CANCELED, "CANCELED"),
        (Kind.OWED, "CONFIRMED"),
        (Kind.MOVED, "WAITING_LIST"),
    ],
)
def test_where_nothing_can_be_cancelled_there_is_no_table(kind: Kind, status: str) -> None:
    text, cells = mail_of(replace(WITH_FEES, status=status), kind)

    assert (cells, "If you cancel" in text) == ([], False)


def test_one_sentence_needs_no_table() -> None:
    text, cells = mail_of(EVA_S_CUT)

    assert cells == []
    assert "Free cancellation until Wed 25 Nov, 10:15." in text


@pytest.fixture
def windows(db: None) -> Salon:
    """From a day before a quarter of the price, in the last four hours all of it."""
    salon = make_salon()
    salon.policy.fee_windows = [[DAY, 2_500, None], [240, 10_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    return salon


def rows_of_the_page(booking: Booking) -> list[tuple[str, str, str]]:
    booking = Booking.objects.get(pk=booking.pk)
    return [
        (
            f"Before {format_datetime(it.until, zone=booking.zone, locale='en-GB')}"
            if it.until
            else it.last_words,
            it.cost_words,
            it.back_words,
        )
        for it in cancel_limits(booking=booking, now=SOON)
    ]


def rows_of_the_mail(text: str) -> list[tuple[str, str, str]]:
    rows = [line.split("  ") for line in block(text)[1:]]
    found = [[it.strip() for it in row if it.strip()] for row in rows]
    return [(row[0], row[1], row[2] if len(row) > 2 else "") for row in found]


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_the_rows_are_those_of_the_page(windows: Salon) -> None:
    booking = make_booking(service=windows.cut, starts_at=windows.at(26, 10, 15), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=windows.olga, now=NOW)

    work(SOON)

    text = str(mail.outbox[0].body)
    assert mail.outbox[0].subject.startswith("Booked:")
    assert rows_of_the_mail(text) == rows_of_the_page(booking)
    assert len(rows_of_the_mail(text)) == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_where_a_plan_pays_they_tell_of_its_visit() -> None:
    studio = make_studio()
    ten = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    booking = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), ten)
    mail.outbox.clear()

    work(SOON)

    (told,) = [it for it in mail.outbox if it.subject.startswith("Booked:")]
    assert rows_of_the_mail(str(told.body)) == rows_of_the_page(booking)
    assert [cost for _when, cost, _back in rows_of_the_page(booking)][-1] == "Visit used"


@pytest.mark.django_db
@pytest.mark.usefixtures("at_now")
def test_the_table_costs_no_query(windows: Salon) -> None:
    booking = make_booking(service=windows.cut, starts_at=windows.at(26, 10, 15), now=NOW)

    with CaptureQueriesContext(connection) as captured:
        facts = get_booking_facts(booking_id=booking.pk)

    assert len(facts.clock) == 3
    assert len(captured) <= 2
