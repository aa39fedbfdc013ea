"""Journey F with a plan: bought once, then one tap; and a gift card that pays (rule W9)."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.availability.models import Session
from apps.bookings.models import Booking
from apps.catalog.models import PricingPlan
from apps.checkout.gifts import spell_code
from apps.checkout.models import GiftCard, PlanPurchase
from apps.outbox.worker import Worker
from apps.prepaid.links import gift_token, plan_token
from tests.factories import Salon
from tests.factories.prepaid import book_with_plan, make_gift_card, make_plan, make_purchase
from tests.factories.studio import Studio, make_session, make_studio
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_class_journeys import type_two_people
from tests.journeys.test_customer_journeys import SCRIPTS

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def studio(salon: Salon) -> Studio:
    """Harbor Yoga beside the salon, on the same clock."""
    return make_studio()


@pytest.fixture
def evening(studio: Studio) -> Session:
    """Vinyasa flow tomorrow at six."""
    return make_session(studio, starts_at=studio.at(25, 18))


@pytest.fixture
def ten(studio: Studio) -> PricingPlan:
    return make_plan(services=[studio.flow], summary="For when you can make it.")


@pytest.fixture
def selling(salon: Salon) -> Salon:
    """Juniper sells gift cards, and a cut is paid online, all of it."""
    salon.business.sells_gift_cards = True
    salon.business.save()
    salon.cut.pays_online, salon.cut.pays_in_person = True, False
    salon.cut.save()
    return salon


def let_the_worker_work() -> None:
    """What runs beside the web server: messages and mails, and every now and then the rounds."""
    worker = Worker(clock=timezone.now, jitter=lambda: 0.0)
    worker.drain()
    worker.run_periodic()


def pay_with_test_money(page: Page, *, scripts: bool) -> None:
    expect(page.get_by_text("Test money.")).to_be_visible()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("We are confirming your payment")).to_be_visible()
    if scripts:
        expect_no_flaw(page)
    let_the_worker_work()
    if not scripts:
        page.reload()


def buy_ten_classes(page: Page, *, scripts: bool) -> None:
    """From the business's page to the plan, paid."""
    page.get_by_role("link", name="Passes and memberships").first.click()
    expect_page(page, "Passes and memberships")
    if scripts:
        expect_no_flaw(page)
    page.get_by_role("link", name="Choose Ten classes").click()
    expect_page(page, "Ten classes")
    if scripts:
        expect_no_flaw(page)
    type_two_people(page)
    page.get_by_role("button", name="Pay US$160.00").click()
    pay_with_test_money(page, scripts=scripts)
    expect(page.get_by_text("10 visits left")).to_be_visible()
    if scripts:
        expect_no_flaw(page)


def book_with_one_tap(page: Page, session: Session, *, scripts: bool) -> Booking:
    page.goto(f"/harbor/classes/{session.pk}/")
    if scripts:
        expect(page.locator("#plan-words")).to_contain_text("10 visits left, this uses 1")
        expect_no_flaw(page)
    page.get_by_role("button", name="Book with my plan").click()
    expect(page).to_have_url(re.compile(r"/done/\w{8}/$"))
    expect(page.get_by_text(re.compile("Paid with Ten classes, 9 left")).first).to_be_visible()
    return Booking.objects.get(contact_email="eva@example.com")


@SCRIPTS
def test_f_a_plan_is_bought_once_and_a_class_booked_with_one_tap(
    open_page: OpenPage, studio: Studio, ten: PricingPlan, evening: Session, *, scripts: bool
) -> None:
    page = open_page("/harbor/", scripts=scripts)
    buy_ten_classes(page, scripts=scripts)
    booking = book_with_one_tap(page, evening, scripts=scripts)
    assert (booking.status, booking.payment_option) == ("CONFIRMED", "MEMBERSHIP")
    page.goto(f"/plans/{PlanPurchase.objects.get().reference}/")
    expect(page.get_by_text("9 visits left")).to_be_visible()

    owner = open_page(
        f"/own/harbor/bookings/{booking.reference}/", member=studio.olga, scripts=scripts
    )
    owner.get_by_text("Cancel this booking").click()
    owner.get_by_role("button", name="Yes, cancel").click()
    expect(owner.locator("body")).to_have_attribute("data-booking-status", "CANCELED")
    let_the_worker_work()

    page.reload()
    expect(page.get_by_text("10 visits left")).to_be_visible()
    expect(page.get_by_role("row", name="Visit returned")).to_contain_text("+1")
    if scripts:
        expect_no_flaw(page)


