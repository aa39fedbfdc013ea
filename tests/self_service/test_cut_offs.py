"""Cut-offs to the second on the pages, on days when the clocks change (rules T3, T10, B4, B5): a
second before, on the second, a second later; what is shown is what is accepted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.ledger.check import find_all
from tests.factories import make_draft, make_salon
from tests.factories.bookings import cancel_as_customer
from tests.pages import fields_of, slot_at, text_of

pytestmark = pytest.mark.django_db
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
CHANGES = [
    # the first instant of the new time: an hour is skipped, or comes twice
    pytest.param(BERLIN, datetime(2027, 3, 28, 1, tzinfo=UTC), id="Berlin forward"),
    pytest.param(BERLIN, datetime(2027, 10, 31, 1, tzinfo=UTC), id="Berlin back"),
    pytest.param(NEW_YORK, datetime(2027, 3, 14, 7, tzinfo=UTC), id="New York forward"),
    pytest.param(NEW_YORK, datetime(2027, 11, 7, 6, tzinfo=UTC), id="New York back"),
]
Body = dict[str, Any]


def cancels(_browser: Client, booking: Booking) -> Body:
    return {"revision": booking.revision, "fee": 0, "reason": ""}


def moves(_browser: Client, booking: Booking) -> Body:
    wall = booking.starts_at.astimezone(booking.business.zone) + 7 * DAY
    return {"revision": booking.revision, "slot": slot_at(wall.replace(hour=14, minute=0))}


def one_fewer(browser: Client, booking: Booking) -> Body:
    """What the page sends that was looked at for one person."""
    sent = fields_of(browser.get(f"/manage/{booking.reference}/people", {"people": "1"}))
    return {"revision": booking.revision, "price": (booking.price or 0) // 2, **sent, "people": "1"}


def takes_back(_browser: Client, _booking: Booking) -> Body:
    return {}


@dataclass(frozen=True)
class CutOff:
    """tail is where it is done, sends what is sent there, and open whether it is done a second
    before, on the second, a second later; refused is the status of the answer then."""

    tail: str
    sends: Callable[[Client, Booking], Body]
    open: tuple[bool, bool, bool]
    refused: int = 409


UNTIL_AND_ON = (True, True, False)
BEFORE = (True, False, False)
CUT_OFFS = {
    "cancel": CutOff("cancel", cancels, UNTIL_AND_ON),
    "move": CutOff("move", moves, UNTIL_AND_ON),
    "undo": CutOff("undo", takes_back, BEFORE),
}


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The clock stands there, and whatever is done then never was."""
    with time_machine.travel(moment, tick=False), transaction.atomic():
        yield
        transaction.set_rollback(True)


def booked(zone: ZoneInfo, starts_at: datetime, *, people: int = 2) -> Booking:
    """Two people at one appointment, booked ten days before; it may be cancelled, moved and made
    smaller for nothing until 24 hours before."""
    salon = make_salon(slug="juniper", time_zone=zone.key)
    salon.policy.max_participants = 3
    salon.policy.save()
    salon.cut.refresh_from_db()
    made_at = starts_at - 10 * DAY
    with time_machine.travel(made_at, tick=False):
        draft = make_draft(service=salon.cut, starts_at=starts_at, now=made_at, party_size=people)
        return bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl Vogt", email="carl@example.com"),
            seen_price=draft.price,
            now=made_at,
        )


def by_link(booking: Booking, *, made_at: datetime) -> Client:
    browser = Client()
    token = bookings.create_access_link(booking=booking, now=made_at)
    assert browser.get(f"/m/{token}").status_code == 303
    return browser


def answers(booking: Booking, cut_off: CutOff, last: datetime) -> list[tuple[bool, int]]:
    """Whether it is shown, and the status of the POST, around the last moment."""
    found, home = [], f"/manage/{booking.reference}/"
    for moment in (last - SECOND, last, last + SECOND):
        with at(moment):
            browser = by_link(booking, made_at=moment)
            is_shown = f'"{home}{cut_off.tail}"' in text_of(browser.get(home))
            booking.refresh_from_db()
            answer = browser.post(home + cut_off.tail, cut_off.sends(browser, booking))
            has_changed = Booking.objects.get(pk=booking.pk).revision > booking.revision
            assert has_changed == (answer.status_code == 303), moment
            assert [str(it) for it in find_all(business_id=None, now=moment)] == []
            found.append((is_shown, answer.status_code))
    return found


def expected(cut_off: CutOff) -> list[tuple[bool, int]]:
    return [(it, 303 if it else cut_off.refused) for it in cut_off.open]


def ten_in_the_morning(zone: ZoneInfo, change: datetime) -> datetime:
    """By the wall of the day on which the clocks change: 24 hours before lie across the change."""
    return change.astimezone(zone).replace(hour=10, minute=0).astimezone(UTC)


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize("name", ["cancel", "move"])
def test_a_day_before_is_a_day_of_24_hours(name: str, zone: ZoneInfo, change: datetime) -> None:
    starts_at = ten_in_the_morning(zone, change)
    last = starts_at - timedelta(hours=24)
    assert last < change < starts_at
    assert last.astimezone(zone).hour in {9, 11}, "the wall of the day before reads another hour"

    found = answers(booked(zone, starts_at), CUT_OFFS[name], last)

    assert found == expected(CUT_OFFS[name])


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_somebody_is_taken_off_until_then_too(zone: ZoneInfo, change: datetime) -> None:
    """Whether more may come has another cut-off, so that the way to the page stays."""
    starts_at = ten_in_the_morning(zone, change)
    fewer = CutOff("people", one_fewer, UNTIL_AND_ON)

    found = answers(booked(zone, starts_at), fewer, starts_at - timedelta(hours=24))

    assert found == [(True, 303), (True, 303), (True, 409)]


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_nobody_is_added_once_it_begins(zone: ZoneInfo, change: datetime) -> None:
    starts_at = ten_in_the_morning(zone, change)

    def one_more(_browser: Client, booking: Booking) -> Body:
        price = (booking.price or 0) * 3 // 2
        return {"revision": booking.revision, "price": price, "people": "3"}

    more = CutOff("people", one_more, BEFORE)

    assert answers(booked(zone, starts_at), more, starts_at) == expected(more)


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_ten_minutes_of_undo_are_ten_minutes_across_the_change(
    zone: ZoneInfo, change: datetime
) -> None:
    booking = booked(zone, change + 5 * DAY + timedelta(hours=8))
    cancelled_at = change - timedelta(minutes=5)
    cancel_as_customer(booking, now=cancelled_at)

    found = answers(booking, CUT_OFFS["undo"], cancelled_at + timedelta(minutes=10))

    assert found == expected(CUT_OFFS["undo"])


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_a_link_ends_168_hours_after_the_visit_across_the_change(
    zone: ZoneInfo, change: datetime
) -> None:
    """The day of the visit reads the same time of the clock a week later, but not the same hour."""
    starts_at = ten_in_the_morning(zone, change - 3 * DAY)
    booking = booked(zone, starts_at)
    token = bookings.create_access_link(booking=booking, now=starts_at)
    ends = booking.ends_at + timedelta(hours=168)
    assert ends.astimezone(zone).hour != booking.ends_at.astimezone(zone).hour

    found = []
    for moment in (ends - SECOND, ends, ends + SECOND):
        with at(moment):
            browser = Client()
            opened = browser.get(f"/m/{token}").status_code
            found.append((opened, browser.get(f"/manage/{booking.reference}/").status_code))
    assert found == [(303, 200), (404, 404), (404, 404)]
