"""Journeys I and J: the owner answers with one tap, with and without scripts (rule W9)."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import create_access_link
from tests.factories import NOW, Salon, make_booking, make_request
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, unexplained

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture
def lena(salon: Salon) -> Booking:
    make_booking(service=salon.cut, starts_at=salon.at(24, 14), now=NOW, name="Eva Lindner")
    return ask(salon, "lena", "Lena Hartmann")


def ask(salon: Salon, mailbox: str, name: str, *, hour: int = 10) -> Booking:
    return make_request(
        service=salon.bridal,
        starts_at=salon.at(28, hour),
        now=NOW,
        email=f"{mailbox}@example.com",
        name=name,
    )


def status_of(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


def card_of(page: Page, booking: Booking, status: str) -> None:
    """Wait until the card of the booking shows this status."""
    card = page.locator(f"#card-{booking.reference}")
    expect(card).to_have_attribute("data-booking-status", status)


@SCRIPTS
def test_olga_signs_in_and_lands_on_today(
    open_page: OpenPage, lena: Booking, *, scripts: bool
) -> None:
    page = open_page("/own/juniper/", scripts=scripts)

    page.locator("[name=login]").fill("olga@juniper.example")
    page.locator("[name=password]").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(re.compile(r"/own/juniper/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday 24 November")


@SCRIPTS
def test_one_tap_confirms_and_one_takes_it_back(
    open_page: OpenPage, salon: Salon, lena: Booking, *, scripts: bool
) -> None:
    page = open_page("/own/juniper/", member=salon.olga, scripts=scripts)

    page.get_by_role("button", name="Confirm Lena Hartmann").click()
    card_of(page, lena, "CONFIRMED")
    expect(page).to_have_title("Today - Juniper Hair")
    expect(page.locator("#count-needs")).to_have_text("")
    assert status_of(lena) == "CONFIRMED"

    page.get_by_role("button", name="Undo Lena Hartmann").click()
    card_of(page, lena, "PENDING")
    assert status_of(lena) == "PENDING"


@SCRIPTS
def test_one_tap_declines(
    open_page: OpenPage, salon: Salon, lena: Booking, *, scripts: bool
) -> None:
    page = open_page("/own/juniper/", member=salon.olga, scripts=scripts)

    page.get_by_role("button", name="Decline Lena Hartmann").click()

    card_of(page, lena, "DECLINED")
    assert status_of(lena) == "DECLINED"


@SCRIPTS
def test_the_inbox_answers_one_of_three_who_want_the_same_time(
    open_page: OpenPage, salon: Salon, lena: Booking, *, scripts: bool
) -> None:
    ines = ask(salon, "ines", "Ines Moreau")
    page = open_page("/own/juniper/requests/", member=salon.olga, scripts=scripts)

    page.get_by_role("button", name="Confirm Lena Hartmann").click()

    card_of(page, lena, "CONFIRMED")
    expect(page.get_by_role("button", name="Confirm Ines Moreau")).to_have_count(0)
    page.get_by_role("button", name="Decline Ines Moreau").click()
    card_of(page, ines, "DECLINED")
    assert (status_of(lena), status_of(ines)) == ("CONFIRMED", "DECLINED")


@SCRIPTS
def test_one_is_confirmed_and_the_other_takes_a_suggested_time(
    open_page: OpenPage, salon: Salon, lena: Booking, *, scripts: bool
) -> None:
    ines = ask(salon, "ines", "Ines Moreau")
    page = open_page("/own/juniper/requests/", member=salon.olga, scripts=scripts)
    page.get_by_role("button", name="Confirm Lena Hartmann").click()
    card_of(page, lena, "CONFIRMED")

    page.get_by_role("link", name="Suggest times Ines Moreau").click()
    page.get_by_label("Message").fill("That morning is a wedding.")
    page.get_by_role("button", name="Decline and suggest").click()

    card_of(page, ines, "DECLINED")
    ines.refresh_from_db()
    customer = open_page(f"/m/{create_access_link(booking=ines, now=NOW)}", scripts=scripts)
    slots = customer.get_by_role("button", name=re.compile("Nov|Dec"))
    expect(slots).to_have_count(3)
    slots.first.click()
    expect(customer.get_by_label("Full name")).to_have_value("Ines Moreau")
    customer.wait_for_timeout(2100)
    customer.get_by_role("button", name="Book this time").click()
    expect(customer).to_have_url(re.compile("/done/"))
    assert Booking.objects.filter(contact_email="ines@example.com", status="CONFIRMED").count() == 1


@pytest.mark.long
def test_the_keyboard_stays_on_the_card(open_page: OpenPage, salon: Salon, lena: Booking) -> None:
    page = open_page("/own/juniper/", member=salon.olga)
    page.locator(f"#confirm-{lena.reference}").focus()

    page.keyboard.press("Enter")
    card_of(page, lena, "CONFIRMED")
    expect(page.locator(f"#card-{lena.reference}")).to_be_focused()
    expect(page.locator("#announce")).to_have_text("Lena Hartmann: Confirmed.")
    page.keyboard.press("Tab")
    expect(page.locator(f"#undo-{lena.reference}")).to_be_focused()
    page.keyboard.press("Enter")
    card_of(page, lena, "PENDING")

    expect(page.locator(f"#card-{lena.reference}")).to_be_focused()


@pytest.mark.long
def test_the_undo_counts_down_and_the_day_goes_on_refreshing(
    open_page: OpenPage, salon: Salon, lena: Booking
) -> None:
    ines = ask(salon, "ines", "Ines Moreau")
    page = open_page("/own/juniper/", member=salon.olga)
    neighbour = page.locator(f"#card-{ines.reference}")
    expect(page.locator(f"#confirm-{ines.reference}")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.locator(f"#confirm-{lena.reference}").click()
    card_of(page, lena, "CONFIRMED")

    expect(page.locator(f"#suggest-{ines.reference}")).to_be_visible()  # it does not fit any more
    expect(neighbour).to_contain_text("Ana is taken 10:00 – 12:00.")
    expect(page.locator(f"#card-{lena.reference}")).to_be_focused()
    assert {url.rsplit("/", 2)[1] for url in asked if "?" not in url} >= {"needs", "day"}
    counter = page.locator(f"#card-{lena.reference} .count-down")
    expect(counter).to_have_text(re.compile("^[1-8]$"))


def test_a_double_click_is_one_request(open_page: OpenPage, salon: Salon, lena: Booking) -> None:
    page = open_page("/own/juniper/", member=salon.olga)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))

    page.locator(f"#confirm-{lena.reference}").dblclick()
    card_of(page, lena, "CONFIRMED")

    assert sent.count("POST") == 1
    assert BookingEvent.objects.filter(booking=lena, action="CONFIRMED").count() == 1


def test_somebody_else_was_faster_and_the_card_says_so(
    open_page: OpenPage, salon: Salon, lena: Booking
) -> None:
    first = open_page("/own/juniper/", member=salon.olga)
    second = open_page("/own/juniper/", member=salon.olga)
    second.route("**/needs/", lambda _route: None)  # what is shown stays as it was
    first.locator(f"#decline-{lena.reference}").click()
    card_of(first, lena, "DECLINED")

    second.locator(f"#confirm-{lena.reference}").click()

    expect(second.get_by_role("alert")).to_contain_text("declined this")
    card_of(second, lena, "DECLINED")
    expect(second.locator(f"#problem-{lena.reference}")).to_be_focused()
    assert status_of(lena) == "DECLINED"


@SCRIPTS
def test_a_misfit_is_confirmed_anyway_with_a_reason(
    open_page: OpenPage, salon: Salon, lena: Booking, *, scripts: bool
) -> None:
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 10),
        now=NOW,
        email="tom@example.com",
        resource_id=salon.ana.resource_id,
    )
    page = open_page("/own/juniper/requests/", member=salon.olga, scripts=scripts)

    page.get_by_role("link", name="Confirm anyway Lena Hartmann").click()
    page.get_by_text("Confirm anyway", exact=True).first.click()
    page.get_by_role("button", name="Confirm anyway").click()
    expect(page.get_by_role("alert").first).to_contain_text("Nothing was changed.")
    page.get_by_label("Why this is all right").fill("Ana asked for it")
    page.get_by_role("button", name="Confirm anyway").click()

    expect(page.locator("body")).to_have_attribute("data-booking-status", "CONFIRMED")
    assert Booking.objects.get(pk=lena.pk).override_reason == "Ana asked for it"


@SCRIPTS
@pytest.mark.long
def test_a_note_is_kept(open_page: OpenPage, salon: Salon, lena: Booking, *, scripts: bool) -> None:
    path = f"/own/juniper/bookings/{lena.reference}/"
    page = open_page(path, member=salon.olga, scripts=scripts)

    page.get_by_label("Only your team sees this").fill("Allergic to ammonia")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    page.reload()

    expect(page.locator("#notes textarea")).to_have_value("Allergic to ammonia")


@pytest.mark.long
def test_moving_through_the_agenda_keeps_the_focus_and_the_address(
    open_page: OpenPage, salon: Salon, lena: Booking
) -> None:
    page = open_page("/own/juniper/agenda/", member=salon.olga, width=1280)

    page.locator("#a-later").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wednesday 25 November")
    expect(page.locator("#a-later")).to_be_focused()
    assert page.url.endswith("?on=2026-11-25")

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tuesday 24 November")


PATHS = {
    "suggest": "/own/juniper/bookings/{}/suggest/",
    "today": "/own/juniper/",
    "requests": "/own/juniper/requests/",
    "agenda": "/own/juniper/agenda/",
    "week": "/own/juniper/agenda/?view=week",
    "why": "/own/juniper/why/?service=1&on=2026-11-25",
    "booking": "/own/juniper/bookings/{}/",
    "sign-in": "/own/sign-in/",
    "two-step": "/own/sign-in/two-step/",
}


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.long
def test_a_page_has_no_barrier_and_no_sideways_scroll(
    open_page: OpenPage, salon: Salon, lena: Booking, name: str
) -> None:
    ask(salon, "ines", "Ines Moreau")
    ask(salon, "paula", "Paula Engel", hour=14)
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 15),
        now=NOW,
        email="tom@example.com",
        resource_id=salon.ana.resource_id,
    )
    member = None if name == "sign-in" else salon.olga
    path = PATHS[name].format(lena.reference)

    expect_no_flaw(open_page(path, member=member), widths=(390, 1280), schemes=SCHEMES)


@pytest.mark.long
def test_an_answer_does_not_wait_for_a_list_that_is_still_loading(
    open_page: OpenPage, salon: Salon, lena: Booking
) -> None:
    page = open_page("/own/juniper/", member=salon.olga)
    page.route("**/needs/", lambda _route: None)  # never answered
    with page.expect_request("**/needs/"):
        page.evaluate("document.querySelector('#needs').dispatchEvent(new CustomEvent('poll'))")

    page.locator(f"#confirm-{lena.reference}").click()

    card_of(page, lena, "CONFIRMED")
    assert status_of(lena) == Booking.Status.CONFIRMED


def test_only_a_list_that_gave_way_explains_the_lines_of_htmx() -> None:
    lines = ["htmx:afterRequest, [object HTMLElement]", "htmx:sendAbort, [object HTMLElement]"]
    poll = "GET http://localhost/own/juniper/needs/"

    assert unexplained(lines, [poll]) == []
    assert unexplained([*lines, "TypeError"], [poll]) == ["TypeError"]
    assert unexplained([*lines, *lines], [poll]) == lines
    assert unexplained(lines, ["POST http://localhost/own/juniper/bookings/A/confirm/"]) == lines