@SCRIPTS
@pytest.mark.long
def test_a_plan_is_found_again_on_another_device(
    open_page: OpenPage, studio: Studio, ten: PricingPlan, *, scripts: bool
) -> None:
    purchase = make_purchase(plan=ten, by=studio.olga, email="eva@example.com")
    page = open_page("/harbor/plans/", scripts=scripts)
    page.get_by_role("link", name="Open it here").click()
    expect_page(page, "Open my plan")
    page.get_by_label("E-mail").fill("eva")
    page.get_by_role("button", name="Send me the link").click()
    if scripts:
        expect(page.locator("#error-summary")).to_be_focused()
        expect_no_flaw(page)
    page.get_by_label("E-mail").fill("eva@example.com")
    page.get_by_role("button", name="Send me the link").click()
    expect_page(page, "Check your e-mail")
    if scripts:
        expect_no_flaw(page)

    page.goto(f"/p/{plan_token(purchase)}")

    expect(page).to_have_url(re.compile(f"/plans/{purchase.reference}/$"))
    expect(page.get_by_text("10 visits left")).to_be_visible()


def buy_a_gift_card(page: Page, *, scripts: bool) -> str:
    """From the business's page to the card; return its code."""
    page.get_by_role("link", name="Gift card").first.click()
    expect_page(page, "Gift card")
    page.locator("[name=amount]").fill("30")
    page.locator("[name=to_name]").fill("Eva")
    if scripts:
        expect_no_flaw(page)
    type_two_people(page)
    page.get_by_role("button", name="Continue to payment").click()
    pay_with_test_money(page, scripts=scripts)
    code = spell_code(GiftCard.objects.get().code)
    expect(page.get_by_text(code)).to_be_visible()
    if scripts:
        expect_no_flaw(page)
    return code


def pay_a_cut_with(page: Page, code: str, *, scripts: bool) -> None:
    page.locator("button[name=slot]").first.click()
    expect_page(page, "Your details")
    type_two_people(page)
    page.get_by_role("button", name="Continue to payment").click()
    expect_page(page, "Check and pay")
    page.get_by_text("Have a code?").click()
    page.locator("[name=new_code]").fill(code)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#quote")).to_contain_text(f"Gift card {code}")
    if scripts:
        expect_no_flaw(page)
    page.get_by_role("button", name="Pay €18.00").click()
    page.get_by_role("button", name="Pay", exact=True).click()


@SCRIPTS
@pytest.mark.long
def test_a_gift_card_is_bought_and_pays_a_part_of_a_cut(
    open_page: OpenPage, selling: Salon, *, scripts: bool
) -> None:
    code = buy_a_gift_card(open_page("/juniper/", scripts=scripts), scripts=scripts)

    eva = open_page("/juniper/s/cut/times?date=2026-11-26", scripts=scripts)
    pay_a_cut_with(eva, code, scripts=scripts)
    let_the_worker_work()
    if not scripts:
        eva.reload()

    expect(eva).to_have_url(re.compile(r"/done/\w{8}/$"))
    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (booking.status, booking.payment_status, booking.paid) == ("CONFIRMED", "PAID", 4800)
    assert GiftCard.objects.get().balance == 0


@pytest.mark.long
def test_pages_of_plans_and_gift_cards_are_without_flaw(
    open_page: OpenPage, selling: Salon, studio: Studio, ten: PricingPlan
) -> None:
    make_plan(services=[studio.flow], kind="UNLIMITED", slug="all", name="Unlimited", price=12900)
    purchase = make_purchase(plan=ten, by=studio.olga)
    session = make_session(studio, starts_at=studio.at(26, 18))
    book_with_plan(session, purchase, people=2)
    card = make_gift_card(by=selling.olga)
    page = open_page(f"/p/{plan_token(purchase)}")

    for path in (
        f"/plans/{purchase.reference}/",
        f"/harbor/classes/{make_session(studio, starts_at=studio.at(27, 18)).pk}/",
        "/harbor/plans/",
        "/harbor/plans/ten-classes/",
        "/harbor/plans/find",
        "/harbor/plans/sent",
        f"/gifts/open/{gift_token(card)}",
        "/juniper/gift-card/",
        "/p/dead",
    ):
        page.goto(path)
        expect_no_flaw(page, widths=(320, 1280), schemes=SCHEMES)
    for path, button in (
        ("/harbor/plans/ten-classes/", "Pay US$160.00"),
        ("/juniper/gift-card/", "Continue to payment"),
    ):
        page.goto(path)
        page.get_by_role("button", name=button).click()
        expect(page.locator("#error-summary")).to_be_focused()
        expect_no_flaw(page, schemes=SCHEMES)
