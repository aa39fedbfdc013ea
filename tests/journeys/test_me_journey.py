"""My bookings: what a browser has booked, found again at once, scripts or no scripts."""

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.outbox.worker import Worker
from tests.factories import NOW, Salon, make_booking
from tests.factories.prepaid import make_plan, make_purchase
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw
from tests.journeys.test_customer_access import to_done
from tests.journeys.test_customer_journeys import SCRIPTS
from tests.self_service.test_me_open import cancel_late

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@SCRIPTS
def test_a_browser_that_just_booked_finds_its_booking_and_can_forget_it(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/me/", scripts=scripts)
    expect(page.get_by_role("heading", name="Nothing booked here yet")).to_be_visible()
    look(page, scripts=scripts)

    to_done(page, salon)
    page.get_by_role("link", name="All my bookings").click()
    expect(page.get_by_role("heading", name="Upcoming")).to_be_visible()
    look(page, scripts=scripts)
    page.get_by_role("link", name="Cut and finish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking")
    page.get_by_role("link", name="My bookings").click()

    page.get_by_role("button", name="Forget me on this device").click()
    expect(page.get_by_role("heading", name="Nothing booked here yet")).to_be_visible()


@SCRIPTS
def test_a_fee_that_is_owed_stands_first_and_is_paid_from_there(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    owed = cancel_late(salon)
    ahead = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    links = [bookings.create_access_link(booking=it, now=NOW) for it in (owed, ahead)]
    page = open_page(f"/m/{links[0]}", scripts=scripts)
    page.goto(f"/m/{links[1]}")
    page.get_by_role("link", name="My bookings").click()

    headings = page.locator("h2").all_inner_texts()
    assert headings[:2] == ["To pay", "Upcoming"]
    expect(page.get_by_text("The cancellation fee is €24.00.")).to_be_visible()
    look(page, scripts=scripts)
    page.get_by_role("button", name="Pay €24.00 online").click()
    expect(page).to_have_url(re.compile("/practice/"))


def ask(page: Page) -> tuple[str, str]:
    """Type the address, let the worker send the mail, and return its code and link."""
    page.goto("/me/")
    page.get_by_role("link", name="Sign in by e-mail").click()
    page.get_by_label("E-mail").fill("carl@example.com")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    Worker(clock=timezone.now).drain()
    body = next(str(it.body) for it in reversed(mail.outbox) if "Your code" in str(it.body))
    code, link = re.search(r"code: (\d+ \d+)", body), re.search(r"(/me/in/\S+)", body)
    assert code is not None
    assert link is not None
    return code[1], link[1]


def look(page: Page, *, scripts: bool) -> None:
    if scripts:
        expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)


@SCRIPTS
def test_a_wrong_code_says_so_and_the_right_one_shows_every_booking(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    over = make_booking(service=salon.bridal, starts_at=salon.at(27, 10), now=NOW)
    Booking.objects.filter(pk=over.pk).update(starts_at=salon.at(2, 10), ends_at=salon.at(2, 12))
    make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)
    page = open_page("/me/sign-in/", scripts=scripts)
    look(page, scripts=scripts)
    code, _link = ask(page)
    look(page, scripts=scripts)

    page.get_by_label("Code").fill("000 000" if code != "000 000" else "111 111")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#error-summary")).to_be_visible()
    expect(page.get_by_text("4 tries are left").first).to_be_visible()
    look(page, scripts=scripts)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("Signed in as carl@example.com")).to_be_visible()
    expect(page.get_by_role("link", name="Cut and finish")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Book again.*Bridal trial"))).to_be_visible()
    expect(page.get_by_text("10 visits left")).to_be_visible()
    look(page, scripts=scripts)
    page.get_by_role("link", name="Devices").click()
    expect(page.get_by_text("This browser")).to_be_visible()
    look(page, scripts=scripts)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Nothing booked here yet")).to_be_visible()


@SCRIPTS
def test_the_link_works_where_it_was_asked_for_and_nowhere_else(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    page = open_page("/me/", scripts=scripts)
    _code, link = ask(page)

    other = open_page(link, scripts=scripts)
    expect(other.get_by_role("heading", level=1)).to_have_text("Go back to where you asked")
    look(other, scripts=scripts)
    page.goto(link)
    look(page, scripts=scripts)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Cut and finish")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This code or link no longer works")
    look(page, scripts=scripts)
