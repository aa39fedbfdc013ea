"""Owners read the time of a booking by the clock of its place, in its mail and on its page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db.models import F
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.businesses.models import Location
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.dashboard.frame.queries.fits import find_fits
from apps.dashboard.frame.queries.rota import load_rota
from tests.factories import NOW, Salon, make_location, make_request
from tests.factories.money import work

WEEK = timedelta(days=7)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


@pytest.fixture
def abroad(salon: Salon) -> Booking:
    """Carl comes on Thursday at ten in Lisbon, which is eleven for the business in Berlin."""
    Location.objects.filter(pk=salon.location.pk).update(time_zone="Europe/Lisbon")
    draft = bookings.place_hold(
        choice=choose(service=Service.objects.select_related("business").get(pk=salon.cut.pk)),
        starts_at=datetime(2026, 11, 26, 10, tzinfo=UTC),
        visitor=bookings.Visitor("carl", "carl", "Europe/Lisbon"),
        now=NOW,
    )
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )


def test_the_mail_to_the_team_tells_the_time_there(salon: Salon, abroad: Booking) -> None:
    work(NOW + timedelta(seconds=11))

    told = {it.to[0]: it for it in mail.outbox}
    team = told[salon.business.email]
    assert team.subject == "New booking: Thu 26 Nov, 10:00, Cut and finish"
    assert "10:00 – 10:45, Lisbon time" in str(team.body)


def test_the_page_of_the_booking_tells_the_time_there(olga: Client, abroad: Booking) -> None:
    page = olga.get(f"/own/juniper/bookings/{abroad.reference}/")

    assert page.context["zone"].key == "Europe/Lisbon"
    assert "Lisbon time" in page.content.decode()


def test_the_lists_name_the_time_there_beside_the_business_s_own(
    olga: Client, abroad: Booking
) -> None:
    day = olga.get("/own/juniper/agenda/", {"on": "2026-11-26"}).content.decode()

    assert "11:00 Carl Vogt" in day
    assert "10:00 Lisbon time" in day


def test_where_the_clocks_are_one_nothing_more_is_said(olga: Client, salon: Salon) -> None:
    Location.objects.filter(pk=salon.location.pk).update(time_zone="Europe/Berlin")
    bookings.place_hold(
        choice=choose(service=Service.objects.select_related("business").get(pk=salon.cut.pk)),
        starts_at=salon.at(26, 10),
        visitor=bookings.Visitor("carl", "carl", "Europe/Berlin"),
        now=NOW,
    )
    day = olga.get("/own/juniper/agenda/", {"on": "2026-11-26"}).content.decode()

    assert "Berlin time" not in day


def test_what_was_over_when_the_clock_was_changed_stays_by_the_clock_it_was_told_by(
    olga: Client, salon: Salon, abroad: Booking
) -> None:
    Booking.objects.update(starts_at=F("starts_at") - WEEK, ends_at=F("ends_at") - WEEK)
    Booking.objects.update(wall_time="2026-11-19T10:00")
    Location.objects.filter(pk=salon.location.pk).update(time_zone="Europe/Athens")

    day = olga.get("/own/juniper/agenda/", {"on": "2026-11-19"}).content.decode()
    page = olga.get(f"/own/juniper/bookings/{abroad.reference}/")

    assert "10:00 Lisbon time" in day
    assert "Athens" not in day
    assert page.context["zone"].key == "Europe/Lisbon"


def test_the_room_around_a_request_is_told_by_the_clock_of_its_place(salon: Salon) -> None:
    """Open from nine to six: in Berlin that is over while Lisbon still works for an hour."""
    make_location(business=salon.business, name="Porto", time_zone="Europe/Lisbon")
    asked = make_request(service=salon.bridal, starts_at=salon.at(27, 9, 15), now=NOW)
    late = make_request(
        service=salon.bridal, starts_at=salon.at(27, 15, 45), now=NOW, email="ida@example.com"
    )
    rows = Booking.objects.select_related("service__business", "location")
    both = list(rows.filter(pk__in=[asked.pk, late.pk]).order_by("starts_at"))
    rota = load_rota(business=salon.business, dates=[salon.at(27, 9).date()], now=NOW)

    fits = find_fits(bookings=both, rota=rota)

    assert [(fits[it.pk].free_before, fits[it.pk].free_after) for it in both] == [
        (15, None),
        (None, 15),
    ]
