"""Journey G: a customer cancels from the e-mail, takes it back, and cancels after all, with and
without scripts (rules B33, B34, W9)."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.journeys.conftest import OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS, Hand
from tests.journeys.test_move_journey import link_in_the_mail

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """Booked for Thursday at 10:15; half of it is lost from Wednesday on, all of it at 06:15."""
    salon.policy.fee_windows = [[1440, 5_000, None], [240, 10_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    carl = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    work(NOW + timedelta(seconds=11))
    return carl


@SCRIPTS
def test_g_a_booking_is_cancelled_taken_back_and_cancelled(
    open_page: OpenPage, carl: Booking, *, scripts: bool
) -> None:
    page = open_page(link_in_the_mail(), scripts=scripts)
    hand = Hand(page, taps=1)  # the link
    expect_page(page, "Your booking")
    expect(page.locator(".clock .is-now")).to_contain_text("Before Wed 25 Nov, 10:15")

    hand.tap(page.get_by_role("link", name="Cancel this booking"))
    expect_page(page, "Cancel this booking?")
    expect(page.get_by_text("Cancelling is free", exact=True)).to_be_visible()
    hand.tap(page.get_by_role("button", name="Yes, cancel it"))
    expect(page.locator("body")).to_have_attribute("data-booking-status", "CANCELED")
    assert hand.taps == 3

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("body")).to_have_attribute("data-booking-status", "CONFIRMED")
    carl.refresh_from_db()
    assert (carl.status, carl.hold_expires_at) == ("CONFIRMED", None)

    page.get_by_role("link", name="Cancel this booking").click()
    page.get_by_label("Why? (optional)").fill("My train is late")
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("You cancelled this booking.")).to_be_visible()
    assert carl.history.latest("pk").reason == "My train is late"
    page.go_back()
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-booking-status", "CANCELED")


@pytest.mark.long
def test_pages_about_cancelling_are_without_flaw(open_page: OpenPage, carl: Booking) -> None:
    page = open_page(link_in_the_mail())
    expect_page(page, "Your booking")
    expect_no_flaw(page)
    page.get_by_role("link", name="Cancel this booking").click()
    expect_page(page, "Cancel this booking?")
    expect_no_flaw(page)
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect_no_flaw(page)


@SCRIPTS
def test_the_owner_cancels_with_the_money_before_their_eyes(
    open_page: OpenPage, salon: Salon, carl: Booking, *, scripts: bool
) -> None:
    """Half of it is the fee by now; Olga charges less and says why."""
    carl.policy_snapshot["fee_windows"] = [[7 * 1440, 5_000, None]]
    carl.save(update_fields=["policy_snapshot"])
    checkout.mark_paid(booking_id=carl.pk, revision=carl.revision, by=salon.olga, now=NOW)
    path = f"/own/juniper/bookings/{carl.reference}/"
    page = open_page(path, member=salon.olga, scripts=scripts)

    page.get_by_text("Cancel this booking", exact=True).click()
    expect(page.get_by_text("Cancellation fee by the policy, now")).to_be_visible()
    page.get_by_text("Charge the cancellation fee").click()
    page.locator("#cancel_fee").fill("10.00")
    page.get_by_role("button", name="Yes, cancel").click()
    expect(page.get_by_text("Say why: the policy says otherwise.")).to_be_visible()
    expect(page.locator("#cancel_fee")).to_have_value("10.00")
    if scripts:
        expect_no_flaw(page)

    page.locator("#cancel_reason").fill("A regular")
    page.get_by_role("button", name="Yes, cancel").click()
    expect(page.locator("body")).to_have_attribute("data-booking-status", "CANCELED")
    carl.refresh_from_db()
    assert (carl.paid, carl.cancellation_fee) == (1000, 1000)
