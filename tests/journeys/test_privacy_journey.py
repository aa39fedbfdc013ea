"""One's own data: a link by mail, seen, put right, and erased by one tap, scripts or no scripts."""

import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.bookings.models import Booking
from apps.outbox.worker import Worker
from tests.factories import NOW, Salon, make_booking
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw
from tests.journeys.test_customer_journeys import SCRIPTS

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def link_in_mail() -> str:
    Worker(clock=timezone.now).drain()
    body = next(str(it.body) for it in reversed(mail.outbox) if "/m/data/" in str(it.body))
    found = re.search(r"(/m/data/\S+)", body)
    assert found is not None
    return found[1]


def look(page: Page, *, scripts: bool) -> None:
    if scripts:
        expect_no_flaw(page, widths=(390, 1280), schemes=SCHEMES)


@SCRIPTS
def test_somebody_sees_what_is_kept_corrects_it_and_has_it_erased(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    visit = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    page = open_page("/juniper/privacy/", scripts=scripts)
    page.get_by_role("link", name="Your data").click()
    look(page, scripts=scripts)
    page.get_by_label("E-mail").fill("carl@example.com")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")

    page.goto(link_in_mail())
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data")
    look(page, scripts=scripts)
    page.get_by_label("Full name").fill("Carla Vogt")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Your bookings ahead")).to_be_visible()

    page.get_by_role("link", name="Erase my data").click()
    expect(page.get_by_text("cancel it, or wait until it is over")).to_be_visible()
    look(page, scripts=scripts)

    past = datetime(2026, 1, 5, 10, tzinfo=UTC)
    Booking.objects.filter(pk=visit.pk).update(starts_at=past, ends_at=past.replace(hour=11))
    page.reload()
    look(page, scripts=scripts)
    page.get_by_role("button", name="Yes, erase it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data has been erased")
    look(page, scripts=scripts)
    visit.refresh_from_db()
    assert visit.contact_name == "Erased"


@pytest.mark.long
@SCRIPTS
def test_the_owner_says_how_long_names_are_kept(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/own/juniper/privacy/", scripts=scripts, member=salon.olga)
    look(page, scripts=scripts)
    page.get_by_label("Customers and their visits").select_option("12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. What is older")).to_be_visible()
    expect(page.get_by_text("Periods changed")).to_be_visible()
    look(page, scripts=scripts)
