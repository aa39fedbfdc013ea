"""Journey E: a deposit now, the rest at the salon; a declined card; an overlap (rule W9)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from apps.bookings.models import Booking
from apps.bookings.operations import UNDO_WINDOW, create_access_link
from apps.checkout.models import Order, Payment, Refund
from apps.checkout.operations import look_after_authorized
from apps.outbox.worker import Worker
from tests.checkout.test_conflicts import make_conflict
from tests.factories import Salon
from tests.factories.coupons import make_coupon
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_class_journeys import type_two_people
from tests.journeys.test_customer_journeys import SCRIPTS

SECOND = timedelta(seconds=1)
pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paying(salon: Salon) -> Salon:
    salon.cut.pays_online = True
    salon.cut.deposit = 2000
    salon.cut.tax_rate = 1900
    salon.cut.save()
    return salon


def let_the_worker_work() -> None:
    """What runs beside the web server: it hears of the payment and asks the provider."""
    Worker(clock=timezone.now, jitter=lambda: 0.0).drain()


def to_the_money(page: Page) -> None:
    """Tap a time, type the details."""
    page.locator("button[name=slot]").first.click()
    expect_page(page, "Your details")
    type_two_people(page)
    page.get_by_role("button", name="Continue to payment").click()
    expect_page(page, "Check and pay")


def pay_at_the_bank(page: Page, button: str, *, scripts: bool) -> None:
    """Press a button that leads to the bank, pay there, and come back when the worker has asked."""
    page.get_by_role("button", name=button).click()
    page.get_by_role("button", name="Pay", exact=True).click()
    let_the_worker_work()
    if not scripts:
        page.reload()
    expect(page).to_have_url(re.compile(r"/(done|manage)/\w{8}/"))


@SCRIPTS
def test_e_a_deposit_now_and_the_rest_at_the_salon(
    open_page: OpenPage, paying: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/s/cut/times?date=2026-11-26", scripts=scripts)
    to_the_money(page)
    if scripts:
        expect_no_flaw(page)
        page.get_by_label("Pay in full").check()
        expect(page.get_by_role("button", name="Pay €48.00")).to_be_visible()
        page.get_by_label("Pay a deposit now").check()
    page.get_by_role("button", name="Pay €20.00 deposit").click()

    expect(page.get_by_text("Test money.")).to_be_visible()
    if scripts:
        expect_no_flaw(page)
    page.get_by_role("button", name="Pay", exact=True).click()
    expect_page(page, "We are confirming your payment")
    if scripts:
        expect_no_flaw(page)
    let_the_worker_work()
    if not scripts:
        page.reload()
    expect(page).to_have_url(re.compile(r"/done/\w{8}/$"))
    expect(page.get_by_text("€20.00 paid, €28.00 at the studio").first).to_be_visible()
    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (booking.status, booking.payment_status) == ("CONFIRMED", "PARTIALLY_PAID")

    owner = open_page(
        f"/own/juniper/bookings/{booking.reference}/", member=paying.olga, scripts=scripts
    )
    owner.get_by_role("button", name="Take €28.00").click()
    expect(owner.get_by_text("Undo this payment")).to_be_visible()
    if scripts:
        expect_no_flaw(owner)
    assert Order.objects.get().payment_status == "PAID"


@SCRIPTS
@pytest.mark.long
def test_a_declined_card_is_tried_again(
    open_page: OpenPage, paying: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/s/cut/times?date=2026-11-26", scripts=scripts)
    to_the_money(page)
    page.get_by_role("button", name="Pay €20.00 deposit").click()
    page.get_by_role("button", name="Have the bank decline it").click()
    let_the_worker_work()
    if not scripts:
        page.reload()
    expect(page.get_by_text("The payment did not go through.")).to_be_visible()

    page.get_by_role("button", name="Pay €20.00 deposit").click()
    page.get_by_role("button", name="Pay", exact=True).click()
    let_the_worker_work()
    if not scripts:
        page.reload()

    expect(page).to_have_url(re.compile(r"/done/\w{8}/$"))
    assert [it.status for it in Payment.objects.order_by("pk")] == ["FAILED", "PAID"]


@SCRIPTS
@pytest.mark.long
def test_the_rest_is_paid_online_and_a_part_goes_back(
    open_page: OpenPage, paying: Salon, *, scripts: bool
) -> None:
    page = open_page("/juniper/s/cut/times?date=2026-11-26", scripts=scripts)
    to_the_money(page)
    pay_at_the_bank(page, "Pay €20.00 deposit", scripts=scripts)
    booking = Booking.objects.get(contact_email="eva@example.com")
    page.get_by_role("link", name="View booking").click()

    pay_at_the_bank(page, "Pay €28.00 online", scripts=scripts)

    page.goto(f"/manage/{booking.reference}/")
    expect(page.get_by_role("link", name="Receipt")).to_be_visible()
    assert Order.objects.get().payment_status == "PAID"

    owner = open_page(
        f"/own/juniper/bookings/{booking.reference}/", member=paying.olga, scripts=scripts
    )
    owner.locator("summary", has_text="Refund").click()
    owner.get_by_label("Any other amount").fill("12")
    if scripts:
        owner.get_by_label("Any other amount").blur()
    else:
        owner.get_by_role("button", name="Preview refund").click()
    expect(owner.get_by_text("€12.00 is refunded.")).to_be_visible()
    expect(owner.get_by_text("€36.00 stays with you.")).to_be_visible()
    if scripts:
        expect_no_flaw(owner)
    owner.get_by_role("button", name="Refund", exact=True).click()
    expect(owner.get_by_role("row", name="Refund").first).to_be_visible()
    let_the_worker_work()

    assert [it.status for it in Refund.objects.all()] == ["DONE"]
    assert Order.objects.get().payment_status == "PARTIALLY_REFUNDED"
    owner.goto("/own/juniper/money/orders/?state=given-back")
    expect(owner.get_by_role("link", name="Eva Lindner")).to_be_visible()
    if scripts:
        expect_no_flaw(owner)


@SCRIPTS
@pytest.mark.long
def test_what_a_request_authorizes_is_taken_after_the_yes(
    open_page: OpenPage, paying: Salon, *, scripts: bool
) -> None:
    paying.bridal.pays_online = True
    paying.bridal.deposit = 4000
    paying.bridal.save()
    page = open_page("/juniper/s/bridal/times?date=2026-11-26", scripts=scripts)
    to_the_money(page)
    expect(page.get_by_text("€40.00 is held on your card")).to_be_visible()
    if scripts:
        expect_no_flaw(page)
    pay_at_the_bank(page, "Hold €40.00 on card", scripts=scripts)
    expect(page.get_by_text("€40.00 is held on your card")).to_be_visible()
    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (booking.status, booking.paid, booking.authorized) == ("PENDING", 0, 4000)

    owner = open_page(
        f"/own/juniper/bookings/{booking.reference}/", member=paying.olga, scripts=scripts
    )
    expect(owner.get_by_text("It is charged when you confirm")).to_be_visible()
    owner.get_by_role("button", name="Confirm", exact=True).click()
    expect(owner.locator("body")).to_have_attribute("data-booking-status", "CONFIRMED")
    with time_machine.travel(timezone.now() + UNDO_WINDOW + SECOND, tick=True):
        look_after_authorized(now=timezone.now())
        let_the_worker_work()

    booking.refresh_from_db()
    assert (booking.paid, booking.authorized, booking.payment_status) == (4000, 0, "PARTIALLY_PAID")
    assert Payment.objects.get().status == "PAID"


@SCRIPTS
def test_an_overlap_is_resolved_side_by_side(
    open_page: OpenPage, paying: Salon, *, scripts: bool
) -> None:
    late = make_conflict(paying)
    page = open_page("/own/juniper/requests/", member=paying.olga, scripts=scripts)

    page.get_by_role("link", name="1 problem to solve").click()
    if scripts:
        expect_no_flaw(page)
    page.get_by_role("link", name="Resolve Carl Vogt").click()
    expect_page(page, "Ana is booked twice")
    if scripts:
        expect_no_flaw(page)
    side = page.locator(f"section[aria-labelledby=side-{late.reference}]")
    side.locator("summary.slot").first.click()
    side.locator("button[name=time]").first.click()

    expect(page.get_by_text("No problems.")).to_be_visible()
    late.refresh_from_db()
    assert (late.double_booked, late.paid) == (False, 4800)


@pytest.mark.long
def test_pages_about_money_are_without_flaw(open_page: OpenPage, paying: Salon) -> None:
    late = make_conflict(paying)
    make_coupon(business=paying.business)
    page = open_page("/own/juniper/money/", member=paying.olga)

    for path in (
        "/own/juniper/money/",
        "/own/juniper/money/orders/",
        "/own/juniper/coupons/",
        "/own/juniper/conflicts/",
        f"/own/juniper/bookings/{late.reference}/",
    ):
        page.goto(path)
        expect_no_flaw(page, schemes=SCHEMES)
    carl = open_page(f"/m/{create_access_link(booking=late, now=timezone.now())}")
    expect(carl.get_by_role("heading", name="Your payment is safe")).to_be_visible()
    expect_no_flaw(carl, schemes=SCHEMES)
    carl.get_by_role("link", name="Receipt").click()
    expect_page(carl, "Receipt")
    expect_no_flaw(carl, schemes=SCHEMES)
