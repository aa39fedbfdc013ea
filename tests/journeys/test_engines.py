"""Booking, cancelling and moving (journeys G and H) in every engine, with and without scripts, and
what the engines draw."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import Playwright
from pytest_django.live_server_helper import LiveServer

from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_booking, make_variant
from tests.factories.money import work
from tests.journeys.engines import ENGINES, Hand, missing_engines
from tests.journeys.test_move_journey import link_in_the_mail

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.journey,
    pytest.mark.once,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
    # Selenium's own class for WebKitGTK uses what Selenium has deprecated.
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
    pytest.mark.skipif(bool(missing_engines()), reason=f"not here: {missing_engines()}"),
]

READING = 2.1  # seconds: a person needs longer than the two of the form guard
GROUP = "document.querySelector('fieldset.section')"
ABOVE = (
    f"Math.round({GROUP}.getBoundingClientRect().top"
    f" - {GROUP}.previousElementSibling.getBoundingClientRect().bottom)"
)
BELOW_NAME = (
    f"Math.round({GROUP}.querySelector('.choices, .tiles').getBoundingClientRect().top"
    f" - {GROUP}.querySelector('h2').getBoundingClientRect().bottom)"
)
ALL = pytest.mark.parametrize("engine", ENGINES)
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


@ALL
@SCRIPTS
def test_a_stranger_books_in_every_engine(
    salon: Salon, live_server: LiveServer, playwright: Playwright, engine: str, *, scripts: bool
) -> None:
    with ENGINES[engine](playwright, scripts=scripts) as hand:
        hand.open(f"{live_server.url}/juniper/")
        hand.follow("a[href='/juniper/s/cut/'], a.service")
        hand.follow("button[name=slot][value*='T15:00']")
        hand.fill("[name=name]", "Eva Lindner")
        hand.fill("[name=email]", "eva@example.com")
        time.sleep(READING)
        hand.follow("form[data-details] .btn.primary")

        assert hand.text("h1") == "Booked, Eva."
    booking = Booking.objects.get()
    assert (booking.status, booking.starts_at) == (Booking.Status.CONFIRMED, salon.at(24, 15))


@ALL
@SCRIPTS
def test_g_a_booking_is_cancelled_from_the_mail_and_taken_back(
    salon: Salon, live_server: LiveServer, playwright: Playwright, engine: str, *, scripts: bool
) -> None:
    carl = told_of(salon)
    with ENGINES[engine](playwright, scripts=scripts) as hand:
        hand.open(live_server.url + link_in_the_mail())
        assert hand.text("h1") == "Your booking"
        hand.follow(f"a[href='/manage/{carl.reference}/cancel']")
        assert hand.text("h1") == "Cancel this booking?"
        hand.fill("[name=reason]", "My train is late")
        hand.follow("main form[method=post] .btn.danger")

        carl.refresh_from_db()
        assert (carl.status, carl.history.latest("pk").reason) == ("CANCELED", "My train is late")
        hand.press(f"form[action='/manage/{carl.reference}/undo'] button")
        assert hand.text("h1") == "Your booking"
    carl.refresh_from_db()
    assert (carl.status, carl.hold_expires_at) == ("CONFIRMED", None)


@ALL
@SCRIPTS
def test_h_an_appointment_is_moved_from_the_mail(
    salon: Salon, live_server: LiveServer, playwright: Playwright, engine: str, *, scripts: bool
) -> None:
    carl = told_of(salon)
    with ENGINES[engine](playwright, scripts=scripts) as hand:
        hand.open(live_server.url + link_in_the_mail())
        hand.follow(f"a[href='/manage/{carl.reference}/move']")
        assert hand.text("h1") == "Move to another time"
        hand.follow("button[name=slot][value*='T14:00']")
        assert hand.text("h1") == "Move to this time?"
        hand.follow("main form[method=post] .btn.primary")

        assert hand.text("h1") == "Your booking"
    carl.refresh_from_db()
    assert (carl.status, carl.starts_at) == ("CONFIRMED", salon.at(26, 14))


def told_of(salon: Salon) -> Booking:
    """Carl's, on Thursday at 10:15; the mail is there."""
    carl = make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    work(NOW + timedelta(seconds=11))
    return carl


@ALL
def test_links_are_underlined_and_groups_keep_their_gap(
    salon: Salon, live_server: LiveServer, playwright: Playwright, engine: str
) -> None:
    """WebKit knows `text-decoration` with a thickness only as single properties."""
    with ENGINES[engine](playwright) as hand:
        hand.open(f"{live_server.url}/juniper/privacy")

        assert underline(hand, "main a, .foot a") == ("underline", "1px", "3px")


@ALL
def test_groups_of_choices_keep_their_gaps(
    salon: Salon, live_server: LiveServer, playwright: Playwright, engine: str
) -> None:
    """A legend is laid out by rules of its own: 32 above a group, 12 between its name and what
    there is to choose, whatever the engine."""
    make_variant(service=salon.cut, name="Short hair", price=4800)
    make_variant(service=salon.cut, name="Long hair", price=6200)
    with ENGINES[engine](playwright) as hand:
        hand.open(f"{live_server.url}/juniper/s/cut/")

        assert (hand.measure(ABOVE), hand.measure(BELOW_NAME)) == (32, 12)


def underline(hand: Hand, css: str) -> tuple[str, str, str]:
    names = ("text-decoration-line", "text-decoration-thickness", "text-underline-offset")
    line, thickness, offset = (hand.style(css, name) for name in names)
    return line, thickness, offset
