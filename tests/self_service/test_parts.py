"""A link of one purpose opens one part of a booking, and that part only (rule S23)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking
from apps.self_service.urls import urlpatterns
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.money import work
from tests.pages import text_of
from tests.waitlists.test_times import LATER, cancel, fill, wait

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

Purpose = AccessLink.Purpose
PATHS = {
    Purpose.MANAGE: "/m/{}",
    Purpose.OFFER: "/m/offer/{}",
    Purpose.PAY: "/m/pay/{}",
    Purpose.TIME: "/m/time/{}",
    Purpose.CALENDAR: "/m/calendar/{}.ics",
}
MAY = {
    Purpose.OFFER: {"booking", "take", "refuse", "swap", "keep"},
    Purpose.PAY: {"booking", "pay", "use_code"},
    Purpose.TIME: {"booking", "another_time", "money_back"},
}
"""The views of a booking that each lets in."""


def token_for(booking: Booking, purpose: AccessLink.Purpose) -> str:
    return bookings.create_access_link(booking=booking, purpose=purpose, now=NOW)


def opened(booking: Booking, *purposes: AccessLink.Purpose) -> Client:
    """A browser that opened a link for each of these."""
    browser = Client()
    for purpose in purposes:
        answer = browser.get(PATHS[purpose].format(token_for(booking, purpose)))
        assert answer["Location"] == f"/manage/{booking.reference}/"
        assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")
    return browser


@pytest.fixture
def booking(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


@pytest.mark.parametrize("made_for", Purpose)
@pytest.mark.parametrize("sent_to", Purpose)
def test_a_link_is_taken_by_the_address_of_its_purpose_only(
    booking: Booking, made_for: AccessLink.Purpose, sent_to: AccessLink.Purpose
) -> None:
    token = token_for(booking, made_for)

    asked, answered = (
        getattr(Client(), method)(PATHS[sent_to].format(token)) for method in ("head", "get")
    )

    assert settings.SESSION_COOKIE_NAME not in asked.cookies
    for answer in (asked, answered):
        assert (answer.status_code != 404) == (made_for == sent_to)


def views_of_a_booking() -> dict[str, URLPattern]:
    return {
        str(it.name): it for it in urlpatterns if str(it.pattern).startswith("manage/<slug:ref")
    }


@pytest.mark.parametrize("purpose", MAY)
def test_a_part_lets_nobody_at_another_part(booking: Booking, purpose: AccessLink.Purpose) -> None:
    browser = opened(booking, purpose)

    let_in = set()
    for name, pattern in views_of_a_booking().items():
        path = "/" + str(pattern.pattern).replace("<slug:reference>", booking.reference)
        asked = {name: browser.get(path).status_code, f"{name}!": browser.post(path).status_code}
        if set(asked.values()) - {404, 405}:
            let_in.add(name)

    # Where nothing is offered, to take or to refuse is a 404 for everybody.
    assert let_in == MAY[purpose] - ({"take", "refuse"} if purpose == Purpose.OFFER else set())


@pytest.mark.parametrize("purpose", MAY)
def test_a_part_shows_what_and_when_and_nothing_of_the_rest(
    booking: Booking, purpose: AccessLink.Purpose
) -> None:
    Booking.objects.filter(pk=booking.pk).update(visit_address="Gartenweg 3, Berlin")
    browser = opened(booking, purpose)

    page = browser.get(f"/manage/{booking.reference}/").content.decode()

    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    assert "Cut and finish" in main
    for told in ("Carl", "Gartenweg", "Kastanienallee", "History", "openings", "Move to", "Cancel"):
        assert told not in main


def test_whoever_has_the_whole_keeps_it(booking: Booking) -> None:
    browser = opened(booking, Purpose.MANAGE, Purpose.PAY)

    assert "History" in text_of(browser.get(f"/manage/{booking.reference}/"))


def test_a_part_of_one_booking_is_none_of_another(salon: Salon, booking: Booking) -> None:
    other = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    browser = opened(booking, Purpose.PAY)

    assert browser.get(f"/manage/{other.reference}/").status_code == 404
    assert browser.post(f"/manage/{other.reference}/pay").status_code == 404


def test_closed_links_close_their_parts(booking: Booking) -> None:
    browser = opened(booking, Purpose.PAY)

    bookings.revoke_links(booking=booking, now=NOW)

    assert browser.get(f"/manage/{booking.reference}/").status_code == 404


def test_a_part_proves_no_mailbox(booking: Booking) -> None:
    browser = opened(booking, *MAY)

    assert booking.reference not in text_of(browser.get("/me/"))
    assert "Carl" not in text_of(browser.get(f"/done/{booking.reference}/"))


def link_in(subject_of: Callable[[Any], bool]) -> str:
    """The path in the newest of these mails."""
    found = [it for it in mail.outbox if subject_of(it)]
    return "/m/" + str(found[-1].body).split("/m/", maxsplit=1)[1].split(maxsplit=1)[0]


def test_the_mail_of_an_offer_leads_to_the_offer_and_no_further(salon: Salon) -> None:
    taken = fill(salon)
    booking = wait(salon, "Eva").booking
    cancel(taken[3], salon)
    waitlists.offer_what_came_free(now=LATER)
    work(LATER)
    path, page = link_in(lambda it: it.to == ["eva@example.com"]), f"/manage/{booking.reference}/"
    eva = Client()

    assert path.startswith("/m/offer/")
    assert eva.get(path)["Location"] == page
    shown = text_of(eva.get(page))
    assert "Take it" in shown
    assert "Leave the waitlist" not in shown
    assert eva.post(f"{page}leave").status_code == 404
    assert eva.post(f"{page}take")["Location"] == page
    assert Booking.objects.get(pk=booking.pk).status == "CONFIRMED"
    assert "Confirmed" in text_of(eva.get(page))
    call_command("check_ledger")


def test_the_mail_of_a_decline_leads_to_the_times_and_takes_the_details_along(salon: Salon) -> None:
    request = make_request(
        service=salon.bridal, starts_at=salon.at(27, 10), now=NOW, email="eva@example.com"
    )
    bookings.suggest_times(
        booking_id=request.pk,
        revision=request.revision,
        starts=[salon.at(28, 10)],
        message="A wedding",
        by=salon.olga,
        now=NOW,
    )
    work(LATER)
    path, page = link_in(lambda it: it.to == ["eva@example.com"]), f"/manage/{request.reference}/"
    eva = Client()
    eva.get(path)

    shown = eva.get(page)

    assert path.startswith("/m/time/")
    suggested = shown.context["suggested"]
    fields = dict(suggested.fields)
    held = eva.post(suggested.hold_url, {**fields, "slot": suggested.slots[0].value})
    assert held.status_code == 303
    assert "eva@example.com" in text_of(eva.get(held["Location"]))
