"""My bookings: what a browser has booked, found again at once, scripts or no scripts."""

import pytest
from playwright.sync_api import expect

from tests.factories import Salon
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw
from tests.journeys.test_customer_access import to_done
from tests.journeys.test_customer_journeys import SCRIPTS

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@SCRIPTS
def test_a_browser_that_just_booked_finds_its_booking_and_can_forget_it(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/me/", scripts=scripts)
    expect(page.get_by_role("heading", name="Nothing booked here yet")).to_be_visible()
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES) if scripts else None

    to_done(page, salon)
    page.get_by_role("link", name="All my bookings").click()
    expect(page.get_by_role("heading", name="Upcoming")).to_be_visible()
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES) if scripts else None
    page.get_by_role("link", name="Cut and finish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking")
    page.get_by_role("link", name="My bookings").click()

    page.get_by_role("button", name="Forget me on this device").click()
    expect(page.get_by_role("heading", name="Nothing booked here yet")).to_be_visible()
