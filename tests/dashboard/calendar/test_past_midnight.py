"""What runs past midnight stands on both days, on the second one as what goes on."""

import pytest
from django.test import Client

from apps.availability.models import Schedule
from apps.bookings.models import Booking
from apps.dashboard.calendar.queries.agenda import Agenda
from tests.factories import NOW, Salon, make_booking, make_hours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def night(salon: Salon) -> Booking:
    """Eva's colour begins on Monday at half past eleven in the evening and ends on Tuesday."""
    Schedule.objects.all().delete()
    make_hours(business=salon.business, starts=0, ends=1440)
    return make_booking(
        service=salon.colour,
        starts_at=salon.at(23, 23, 30),
        now=salon.at(23, 9),
        name="Eva",
        resource_id=salon.ana.resource_id,
    )


def agenda_of(browser: Client, **query: str) -> Agenda:
    agenda = browser.get("/own/juniper/agenda/", query).context["agenda"]
    assert isinstance(agenda, Agenda)
    return agenda


def test_the_calendar_has_it_on_both_days(olga: Client, salon: Salon, night: Booking) -> None:
    first, second = (agenda_of(olga, on=f"2026-11-{day}").lanes[0].cells[0] for day in (23, 24))

    assert [(row.starts_at, row.since_at) for row in first.rows] == [(salon.at(23, 23, 30), None)]
    assert [(row.starts_at, row.since_at) for row in second.rows] == [
        (salon.at(24, 0), salon.at(23, 23, 30))
    ]


def test_the_week_counts_it_once_and_says_since_when(olga: Client, night: Booking) -> None:
    page = olga.get("/own/juniper/agenda/", {"view": "week", "on": "2026-11-24"})

    text = page.content.decode()
    assert page.context["agenda"].count == 1
    assert text.count(f'data-booking-reference="{night.reference}"') == 2
    assert "Root colour, since Mon 23 Nov, 23:30, until 01:00" in text


def test_today_says_what_goes_on_from_yesterday(olga: Client, salon: Salon, night: Booking) -> None:
    make_booking(
        service=salon.cut, starts_at=salon.at(24, 15), now=NOW, email="tom@example.com", name="Tom"
    )

    page = olga.get("/own/juniper/")

    assert page.context["figures"].booked == 1
    assert [line.row.customer_name for line in page.context["lines"] if line.row] == ["Eva", "Tom"]
    assert "since Mon 23 Nov, 23:30" in page.content.decode()


def test_what_ends_at_midnight_is_not_on_the_next_day(olga: Client, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(25, 10), now=NOW)
    Booking.objects.filter(pk=booking.pk).update(
        starts_at=salon.at(25, 23), ends_at=salon.at(26, 0)
    )

    cells = [cell for lane in agenda_of(olga, on="2026-11-26").lanes for cell in lane.cells]

    assert [row for cell in cells for row in cell.rows] == []
