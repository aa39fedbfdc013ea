"""Journeys A to D: a customer books within their taps, with and without scripts (rule W9)."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.bookings.models import Booking
from apps.catalog.models import Question
from tests.factories import NOW, Salon, make_booking
from tests.journeys.conftest import OpenPage, expect_page

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
READING = 2100  # milliseconds: a person needs longer than the two seconds of the form guard


@dataclass
class Hand:
    """Taps, and counts them."""

    page: Page
    taps: int = field(default=0)

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.click()


def type_details(page: Page, *, name: str = "Eva Lindner", email: str = "eva@example.com") -> None:
    page.locator("[name=name]").fill(name)
    page.locator("[name=email]").fill(email)
    page.wait_for_timeout(READING)


def book(page: Page) -> Locator:
    return page.get_by_role("button", name="Book this time")


def expect_booked(page: Page) -> Booking:
    expect(page).to_have_url(re.compile(r"/done/\w{8}/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked, Eva.")
    reference = page.locator("body").get_attribute("data-booking-reference") or ""
    booking = Booking.objects.get(reference=reference)
    assert booking.status == Booking.Status.CONFIRMED
    return booking


def become_known(page: Page) -> None:
    """Book once and let the device remember who it was."""
    page.goto("/juniper/s/cut/times?date=2026-11-24")
    page.get_by_role("button", name="11:30").click()
    type_details(page)
    book(page).click()
    page.get_by_role("button", name="Remember me on this device").click()
    expect(page.get_by_text("Your details are remembered")).to_be_visible()


@SCRIPTS
def test_d_a_stranger_books_with_three_taps_and_two_words(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/", scripts=scripts)
    hand = Hand(page)

    hand.tap(page.get_by_role("link", name="Cut and finish"))
    expect(page.get_by_role("heading", level=2, name="Tuesday 24 November")).to_be_visible()
    hand.tap(page.get_by_role("button", name="Tuesday 24 November 15:00"))
    type_details(page)
    hand.tap(book(page))

    booking = expect_booked(page)
    assert hand.taps == 3
    assert booking.starts_at == salon.at(24, 15)
    assert booking.contact_email == "eva@example.com"


@SCRIPTS
def test_a_a_known_customer_books_the_same_again_with_two_taps(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/", scripts=scripts)
    become_known(page)
    page.goto("/juniper/")
    hand = Hand(page)

    strip = page.get_by_role("region", name="Book again, Eva")
    hand.tap(strip.get_by_role("button").nth(1))
    expect(page.get_by_text("e…@example.com")).to_be_visible()
    hand.tap(book(page))

    booking = expect_booked(page)
    assert hand.taps == 2
    assert booking.starts_at == salon.at(25, 11, 30)


@SCRIPTS
@pytest.mark.long
def test_b_a_known_customer_takes_another_time_with_three_taps(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/", scripts=scripts)
    become_known(page)
    page.goto("/juniper/")
    hand = Hand(page)

    hand.tap(page.get_by_role("link", name="Cut and finish"))
    hand.tap(page.get_by_role("button", name="16:00"))
    hand.tap(book(page))

    assert expect_booked(page).starts_at == salon.at(24, 16)
    assert hand.taps == 3


@SCRIPTS
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.long
def test_c_a_known_customer_takes_another_day_with_four_taps(
    open_page: OpenPage, salon: Salon, *, scripts: bool, width: int
) -> None:
    page = open_page("/juniper/", scripts=scripts, width=width)
    become_known(page)
    page.goto("/juniper/")
    hand = Hand(page)

    hand.tap(page.get_by_role("link", name="Cut and finish"))
    days = page.locator(".strip" if width < 800 else "#month")
    hand.tap(days.get_by_role("link", name="Friday 27 November"))
    expect(page.get_by_role("heading", level=2, name="Friday 27 November")).to_be_visible()
    hand.tap(page.get_by_role("button", name="Friday 27 November 09:45"))
    hand.tap(book(page))

    assert expect_booked(page).starts_at == salon.at(27, 9, 45)
    assert hand.taps == 4


@SCRIPTS
def test_mistakes_are_named_and_nothing_typed_is_lost(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/s/cut/times", scripts=scripts)
    page.locator("button.slot").first.click()
    page.locator("[name=name]").fill("Eva Lindner")
    page.locator("[name=email]").fill("eva@")
    book(page).click()

    expect(page).to_have_title(re.compile("^Error: Your details"))
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("Eva Lindner")
    type_details(page)
    book(page).click()

    expect_booked(page)


@SCRIPTS
def test_back_after_booking_leads_to_the_same_booking(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/s/cut/times", scripts=scripts)
    page.locator("button.slot").first.click()
    type_details(page)
    book(page).click()
    first = expect_booked(page)

    page.go_back()
    if "/book/" in page.url and book(page).count():
        book(page).click()
    expect_booked(page)

    assert list(Booking.objects.values_list("reference", flat=True)) == [first.reference]


@SCRIPTS
def test_a_lost_time_is_said_and_the_nearest_are_one_tap_away(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/s/cut/times?date=2026-11-26", scripts=scripts)
    for number in range(2):
        email = f"sam{number}@example.com"
        make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=email)

    page.get_by_role("button", name="Thursday 26 November 10:00").click()

    expect(page.get_by_role("alert")).to_contain_text("10:00 has just been taken.")
    expect(page.locator("#gone")).to_be_focused()
    page.locator("#gone").get_by_role("button").first.click()
    type_details(page)
    book(page).click()
    expect_booked(page)


def test_a_day_is_swapped_in_place_announced_and_keeps_the_focus(
    open_page: OpenPage, salon: Salon
) -> None:
    page = open_page("/juniper/s/cut/times", width=1280)
    page.locator("#d2026-11-27").click()

    expect(page.locator("#announce")).to_have_text("34 times on Friday 27 November")
    expect(page.locator("#d2026-11-27")).to_be_focused()
    expect(page).to_have_url(re.compile("date=2026-11-27"))
    page.go_back()
    assert page.url == "about:blank"


def test_the_whole_month_opens_on_a_phone(open_page: OpenPage, salon: Salon) -> None:
    page = open_page("/juniper/s/cut/times")

    page.get_by_role("link", name="Month").click()
    page.locator("#d2026-12-10").click()

    expect(page.get_by_role("heading", name="Thursday 10 December")).to_be_visible()
    expect(page.locator(".strip")).to_be_visible()


def test_another_person_narrows_the_times_without_a_button(
    open_page: OpenPage, salon: Salon
) -> None:
    make_booking(
        service=salon.cut, starts_at=salon.at(24, 15), now=NOW, resource_id=salon.ben.resource_id
    )
    page = open_page("/juniper/s/cut/times")

    page.locator("#staff").select_option(label="Ben")

    expect(page).to_have_url(re.compile(f"staff={salon.ben.resource_id}"))
    expect(page.get_by_role("button", name="15:00")).to_have_count(0)


@SCRIPTS
@pytest.mark.long
def test_a_question_that_waits_opens_with_its_answer(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    allergic = Question.objects.create(form=salon.form, kind="YES_NO", label="Allergies?")
    which = Question.objects.create(
        form=salon.form,
        kind="SHORT_TEXT",
        label="Which?",
        required=True,
        shown_if=allergic,
        shown_if_answer="Yes",
    )
    page = open_page("/juniper/s/cut/times", scripts=scripts)
    page.locator("button.slot").first.click()
    type_details(page)

    expect(page.locator(f"[name=q{which.pk}]")).to_have_count(0 if scripts else 1)
    page.get_by_text("Yes", exact=True).click()
    expect(page.locator(f"[name=q{which.pk}]")).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("Eva Lindner")
    page.locator(f"[name=q{which.pk}]").fill("Nuts")
    book(page).click()

    booking = expect_booked(page)
    assert list(booking.answers.values_list("value", flat=True)) == ["Yes", "Nuts"]


@pytest.mark.long
def test_a_mistyped_address_is_asked_about(open_page: OpenPage, salon: Salon) -> None:
    page = open_page("/juniper/s/cut/times")
    page.locator("button.slot").first.click()
    expect_page(page, "Your details")
    page.locator("[name=email]").fill("eva@gmial.com")
    page.locator("[name=name]").focus()

    expect(page.locator("#email-hint")).to_contain_text("Did you mean eva@gmail.com?")
