"""A customer of a class goes to another day, and puts it back, with and without scripts (rules B18,
B45)."""

import pytest
from playwright.sync_api import Page, expect

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from tests.factories import NOW
from tests.factories.studio import join, make_session, make_studio
from tests.journeys.conftest import OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS, Hand

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@SCRIPTS
def test_another_day_is_chosen_checked_and_put_back(open_page: OpenPage, *, scripts: bool) -> None:
    studio = make_studio()
    here = make_session(studio, starts_at=studio.at(26, 18))
    there = make_session(studio, starts_at=studio.at(28, 18), capacity=5)
    carl = join(here)
    link = f"/m/{bookings.create_access_link(booking=carl, now=NOW)}"
    page = open_page(link, scripts=scripts)
    hand = Hand(page, taps=1)  # the link

    def check(seen: Page) -> None:
        if scripts:  # axe is one
            expect_no_flaw(seen)

    hand.tap(page.get_by_role("link", name="Move to another day"))
    expect_page(page, "Move to another day")
    check(page)
    hand.tap(page.locator(f'a[href$="?target={there.pk}"]'))
    expect_page(page, "Move to this day?")
    expect(page.get_by_text("5 left")).to_be_visible()
    check(page)
    hand.tap(page.get_by_role("button", name="Move to"))
    expect_page(page, "Your booking")
    assert (hand.taps, Booking.objects.get().session) == (4, there)

    check(page)
    page.get_by_role("button", name="Put it back").click()

    expect(page.get_by_text("It is back at")).to_be_visible()
    assert Booking.objects.get().session == here
