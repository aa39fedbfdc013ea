"""Two tabs of one browser: the second one asks before it ends the hold of the first."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.bookings.models import Booking
from tests.factories import Salon
from tests.journeys.conftest import OpenPage, expect_no_flaw, expect_page

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TIMES = "/juniper/s/cut/times?date=2026-11-25"
DETAILS = re.compile(r"/book/[\w-]+/$")


def choose(page: Page, time: str) -> None:
    page.get_by_role("button", name=re.compile(time)).first.click()


def test_going_back_in_one_tab_changes_the_time_without_a_question(
    open_page: OpenPage, salon: Salon
) -> None:
    page = open_page(TIMES)
    choose(page, "10:00")
    expect(page).to_have_url(DETAILS)
    page.go_back()
    choose(page, "14:00")

    expect(page).to_have_url(DETAILS)
    assert len(Booking.objects.filter(status="CREATED")) == 2


def test_a_second_tab_asks_and_both_answers_do_what_they_say(
    open_page: OpenPage, salon: Salon
) -> None:
    page = open_page(TIMES)
    origin = page.url.partition("/juniper/")[0]
    choose(page, "10:00")
    expect(page).to_have_url(DETAILS)
    first = page.url
    tab = page.context.new_page()
    tab.goto(f"{origin}{TIMES}")
    choose(tab, "14:00")

    expect_page(tab, "You are already holding another time")
    expect_no_flaw(tab)
    tab.get_by_role("link", name="Continue with Cut and finish").click()
    expect(tab).to_have_url(first)

    tab.goto(f"{origin}{TIMES}")
    tab.evaluate("sessionStorage.clear()")
    tab.reload()
    choose(tab, "14:00")
    tab.get_by_role("button", name="Hold the new one instead").click()
    expect(tab).to_have_url(DETAILS)
    assert tab.url != first
