"""Everybody can book: by keyboard, in the dark, in 320 pixels, and nothing is stored (rule W4)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_booking, make_draft
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import READING, become_known, type_details

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]

Way = Callable[[Page, Salon], object]


def to_details(page: Page, _salon: Salon) -> None:
    page.goto("/juniper/s/cut/times")
    page.locator("button.slot").first.click()
    expect(page.locator("[name=name]")).to_be_visible()


def to_mistakes(page: Page, salon: Salon) -> None:
    to_details(page, salon)
    page.get_by_role("button", name="Book this time").click()
    expect(page.locator("#error-summary")).to_be_visible()


def to_done(page: Page, salon: Salon) -> None:
    to_details(page, salon)
    type_details(page)
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked, Eva.")


def to_booking(page: Page, salon: Salon) -> None:
    to_done(page, salon)
    page.get_by_role("link", name="View booking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking")


def to_again(page: Page, _salon: Salon) -> None:
    become_known(page)
    page.goto("/juniper/")
    expect(page.get_by_role("region", name="Book again, Eva")).to_be_visible()


def to_lost(page: Page, salon: Salon) -> None:
    for number in range(2):
        email = f"sam{number}@example.com"
        make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, email=email)
    page.goto("/juniper/s/cut/times?gone=2026-11-26T10%3A00%2B01%3A00")


def to_link(page: Page, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    page.goto(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")


def at(path: str) -> Way:
    return lambda page, _salon: page.goto(path)


WAYS: dict[str, Way] = {
    "front": at("/"),
    "home": at("/juniper/"),
    "service": at("/juniper/s/cut/"),
    "times": at("/juniper/s/cut/times"),
    "month": at("/juniper/s/cut/times?view=month"),
    "no times": at("/juniper/s/cut/times?date=2027-04-01"),
    "find": at("/juniper/find/"),
    "find sent": at("/juniper/find/sent/"),
    "privacy": at("/juniper/privacy/"),
    "dead link": at("/m/nothing"),
    "lost": to_lost,
    "again": to_again,
    "details": to_details,
    "mistakes": to_mistakes,
    "done": to_done,
    "booking": to_booking,
    "link": to_link,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.long
def test_no_page_breaks_a_rule_of_wcag_or_scrolls_sideways(
    open_page: OpenPage, salon: Salon, way: str
) -> None:
    page = open_page("/juniper/privacy/")

    WAYS[way](page, salon)
    page.wait_for_load_state("networkidle")

    expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)


def press_until(page: Page, key: str, selector: str, *, most: int = 60) -> int:
    """Press a key until an element that matches has the focus; return how often."""
    for presses in range(1, most + 1):
        page.keyboard.press(key)
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return presses
    raise AssertionError(f"{selector} was not reached with {key}")


def test_the_whole_way_can_be_gone_by_keyboard(open_page: OpenPage, salon: Salon) -> None:
    page = open_page("/juniper/", width=1280)
    presses = press_until(page, "Tab", "a.service")
    page.keyboard.press("Enter")
    expect_page(page, "Choose a time")
    presses += press_until(page, "Tab", "#month a.day")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.locator("#d2026-12-03")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thursday 3 December")).to_be_visible()
    expect(page.locator("#d2026-12-03")).to_be_focused()
    presses += press_until(page, "Tab", "button.slot")
    page.keyboard.press("Enter")
    expect_page(page, "Your details")
    presses += press_until(page, "Tab", "[name=name]")
    page.keyboard.type("Eva Lindner")
    presses += press_until(page, "Tab", "[name=email]")
    page.keyboard.type("eva@example.com")
    page.wait_for_timeout(READING)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Booked, Eva.")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert presses + 8 <= 60
    assert Booking.objects.get().starts_at.isoformat() == "2026-12-03T08:00:00+00:00"


def test_nothing_personal_stays_in_the_browsers_storage(open_page: OpenPage, salon: Salon) -> None:
    page = open_page("/juniper/")

    to_done(page, salon)

    # htmx keeps the address of the page there, nothing else.
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "va Lindner" not in kept
    assert "eva@" not in kept
    assert page.evaluate("localStorage.length") == 0


def test_another_browsers_draft_is_not_found(open_page: OpenPage, salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    page = open_page(f"/book/{draft.draft_id}/")

    expect(page.get_by_role("heading", level=1)).to_have_text("This page does not exist")
