"""*Earlier, please*: a customer keeps their appointment, and swaps it from the e-mail when
something better frees up, with and without scripts (rule B37)."""

from datetime import timedelta

import pytest
from django.core import mail
from playwright.sync_api import expect

from apps.bookings.models import Booking
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS, Hand
from tests.journeys.test_move_journey import link_in_the_mail
from tests.waitlists.test_times import LATER, cancel, fill

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """Booked with Ana for Friday at 10:00, and told so."""
    carl = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    work(NOW + timedelta(seconds=11))
    return carl


def frees_up(salon: Salon, taken: Booking) -> None:
    """It is cancelled, the worker looks, and the mail leaves."""
    cancel(taken, salon)
    assert waitlists.offer_better_times(now=LATER) == 1
    work(LATER + timedelta(seconds=1))


@SCRIPTS
def test_a_better_time_is_asked_for_and_taken_from_the_mail(
    open_page: OpenPage, salon: Salon, carl: Booking, *, scripts: bool
) -> None:
    taken = fill(salon)
    page = open_page(link_in_the_mail(), scripts=scripts)
    page.get_by_role("link", name="Tell me when a better time opens up").click()
    expect_page(page, "Which times would be better?")
    page.get_by_label("From").fill("2026-11-26")
    page.get_by_label("To").fill("2026-11-26")
    page.get_by_role("button", name="Tell me when one opens up").click()
    expect_page(page, "Your booking")
    expect(page.get_by_text("You asked for a better time: Thursday 26 November")).to_be_visible()
    frees_up(salon, taken[3])

    found = next(it for it in mail.outbox if it.subject.startswith("A better time"))
    link = "/m/" + str(found.body).split("/m/", maxsplit=1)[1].split(maxsplit=1)[0]
    page = open_page(link, scripts=scripts)
    hand = Hand(page, taps=1)  # the link
    expect(page.get_by_text("A better time is free: Thu 26 Nov, 11:15")).to_be_visible()
    hand.tap(page.get_by_role("button", name="Swap to Thu 26 Nov, 11:15"))

    expect(page.get_by_text("Moved to Thu 26 Nov, 11:15.")).to_be_visible()
    assert hand.taps == 2
    assert Booking.objects.get(pk=carl.pk).starts_at == taken[3].starts_at


def test_the_pages_of_a_better_time_have_no_flaw(
    open_page: OpenPage, salon: Salon, carl: Booking
) -> None:
    taken = fill(salon)
    page = open_page(link_in_the_mail())
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
    page.get_by_role("link", name="Tell me when a better time opens up").click()
    expect_page(page, "Which times would be better?")
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
    page.get_by_label("From").fill("")
    page.get_by_role("button", name="Tell me when one opens up").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect_no_flaw(page)
    page.get_by_label("From").fill("2026-11-26")
    page.get_by_label("To").fill("2026-11-26")
    page.get_by_role("button", name="Tell me when one opens up").click()
    expect_page(page, "Your booking")
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
    frees_up(salon, taken[3])
    page.reload()
    expect(page.get_by_role("button", name="Swap to")).to_be_visible()
    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
