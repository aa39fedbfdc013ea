"""Carl paid for three, comes with one less, then with one more, with and without scripts (rules
B42, M35, W9)."""

import pytest
from playwright.sync_api import expect

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout.models import Refund
from apps.ledger.check import find_all
from tests.checkout.test_paid_party import paid
from tests.factories import NOW, Salon
from tests.factories.money import work
from tests.factories.studio import make_studio
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booking(salon: Salon) -> Booking:
    """Three people in a class for $18.00 each, paid online."""
    assert salon.business.pk
    studio = make_studio(max_participants=5)
    studio.flow.pays_online = True
    studio.flow.tax_rate = 1900
    studio.flow.save()
    return paid(studio)


@SCRIPTS
def test_one_fewer_and_one_more(open_page: OpenPage, booking: Booking, *, scripts: bool) -> None:
    carl = open_page(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}", scripts=scripts)
    expect_page(carl, "Your booking")
    carl.get_by_role("link", name="Change how many people come").click()
    expect_page(carl, "How many people are coming?")

    carl.get_by_label("How many people?").fill("2")
    carl.get_by_role("button", name="See what changes").click()
    expect(carl.get_by_text("2 people come", exact=True)).to_be_visible()
    expect(carl.get_by_text("the way you paid")).to_be_visible()
    if scripts:
        expect_no_flaw(carl, schemes=SCHEMES)
    carl.get_by_role("button", name="Change my booking").click()
    expect_page(carl, "Your booking")
    assert Refund.objects.get().amount == 1800
    work(NOW)

    carl.get_by_role("link", name="Receipt").click()
    expect(carl.get_by_text("Credit note: one person fewer")).to_be_visible()
    if scripts:
        expect_no_flaw(carl)

    carl.goto(f"/manage/{booking.reference}/people?people=3")
    expect(carl.get_by_text("To pay online now")).to_be_visible()
    carl.get_by_role("button", name="Change and pay US$18.00").click()
    expect(carl.get_by_role("button", name="Back without paying")).to_be_visible()
    booking.refresh_from_db()
    assert (booking.party_size, booking.payment_status) == (3, "PARTIALLY_PAID")
    assert list(find_all(business_id=None, now=NOW)) == []
