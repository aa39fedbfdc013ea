"""The number of queries does not depend on the rows (rule W7, Today at most 15)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_booking, make_request

pytestmark = pytest.mark.both_databases

PAGES = {
    "today": "/own/juniper/",
    "requests": "/own/juniper/requests/",
    "agenda of a day": "/own/juniper/agenda/?on=2026-11-24",
    "agenda of a week": "/own/juniper/agenda/?view=week",
}


@contextmanager
def counting() -> Iterator[list[int]]:
    found: list[int] = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    found.append(len(queries))


def fill(salon: Salon, *, rows: int, start: int = 0) -> list[Booking]:
    """Bookings today, and requests on as many different days, each by somebody else."""
    made = []
    for number in range(start, start + rows):
        made.append(
            make_request(
                service=salon.bridal,
                starts_at=salon.at(25 + number, 10),
                now=NOW,
                email=f"asks{number}@example.com",
            )
        )
        make_booking(
            service=salon.cut,
            starts_at=salon.at(24, 12 + number),
            now=NOW,
            email=f"comes{number}@example.com",
        )
    return made


def queries_of(browser: Client, path: str, headers: dict[str, str] | None = None) -> int:
    with counting() as found:
        assert browser.get(path, headers=headers or {}).status_code == 200
    return found[0]


@pytest.mark.parametrize("name", PAGES)
def test_a_list_costs_the_same_with_one_row_and_with_three(
    olga: Client, salon: Salon, name: str
) -> None:
    fill(salon, rows=1)
    one = queries_of(olga, PAGES[name])
    fill(salon, rows=2, start=1)

    assert queries_of(olga, PAGES[name]) == one


def test_today_stays_within_fifteen(olga: Client, salon: Salon) -> None:
    lena, *_others = fill(salon, rows=3)
    olga.post(f"/own/juniper/bookings/{lena.reference}/confirm/", {"revision": "2"})

    assert queries_of(olga, PAGES["today"]) <= 15


@pytest.mark.parametrize("part", ["needs", "day"])
def test_a_live_part_costs_no_more_than_the_page(olga: Client, salon: Salon, part: str) -> None:
    fill(salon, rows=3)

    assert queries_of(olga, f"/own/juniper/{part}/", {"HX-Request": "true"}) <= 15


def test_a_booking_costs_the_same_with_a_long_history(olga: Client, salon: Salon) -> None:
    (lena,) = fill(salon, rows=1)
    path = f"/own/juniper/bookings/{lena.reference}/"
    one = queries_of(olga, path)
    for revision in (2, 3, 4):
        olga.post(f"{path}notes/", {"revision": str(revision), "note": f"note {revision}"})

    assert queries_of(olga, path) == one


def test_a_tap_costs_a_constant_number(olga: Client, salon: Salon) -> None:
    lena, ines, paula = fill(salon, rows=3)
    counts = []
    for booking in (lena, ines, paula):
        path = f"/own/juniper/bookings/{booking.reference}/confirm/?at=today"
        with counting() as found:
            olga.post(path, {"revision": "2"}, headers={"HX-Request": "true"})
        counts += found

    assert len(set(counts)) == 1
