"""Carl is signed in, saves his daughter's name, and books for her with one tap, with and without
scripts (rule D14)."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.bookings.models import Participant
from apps.customers.models import SavedPerson
from tests.factories import NOW, Salon, make_booking
from tests.journeys.conftest import OpenPage, expect_no_flaw
from tests.journeys.test_customer_access import to_details
from tests.journeys.test_customer_journeys import SCRIPTS, type_details
from tests.journeys.test_me_journey import ask

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def look(page: Page, *, scripts: bool) -> None:
    if scripts:
        expect_no_flaw(page)


@SCRIPTS
def test_a_name_is_saved_once_and_chosen_with_one_tap(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(30, 10), now=NOW, email="carl@example.com")
    page = open_page("/me/", scripts=scripts)
    code, _link = ask(page)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("link", name="People you book for").click()
    page.get_by_label("Name").fill("Mia")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Name").last.fill("Tom")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Tom", exact=True)).to_be_visible()
    look(page, scripts=scripts)
    page.get_by_text("Change: Tom").click()
    page.get_by_role("button", name=re.compile("Remove.*Tom")).click()
    expect(page.get_by_text("Tom", exact=True)).not_to_be_attached()

    to_details(page, salon)
    page.get_by_label("Mia").check()
    look(page, scripts=scripts)
    type_details(page, email="carl@example.com")
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked, Eva.")
    expect(page.get_by_role("definition").get_by_text("Mia", exact=True).first).to_be_visible()
    assert list(Participant.objects.values_list("name", flat=True)) == ["Mia"]
    assert list(SavedPerson.objects.values_list("name", flat=True)) == ["Mia"]
