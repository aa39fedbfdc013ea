"""Every time that must not be sold, asked for by hand (rules S11, T6)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings

from apps.availability.models import DateException, Schedule
from apps.bookings.models import Booking
from apps.catalog.models import BookingPolicy
from tests.factories import NOW, Salon, make_hours, make_salon
from tests.pages import tap

GONE, UNREADABLE = 409, 422


@pytest.fixture
def salon(db: None) -> Any:
    """Open from nine to six; two hours of notice, two weeks ahead; closed on 27 November."""
    with override_settings(RATE_LIMIT_SCALE=1_000_000), time_machine.travel(NOW, tick=False):
        salon = make_salon(slug="juniper")
        BookingPolicy.objects.update(min_notice_minutes=120, horizon_days=14)
        schedule = Schedule.objects.get(business=salon.business, resource=None)
        DateException.objects.create(schedule=schedule, on=date(2026, 11, 27))
        yield salon


@pytest.mark.parametrize(
    ("slot", "status"),
    [
        pytest.param("2026-11-23T10:00+01:00", GONE, id="yesterday"),
        pytest.param("2020-01-01T10:00+01:00", GONE, id="years ago"),
        pytest.param("2026-11-24T10:30+01:00", GONE, id="twelve minutes ago"),
        pytest.param("2026-11-24T10:42+01:00", GONE, id="this minute"),
        pytest.param("2026-11-24T12:30+01:00", GONE, id="too late by the notice"),
        pytest.param("2026-11-24T12:45+01:00", 303, id="just in time"),
        pytest.param("2026-11-26T10:07+01:00", GONE, id="off the grid"),
        pytest.param("2026-11-26T08:45+01:00", GONE, id="before opening"),
        pytest.param("2026-11-26T17:15+01:00", 303, id="the last one that ends in time"),
        pytest.param("2026-11-26T17:30+01:00", GONE, id="would end after closing"),
        pytest.param("2026-11-27T10:00+01:00", GONE, id="a closed day"),
        pytest.param("2026-12-08T10:00+01:00", 303, id="the last day of the horizon"),
        pytest.param("2026-12-09T10:00+01:00", GONE, id="beyond the horizon"),
        pytest.param("2199-12-31T10:00+01:00", GONE, id="another century"),
        pytest.param("2026-11-26T10:15+02:00", UNREADABLE, id="the offset of summer"),
        pytest.param("2026-11-26T10:15Z", UNREADABLE, id="the offset of London"),
        pytest.param("2026-11-26T10:15", UNREADABLE, id="no offset"),
        pytest.param("2026-11-26T10:15:30+01:00", UNREADABLE, id="seconds"),
        pytest.param("2026-W48-4T10:15+01:00", UNREADABLE, id="a week date"),
        pytest.param("20261126T1015+0100", UNREADABLE, id="without dashes"),
        pytest.param("２０２６-11-26T10:15+01:00", UNREADABLE, id="full-width digits"),
        pytest.param("2026-13-01T10:15+01:00", UNREADABLE, id="a thirteenth month"),
        pytest.param("2026-11-31T10:15+01:00", UNREADABLE, id="a day that is none"),
    ],
)
def test_a_time_is_sold_only_when_the_page_would_offer_it(
    salon: Salon, slot: str, status: int
) -> None:
    answer = tap(Client(), salon.cut, f"{slot};;")

    assert answer.status_code == status
    assert Booking.objects.count() == (1 if status == 303 else 0)


@pytest.mark.parametrize(
    ("slot", "status"),
    [
        ("2026-10-25T02:30+02:00", 303),  # the first of two
        ("2026-10-25T02:30+01:00", 303),  # the second
        ("2026-10-25T02:30+00:00", UNREADABLE),
        ("2027-03-28T02:30+01:00", UNREADABLE),  # skipped
        ("2027-03-28T02:30+02:00", UNREADABLE),
        ("2027-03-28T03:30+02:00", 303),
    ],
)
def test_hours_that_come_twice_or_never(db: None, slot: str, status: int) -> None:
    before = datetime(2026, 10, 20, 9, tzinfo=UTC) if slot[:4] == "2026" else None
    with time_machine.travel(before or datetime(2027, 3, 20, 9, tzinfo=UTC), tick=False):
        salon = make_salon(slug="juniper")
        Schedule.objects.filter(business=salon.business).delete()
        make_hours(business=salon.business, starts=0, ends=6 * 60)

        answer = tap(Client(), salon.cut, f"{slot};;")

    assert answer.status_code == status


@pytest.mark.parametrize("people", ["0", "-1", "2", "1e3", "NaN", "１", "9" * 40, "1.5", "IS NULL"])
def test_parties_that_cannot_be(salon: Salon, people: str) -> None:
    answer = tap(Client(), salon.cut, "2026-11-26T10:00+01:00;;", {"people": people})

    expected = {"0": {303}, "2": {404}}.get(people, {404, 422})
    assert answer.status_code in expected
    assert Booking.objects.count() == (1 if answer.status_code == 303 else 0)


@pytest.mark.parametrize("field", ["slot", "service", "people", "add_on", "tz"])
def test_a_field_sent_as_a_list_or_twice_never_breaks(salon: Salon, field: str) -> None:
    data = {"service": "cut", "slot": "2026-11-26T10:00+01:00;;", "people": "1", "tz": ""}
    odd: list[dict[str, Any]] = [
        {**data, field: ["", "[]", "{}"]},
        {**{k: v for k, v in data.items() if k != field}, f"{field}[]": "1"},
        {k: v for k, v in data.items() if k != field},
        {**data, field: "\x00"},
        {**data, field: "x" * 100_000},
    ]

    answers = [Client().post("/juniper/hold", it).status_code for it in odd]

    assert {status for status in answers if status >= 500} == set()
