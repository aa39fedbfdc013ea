"""From the mail to fewer people and to more, with the money before the tap, with and without
scripts (rules B42, W9)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from apps.bookings.models import Booking
from tests.factories import NOW, Salon
from tests.factories.money import work
from tests.factories.studio import join, make_session, make_studio
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS
from tests.journeys.test_move_journey import link_in_the_mail

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]
ASKED = "How many people are coming?"


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """Two people in a class of five on Friday at six, told so; nothing is paid. (The salon has set
    the clock.)"""
    studio = make_studio()
    carl = join(make_session(studio, starts_at=studio.at(27, 18), capacity=5), people=2)
    work(NOW + timedelta(seconds=11))
    return carl


@SCRIPTS
def test_fewer_and_more_people_from_the_mail(
    open_page: OpenPage, carl: Booking, *, scripts: bool
) -> None:
    page = open_page(link_in_the_mail(), scripts=scripts)
    expect_page(page, "Your booking")
    for number, price, before in (("1", "US$18.00", "US$36.00"), ("3", "US$54.00", "US$18.00")):
        page.get_by_role("link", name="Change how many people come").click()
        expect_page(page, ASKED)
        page.locator("[name=people]:not([type=hidden])").fill(number)
        page.get_by_role("button", name="See what changes").click()

        expect_page(page, ASKED)
        facts = page.locator("dl.facts").first
        expect(facts).to_contain_text(price)
        expect(facts.locator("s")).to_have_text(before)
        if scripts:
            expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
        page.get_by_role("button", name="Change my booking").click()

        expect_page(page, "Your booking")
        carl.refresh_from_db()
        assert carl.party_size == int(number)
    assert (carl.status, carl.price, carl.paid) == ("CONFIRMED", 5400, 0)

    page.go_back()
    page.reload()
    carl.refresh_from_db()
    assert carl.party_size == 3


@SCRIPTS
def test_too_many_and_nobody_are_told_and_the_number_stays(
    open_page: OpenPage, carl: Booking, *, scripts: bool
) -> None:
    page = open_page(link_in_the_mail(), scripts=scripts)
    page.get_by_role("link", name="Change how many people come").click()
    field = page.locator("[name=people]:not([type=hidden])")
    for number in ("9", "0"):
        field.fill(number)
        page.get_by_role("button", name="See what changes").click()

        expect(page.get_by_role("alert")).to_be_visible()
        expect(field).to_have_value(number)
        expect(page.get_by_role("button", name="Change my booking")).to_have_count(0)
    page.get_by_role("link", name="Keep it as it is").click()
    expect_page(page, "Your booking")
    carl.refresh_from_db()
    assert carl.party_size == 2
