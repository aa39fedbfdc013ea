"""Journey H: a customer moves an appointment from the e-mail, with four taps, with and without
scripts (rules B32, W9)."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from playwright.sync_api import expect

from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS, Hand

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def link_in_the_mail() -> str:
    """Where the last e-mail to Carl leads."""
    sent = [it for it in mail.outbox if it.to == ["carl@example.com"]][-1]
    found = re.search(r"/m/[\w-]+", str(sent.body))
    assert found is not None
    return found.group()


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """Booked with Ana for Thursday at 10:15, and told so."""
    carl = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    work(NOW + timedelta(seconds=11))
    return carl


@SCRIPTS
def test_h_an_appointment_is_moved_from_the_mail_with_four_taps(
    open_page: OpenPage, salon: Salon, carl: Booking, *, scripts: bool
) -> None:
    page = open_page(link_in_the_mail(), scripts=scripts)
    hand = Hand(page, taps=1)  # the link
    expect_page(page, "Your booking")

    hand.tap(page.get_by_role("link", name="Move to another time"))
    expect_page(page, "Move to another time")
    expect(page.get_by_text("Your time now: 10:15 – 11:00")).to_be_visible()
    hand.tap(page.get_by_role("button", name="14:00"))
    expect_page(page, "Move to this time?")
    hand.tap(page.get_by_role("button", name="Move to Thu 26 Nov, 14:00"))

    expect_page(page, "Your booking")
    expect(page.get_by_text("Moved to Thu 26 Nov, 14:00.")).to_be_visible()
    assert hand.taps == 4
    assert Booking.objects.get().starts_at == salon.at(26, 14)
    work(NOW + timedelta(minutes=2))
    assert "Moved from  Thu 26 Nov, 10:15" in str(mail.outbox[-2].body)


@SCRIPTS
def test_another_day_and_another_person(
    open_page: OpenPage, salon: Salon, carl: Booking, *, scripts: bool
) -> None:
    page = open_page(link_in_the_mail(), scripts=scripts)
    page.get_by_role("link", name="Move to another time").click()
    expect_page(page, "Move to another time")

    page.get_by_label("With").select_option("Ben")
    if not scripts:
        page.get_by_role("button", name="Show times").click()
    expect(page.get_by_role("button", name="10:15")).to_be_visible()
    page.locator("#s2026-11-27").click()
    expect(page.locator("#day-head")).to_have_text("Friday 27 November")
    page.get_by_role("button", name="09:30").click()
    expect_page(page, "Move to this time?")
    expect(page.get_by_text("Ben Okafor")).to_be_visible()
    page.get_by_role("button", name="Move to Fri 27 Nov, 09:30").click()

    expect_page(page, "Your booking")
    moved = Booking.objects.get()
    assert (moved.starts_at, moved.resource_id) == (salon.at(27, 9, 30), salon.ben.resource_id)


def test_the_pages_of_a_move_have_no_flaw(open_page: OpenPage, salon: Salon, carl: Booking) -> None:
    page = open_page(link_in_the_mail())
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
    page.get_by_role("link", name="Move to another time").click()
    expect_page(page, "Move to another time")
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
    page.get_by_role("button", name="14:00").click()
    expect_page(page, "Move to this time?")
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
    page.get_by_role("button", name="Move to").click()
    expect_page(page, "Your booking")
    expect_no_flaw(page, widths=(390, 1280))
