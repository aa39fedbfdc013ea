"""Somebody waits for a time on a full day, is offered one, and takes it."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.bookings.models import Booking
from apps.waitlists import operations as waitlists
from tests.factories import Salon
from tests.journeys.conftest import OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_class_journeys import type_two_people
from tests.journeys.test_customer_journeys import SCRIPTS
from tests.waitlists.test_times import fill

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@SCRIPTS
def test_a_time_on_a_full_day(open_page: OpenPage, salon: Salon, *, scripts: bool) -> None:
    taken = fill(salon)
    page = open_page("/juniper/s/cut/times?date=2026-11-26", scripts=scripts)
    owner = open_page("/own/juniper/requests/", member=salon.olga, scripts=scripts)

    join_the_line(page, scripts=scripts)
    free_a_time(owner, taken[3], scripts=scripts)
    assert waitlists.offer_what_came_free(now=timezone.now()) == 1  # what the worker does by itself
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("^A time has opened up"))).to_be_visible()
    page.get_by_role("button", name="Take it").click()

    expect(page.locator("body")).to_have_attribute("data-booking-status", "CONFIRMED")
    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (booking.status, booking.starts_at) == ("CONFIRMED", taken[3].starts_at)


def join_the_line(page: Page, *, scripts: bool) -> None:
    """As Eva, who has time in the morning."""
    page.get_by_role("link", name="Join the waitlist").click()
    expect_page(page, "Join the waitlist")
    page.locator("[name=hours]").select_option("Before 12:00")
    type_two_people(page)
    if scripts:
        expect_no_flaw(page)
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_text("You’re first on the waitlist.")).to_be_visible()


def free_a_time(owner: Page, taken: Booking, *, scripts: bool) -> None:
    """As Olga, who looks at the line, cancels a booking, and looks at what suits Eva now."""
    owner.reload()  # the line was empty when she came
    owner.get_by_role("link", name="Waitlist").click()
    expect_page(owner, "Waitlist")
    expect(owner.get_by_text("Thursday 26 November, before 12:00")).to_be_visible()
    if scripts:
        expect_no_flaw(owner)
    owner.goto(f"/own/juniper/bookings/{taken.reference}/")
    owner.get_by_text("Cancel this booking").click()
    owner.get_by_role("button", name="Yes, cancel").click()
    expect(owner.locator("body")).to_have_attribute("data-booking-status", "CANCELED")
    owner.goto("/own/juniper/waitlist/")
    owner.get_by_role("link", name="Find a time Eva Lindner").click()
    expect(owner.get_by_role("radio", name="11:15")).to_be_visible()
    if scripts:
        expect_no_flaw(owner)
