"""Nobody came: Olga marks it, Carl pays the fee by the link in his mail, with and without scripts
(rules B40, M34, W9)."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from playwright.sync_api import expect

from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_booking
from tests.factories.money import work
from tests.journeys.conftest import OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def missed(salon: Salon) -> Booking:
    """Carl was expected at 9:00 this morning; not to come costs half of €48.00."""
    salon.policy.fee_windows = [[60, 5_000, None]]
    salon.policy.save()
    booking = make_booking(
        service=salon.cut, starts_at=salon.at(24, 9), now=NOW - timedelta(days=1)
    )
    work(NOW - timedelta(days=1))
    booking.refresh_from_db()
    return booking


def link_to_pay() -> str:
    """Where the last e-mail to Carl leads."""
    found = re.search(r"/m/pay/[\w-]+", str(mail.outbox[-1].body))
    assert found is not None
    return found.group()


@SCRIPTS
def test_a_no_show_is_charged_and_paid_by_link(
    open_page: OpenPage, salon: Salon, missed: Booking, *, scripts: bool
) -> None:
    olga = open_page(
        f"/own/juniper/bookings/{missed.reference}/", member=salon.olga, scripts=scripts
    )
    olga.get_by_text("Did not come", exact=True).click()
    expect(olga.get_by_text("The policy charges €24.00 for that.")).to_be_visible()
    olga.get_by_role("button", name="Nobody came").click()
    expect(olga.get_by_text("Did not come. The fee is €24.00.")).to_be_visible()
    expect(olga.get_by_role("button", name="Take €24.00")).to_be_visible()
    if scripts:
        expect_no_flaw(olga)
    olga.get_by_role("button", name="E-mail a link to pay").click()
    expect(olga.get_by_text("Link to pay sent by")).to_be_visible()

    work(NOW + timedelta(minutes=1))
    carl = open_page(link_to_pay(), scripts=scripts)
    expect_page(carl, "Your booking")
    expect(carl.get_by_text("€24.00 is still to be paid to Juniper Hair.")).to_be_visible()
    if scripts:
        expect_no_flaw(carl)
    expect(carl.get_by_role("button", name="Pay €24.00 online")).to_be_visible()
