"""From the mail to the list of who opened it, to the door that is locked; and a link that the team
hands over itself."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from apps.bookings.models import AccessLink, Booking
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw
from tests.waitlists.test_times import LATER, cancel, fill, wait

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


def link_in_mail() -> str:
    """The path in the newest mail to Carl."""
    mine = [it for it in mail.outbox if it.to == ["carl@example.com"]]
    return "/m/" + str(mine[-1].body).split("/m/", maxsplit=1)[1].split(maxsplit=1)[0]


@SCRIPTS
def test_a_forwarded_link_is_seen_and_closed(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    work(NOW)
    path = link_in_mail()
    carl, sam = (open_page(path, scripts=scripts) for _browser in range(2))
    expect(carl).to_have_url(re.compile(f"/manage/{booking.reference}/$"))
    carl.reload()
    expect(carl.locator("#openings")).to_contain_text("Chrome on Linux")
    expect(carl.locator("#openings")).to_contain_text("Opened 2 times since")
    if scripts:
        expect_no_flaw(carl, widths=(390, 1280), schemes=SCHEMES)

    carl.get_by_role("button", name="Close all links").click()

    expect(carl).to_have_url(re.compile("#openings$"))
    expect(carl.get_by_role("heading", level=1)).to_have_text("Your booking")
    sam.reload()
    expect(sam.get_by_role("heading", level=1)).not_to_have_text("Your booking")
    sam.goto(sam.url.split("/manage/")[0] + path)
    expect(sam.get_by_role("heading", level=1)).to_have_text("This link no longer works")
    sam.get_by_role("link", name="Find my booking").first.click()
    expect(sam).to_have_url(re.compile("/juniper/find/$"))


@SCRIPTS
def test_a_calendar_is_given_an_address(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    work(NOW)
    carl = open_page(link_in_mail(), scripts=scripts)

    carl.get_by_role("link", name="Subscribe, so that changes follow").click()
    expect(carl.get_by_role("heading", level=1)).to_have_text("Subscribe in your calendar")
    carl.get_by_role("button", name="Make the address").click()

    field = carl.get_by_label("Or copy the address: it is not shown again")
    expect(field).to_have_value(re.compile(r"/m/calendar/[\w-]{43}\.ics$"))
    expect(carl.get_by_role("link", name="Open my calendar")).to_be_visible()
    if scripts:
        expect_no_flaw(carl, widths=(390, 1280), schemes=SCHEMES)


@SCRIPTS
def test_an_offer_is_taken_by_a_link_for_nothing_else(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    taken = fill(salon)
    wait(salon, "Carl")
    cancel(taken[3], salon)
    waitlists.offer_what_came_free(now=LATER)
    work(LATER)
    carl = open_page(link_in_mail(), scripts=scripts)
    expect(carl.get_by_role("heading", level=1)).to_have_text("Your place on the waitlist")
    expect(carl.get_by_text("Leave the waitlist")).to_have_count(0)
    if scripts:
        expect_no_flaw(carl, widths=(390, 1280), schemes=SCHEMES)

    carl.get_by_role("button", name="Take it").click()

    expect(carl.locator("body")).to_have_attribute("data-booking-status", "CONFIRMED")
    expect(carl.get_by_text("Where this booking was opened")).to_have_count(0)


@SCRIPTS
def test_the_team_hands_a_link_over(open_page: OpenPage, salon: Salon, *, scripts: bool) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    page = open_page(
        f"/own/juniper/bookings/{booking.reference}/", member=salon.olga, scripts=scripts
    )

    page.get_by_role("button", name="Make a link").click()

    field = page.get_by_label("Copy it now: it is not shown again")
    link = field.input_value()
    assert AccessLink.objects.filter(booking=booking).exists()
    if scripts:
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)
    else:
        expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    customer = open_page("/m/" + link.split("/m/")[1], scripts=scripts)
    expect(customer.get_by_role("heading", level=1)).to_have_text("Your booking")
    assert Booking.objects.get().revision == booking.revision + 1
