"""A customer asks for another time where the team agrees to each, and the team answers: with and
without scripts (rules B38, W9)."""

from datetime import timedelta

import pytest
from django.core import mail
from playwright.sync_api import expect

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_request
from tests.factories.money import work
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS, Hand
from tests.journeys.test_move_journey import link_in_the_mail

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Thursday at 10:15, to which the team said yes, and told so."""
    salon.cut.requires_approval = True
    salon.cut.save()
    asked = make_request(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    booked = bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )
    work(NOW + timedelta(seconds=11))
    return booked


@SCRIPTS
def test_carl_asks_from_the_mail_and_olga_says_yes_in_the_inbox(
    open_page: OpenPage, salon: Salon, carl: Booking, *, scripts: bool
) -> None:
    page = open_page(link_in_the_mail(), scripts=scripts)
    hand = Hand(page, taps=1)  # the link
    hand.tap(page.get_by_role("link", name="Ask for another time"))
    expect_page(page, "Ask for another time")
    hand.tap(page.get_by_role("button", name="14:00"))
    expect_page(page, "Ask for this time?")
    hand.tap(page.get_by_role("button", name="Ask for Thu 26 Nov, 14:00"))
    expect_page(page, "Your booking")
    expect(page.get_by_text("You asked for Thu 26 Nov, 14:00.")).to_be_visible()
    assert hand.taps == 4
    assert Booking.objects.get().starts_at == salon.at(26, 10, 15)

    inbox = open_page("/own/juniper/requests/", member=salon.olga, scripts=scripts)
    expect(inbox.get_by_text("Instead of Thu 26 Nov, 10:15")).to_be_visible()
    inbox.get_by_role("button", name="Move Carl Vogt").click()
    expect(inbox.get_by_text("No requests.")).to_be_visible()

    assert Booking.objects.get().starts_at == salon.at(26, 14)
    work(NOW + timedelta(minutes=2))
    assert "Moved from  Thu 26 Nov, 10:15" in str(mail.outbox[-1].body)


@SCRIPTS
def test_carl_takes_his_question_back(
    open_page: OpenPage, salon: Salon, carl: Booking, *, scripts: bool
) -> None:
    ask(salon, carl)
    page = open_page(link_in_the_mail(), scripts=scripts)

    page.get_by_role("button", name="Withdraw").click()

    expect_page(page, "Your booking")
    words = "You withdrew your request to move. Your booking stays as it is."
    expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_role("link", name="Ask for another time")).to_be_visible()


@SCRIPTS
def test_olga_says_no_and_why_on_the_page_of_the_booking(
    open_page: OpenPage, salon: Salon, carl: Booking, *, scripts: bool
) -> None:
    ask(salon, carl)
    path = f"/own/juniper/bookings/{carl.reference}/"
    page = open_page(path, member=salon.olga, scripts=scripts)

    page.get_by_text("Decline", exact=False).first.click()
    page.locator("#decline_reason").fill("Ana is away then")
    page.locator("form[action$='/decline-move/'] button").click()

    expect(page.get_by_text("Request to move declined by")).to_be_visible()
    work(NOW + timedelta(minutes=2))
    assert "Juniper Hair writes: Ana is away then" in str(mail.outbox[-1].body)


def ask(salon: Salon, carl: Booking) -> None:
    bookings.ask_to_move(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        starts_at=salon.at(27, 14),
        resource_id=None,
        now=NOW,
    )


def test_the_pages_of_a_question_have_no_flaw(
    open_page: OpenPage, salon: Salon, carl: Booking
) -> None:
    ask(salon, carl)
    his = open_page(link_in_the_mail())
    expect_no_flaw(his, widths=(390, 1280), schemes=SCHEMES)
    hers = open_page("/own/juniper/requests/", member=salon.olga)
    expect_no_flaw(hers, widths=(390, 1280), schemes=SCHEMES)
    hers.goto(f"/own/juniper/bookings/{carl.reference}/")
    expect_no_flaw(hers, widths=(390, 1280), schemes=SCHEMES)
