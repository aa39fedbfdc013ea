"""Olga gives her salon another time zone, with scripts and without; the pages have no flaw."""

import os
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from apps.availability import operations as availability
from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_booking
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def book(salon: Salon) -> Booking:
    """Two bookings, and time off that lies close behind the first."""
    make_booking(service=salon.bridal, starts_at=salon.at(27, 9), now=NOW, email="ines@example.com")
    return make_booking(
        service=salon.cut,
        starts_at=salon.at(26, 10),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )


@SCRIPTS
def test_a_place_gets_another_clock(open_page: OpenPage, salon: Salon, *, scripts: bool) -> None:
    booking = book(salon)
    page = open_page("/own/juniper/", member=salon.olga, scripts=scripts)
    page.locator("p").get_by_role("link", name="Places").click()
    expect_page(page, "Places")
    page.get_by_role("link", name="Salon").click()
    page.get_by_label("City or country").fill("Portugal")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Lisbon").click()
    expect_page(page, "From Berlin time to Lisbon time")
    page.get_by_label("Keep clock times").check()
    page.get_by_role("button", name="Change the time zone").click()

    expect_page(page, "Places")
    expect(page.get_by_text("The time zone has been changed.")).to_be_visible()
    booking.refresh_from_db()
    assert f"{booking.starts_at.astimezone(ZoneInfo('Europe/Lisbon')):%d %H:%M}" == "26 10:00"


@pytest.mark.long
def test_pages_about_clocks_are_without_flaw(open_page: OpenPage, salon: Salon) -> None:
    book(salon)
    availability.block_time(
        business_id=salon.business.pk,
        resource_ids=[salon.ana.resource_id],
        starts_at=salon.at(26, 11),
        ends_at=salon.at(26, 12),
        note="Dentist",
        now=NOW,
    )
    path = f"/own/juniper/places/{salon.location.pk}/clock/"
    page = open_page("/own/juniper/places/", member=salon.olga)
    for name, address in {
        "places": "/own/juniper/places/",
        "choose": path,
        "wrong": f"{path}?q=Atlantis",
        "list": f"{path}?zone=Europe/Lisbon",
    }.items():
        page.goto(address)
        expect_no_flaw(page, schemes=SCHEMES)
        _keep_picture(page, name)
    page.get_by_role("button", name="Change the time zone").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect_no_flaw(page, schemes=SCHEMES)


@pytest.mark.long
def test_the_operators_pages_about_clocks_are_without_flaw(
    open_page: OpenPage, salon: Salon, admin_user: User
) -> None:
    book(salon)
    path = f"/operator/clocks/business/{salon.business.pk}/"
    page = open_page(path, user=admin_user)
    for name, address in {
        "choose": path,
        "wrong": f"{path}?q=Atlantis",
        "place": f"/operator/clocks/location/{salon.location.pk}/",
        "list": f"{path}?zone=Europe/Lisbon",
    }.items():
        page.goto(address)
        expect_no_flaw(page, schemes=SCHEMES)
        _keep_picture(page, f"operator-{name}")
    page.get_by_label("Keep the actual moments").check()
    page.get_by_role("button", name="Change the time zone").click()
    expect(page.get_by_text("The time zone has been changed.")).to_be_visible()


def _keep_picture(page: Page, name: str) -> None:
    """For whoever looks at the pages by eye: PICTURES names a folder."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/clock-{name}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=f"{folder}/clock-{name}-1280.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
