"""Codes and gift cards where they were new: a plan, a request; and what the owner reads of it."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.bookings.models import Booking
from apps.bookings.operations import create_access_link
from apps.catalog.models import Service
from apps.checkout.models import PlanPurchase
from tests.checkout.stripe_memory import SECRET_KEY
from tests.factories import NOW, Salon
from tests.factories.coupons import make_coupon
from tests.factories.prepaid import book_with_plan, make_gift_card, make_plan, make_purchase
from tests.factories.studio import Studio, make_session, make_studio
from tests.journeys.conftest import OpenPage, expect_no_flaw
from tests.journeys.test_customer_journeys import SCRIPTS
from tests.journeys.test_money_journeys import to_the_money

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("PICTURES", "")
"""A folder for pictures of the pages, for whoever wants to look at them."""


@pytest.fixture
def studio(salon: Salon) -> Studio:
    return make_studio()


def look_at(page: Page, name: str, *, scripts: bool = True) -> None:
    """No flaw, also on a narrow phone."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    if scripts:
        expect_no_flaw(page)


@SCRIPTS
def test_a_plan_is_bought_with_a_code_and_a_gift_card(
    open_page: OpenPage, studio: Studio, *, scripts: bool
) -> None:
    make_plan(services=[studio.flow])
    make_coupon(business=studio.business, code="WINTER10", covers_plans=True)
    card = make_gift_card(by=studio.olga, value=20000)
    page = open_page("/harbor/plans/ten-classes/", scripts=scripts)
    page.get_by_label("Full name").fill("Eva Lindner")
    page.get_by_label("E-mail").fill("eva@example.com")

    page.get_by_text("Have a code?").click()
    page.get_by_label("Code").fill("SUMMER")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("We don’t recognise this code.")).to_be_visible()
    look_at(page, "plan-wrong-code", scripts=scripts)
    for code in ("winter10", card.code):
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Apply").click()
        row = page.get_by_text(re.compile(r"^\s*(Code WINTER10|Gift card G-)"))
        expect(row.last).to_be_visible()
        if code != card.code:
            page.get_by_text("Have a gift card?").click()

    expect(page.get_by_label("Full name")).to_have_value("Eva Lindner")
    look_at(page, "plan-with-codes", scripts=scripts)
    if scripts:
        page.wait_for_timeout(2_200)  # nobody types as fast as this
        page.get_by_role("button", name="Get this plan").click()
        expect(page).to_have_url(re.compile(r"/plans/\w{8}/$"))
        assert PlanPurchase.objects.get().status == "ACTIVE"


@pytest.mark.long
def test_a_gift_card_pays_for_a_request(open_page: OpenPage, salon: Salon) -> None:
    Service.objects.filter(pk=salon.bridal.pk).update(pays_online=True, deposit=4000)
    card = make_gift_card(by=salon.olga, value=1500)
    page = open_page("/juniper/s/bridal/times?date=2026-11-26")
    to_the_money(page)
    page.get_by_text("Have a code?").click()
    page.get_by_label("Code").fill(card.code)
    page.get_by_role("button", name="Apply").click()

    expect(page.get_by_text("what your gift card pays goes back on it")).to_be_visible()
    look_at(page, "request-with-gift-card")


@pytest.mark.long
def test_owner_and_customer_read_which_plan_paid(open_page: OpenPage, studio: Studio) -> None:
    purchase = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    session = make_session(studio, starts_at=studio.at(27, 18))
    booking: Booking = book_with_plan(session, purchase, people=3)
    said = "Paid with Ten classes, 7 left"

    page = open_page(f"/m/{create_access_link(booking=booking, now=NOW)}")
    expect(page.get_by_text(said).first).to_be_visible()
    look_at(page, "plan-words-customer")
    for path, name in (
        (f"/own/harbor/bookings/{booking.reference}/", "plan-words-owner"),
        (f"/own/harbor/classes/{session.pk}/", "plan-words-roster"),
    ):
        page = open_page(path, member=studio.olga)
        expect(page.get_by_text(said).first).to_be_visible()
        look_at(page, name)


@pytest.mark.long
def test_an_owner_is_warned_beside_the_price(
    open_page: OpenPage, salon: Salon, settings: Any
) -> None:
    settings.PAYMENT_PROVIDER, settings.STRIPE_SECRET_KEY = "stripe", SECRET_KEY
    Service.objects.filter(pk=salon.cut.pk).update(price=40, pays_online=True)

    page = open_page("/own/juniper/services/", member=salon.olga)
    expect(page.get_by_text("Online payments start at €0.50.")).to_be_visible()
    look_at(page, "services-out-of-reach")
    page.goto(f"/own/juniper/services/{salon.cut.pk}/payment/")
    expect(page.get_by_text("Paying this online will not be offered.").first).to_be_visible()
    look_at(page, "service-out-of-reach")
    page.goto("/own/juniper/coupons/")
    look_at(page, "codes")
