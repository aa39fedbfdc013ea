"""What pages before booking and mails say of cancelling and moving is what the tap then does, for
each setting of the switches: by link, signed in, or not at all (rules B41, W10)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import BookingPolicy, Service
from apps.messages.composing import compose
from apps.messages.facts import Kind
from apps.messages.queries import get_booking_facts
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.studio import join, make_run, make_session, make_studio
from tests.pages import hold, text_of
from tests.self_service.test_cancel import let_in, words_of
from tests.self_service.test_not_for_guests import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

ON = {"cancel_allowed": True, "move_allowed": True}
CANCEL: dict[str, dict[str, Any]] = {
    "cancels by link": {"cancel_by_link": True},
    "cancels signed in": {"cancel_by_link": False},
    "never cancels": {"cancel_allowed": False, "cancel_by_link": False},
}
MOVE: dict[str, dict[str, Any]] = {
    "moves by link": {"move_by_link": True, "max_moves": 2},
    "moves signed in": {"move_by_link": False, "max_moves": 2},
    "never moves": {"move_allowed": False, "move_by_link": False, "max_moves": 2},
}
ALL = [(cancel, move) for cancel in CANCEL for move in MOVE]
QUICK = {("cancels by link", "moves by link"), ("cancels signed in", "moves signed in")}
every_switch = pytest.mark.parametrize(
    ("cancel", "move"),
    [pytest.param(*it, marks=() if it in QUICK else pytest.mark.long) for it in ALL],
)
SIGN_IN = re.compile(r"To (cancel or move|cancel|move) your booking, open it and sign in by e-mail")


def switch(cancel: str, move: str) -> None:
    BookingPolicy.objects.update(**{**ON, **CANCEL[cancel], **MOVE[move]})


@dataclass(frozen=True)
class Truth:
    """What a browser finds open."""

    cancels: bool
    moves: bool


def truth(browser: Client, booking: Booking) -> Truth:
    """What the pages of a booking do in this browser when they are opened."""
    home = f"/manage/{booking.reference}/"
    page = text_of(browser.get(home))
    moves = browser.get(f"{home}move").status_code == 200
    return Truth(
        cancels=browser.get(f"{home}cancel").status_code == 200,
        moves=moves or "Move to another day" in page,
    )


def expected(booking: Booking) -> str:
    """What takes a sign-in, found out by trying as a guest and as its customer."""
    guest = Client()
    let_in(guest, booking)
    by_link, known = truth(guest, booking), truth(signed_in(booking.contact_email), booking)
    page = words_of(guest.get(f"/manage/{booking.reference}/"))
    takes_sign_in = by_link != known
    assert ("Sign in to change this booking" in page) == takes_sign_in
    verbs = [
        verb
        for verb, without, within in (
            ("cancel", by_link.cancels, known.cancels),
            ("move", by_link.moves, known.moves),
        )
        if within and not without
    ]
    return " or ".join(verbs)


def said(words: str) -> str:
    found = SIGN_IN.findall(words)
    assert len(found) <= 1, words
    return found[0] if found else ""


def mail_of(booking: Booking, kind: Kind) -> str:
    composed = compose(
        facts=get_booking_facts(booking_id=booking.pk),
        kind=kind,
        to_address=booking.contact_email,
        message_id="<booked.1.7KQ4MWXD@book.example>",
        token="t" * 43,
        now=NOW,
    )
    return str(composed.mail.body)


def as_it_is(service: Service) -> Service:
    return Service.objects.select_related("business", "policy").get(pk=service.pk)


def check_mails(booking: Booking, verbs: str) -> None:
    for kind in (Kind.BOOKED, Kind.CONFIRMED, Kind.MOVED):
        body = mail_of(booking, kind)
        assert said(body) == verbs
        assert "just call us" not in body
    for kind in (Kind.NOTE, Kind.LINK):
        body = mail_of(booking, kind)
        assert ("To change or cancel, call" in body) == is_left_to_the_team(booking, verbs)


def is_left_to_the_team(booking: Booking, verbs: str) -> bool:
    """Whether customers cannot cancel what can be cancelled."""
    guest = Client()
    let_in(guest, booking)
    allowed = bool(booking.policy_snapshot["cancel_allowed"])
    return allowed and "cancel" not in verbs and not truth(guest, booking).cancels


@every_switch
@pytest.mark.parametrize("day", [26, 24], ids=["in time", "too late"])
def test_of_an_appointment(client: Client, salon: Salon, cancel: str, move: str, day: int) -> None:
    switch(cancel, move)
    cut = as_it_is(salon.cut)
    booking = make_booking(service=cut, starts_at=salon.at(day, 16), now=NOW)
    verbs = expected(booking)

    details = client.get(hold(client, cut, salon.at(day, 14).astimezone(salon.business.zone)))

    assert said(words_of(details)) == verbs
    assert ("You can move it 2 times." in words_of(details)) == (move != "never moves")
    check_mails(booking, verbs)
    if day == 26:  # beforehand nobody says which time it will be
        for path in ("/juniper/", "/juniper/s/cut/", "/juniper/s/cut/times?date=2026-11-26"):
            assert said(words_of(client.get(path, follow=True))) == verbs


@every_switch
def test_of_what_the_team_agreed_to(salon: Salon, cancel: str, move: str) -> None:
    switch(cancel, move)
    bridal = as_it_is(salon.bridal)
    asked = make_request(service=bridal, starts_at=salon.at(26, 10), now=NOW)
    booking = bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )

    check_mails(booking, expected(booking))


@every_switch
def test_of_a_request_that_is_asked_what_to_do(salon: Salon, cancel: str, move: str) -> None:
    switch(cancel, move)
    booking = make_request(service=as_it_is(salon.bridal), starts_at=salon.at(28, 10), now=NOW)
    verbs = expected(booking)

    body = mail_of(booking, Kind.ASKED)

    assert said(body) == verbs
    assert ("choose another time" in body) == (move == "moves by link")
    assert "withdraw" in body


@every_switch
@pytest.mark.parametrize("day", [26, 24], ids=["in time", "too late"])
def test_of_a_class(cancel: str, move: str, day: int) -> None:
    studio = make_studio()
    switch(cancel, move)
    session, _other = (make_session(studio, starts_at=studio.at(it, 18)) for it in (day, 27))
    booking = join(session)
    verbs = expected(booking)

    page = Client().get(f"/harbor/classes/{session.pk}/")

    assert page.status_code == 200
    assert said(words_of(page)) == verbs
    check_mails(booking, verbs)


@every_switch
def test_of_a_course(cancel: str, move: str) -> None:
    studio = make_studio()
    switch(cancel, move)
    booking = join(make_run(studio, first=studio.at(26, 18)))
    verbs = expected(booking)

    page = words_of(Client().get("/harbor/s/beginners/", follow=True))

    assert said(page) == verbs
    assert "You can move it" not in page
    check_mails(booking, verbs)


@every_switch
def test_of_the_page_after_booking(client: Client, salon: Salon, cancel: str, move: str) -> None:
    switch(cancel, move)
    booking = make_booking(service=as_it_is(salon.cut), starts_at=salon.at(26, 16), now=NOW)
    let_in(client, booking)

    page = words_of(client.get(f"/done/{booking.reference}/"))

    needed = "cancel" if cancel == "cancels signed in" else ""
    assert said(page) == needed
    assert ("Free cancellation until then." in page) == (cancel != "never cancels")


def test_whoever_cannot_sign_in_is_led_to_no_sign_in(salon: Salon, at_now: datetime) -> None:
    """The team booked it by telephone, without an address."""
    switch("cancels signed in", "moves signed in")
    booking = make_booking(service=as_it_is(salon.cut), starts_at=salon.at(26, 16), now=NOW)
    Booking.objects.update(contact_email="")
    guest = Client()
    let_in(guest, booking)

    page = words_of(guest.get(f"/manage/{booking.reference}/"))

    assert "Sign in" not in page
    assert "To change or cancel, call 030 555 0142." in page
    assert "This booking cannot be moved online." in page


def test_a_guest_who_would_cancel_is_told_what_to_do(salon: Salon) -> None:
    switch("cancels signed in", "moves by link")
    booking = make_booking(service=as_it_is(salon.cut), starts_at=salon.at(26, 16), now=NOW)
    guest = Client()
    let_in(guest, booking)

    answer = guest.get(f"/manage/{booking.reference}/cancel")

    assert answer.status_code == 409
    assert "Sign in to cancel this booking." in words_of(answer)


def test_a_guest_who_comes_too_late_is_not_led_to_the_sign_in(salon: Salon) -> None:
    switch("cancels signed in", "moves signed in")
    booking = make_booking(service=as_it_is(salon.cut), starts_at=salon.at(24, 16), now=NOW)
    guest = Client()
    let_in(guest, booking)

    page = words_of(guest.get(f"/manage/{booking.reference}/"))

    assert "Sign in" not in page
    assert "It begins too soon to be moved online." in page  # it was booked later than that
    assert "To change or cancel, call 030 555 0142." in page
