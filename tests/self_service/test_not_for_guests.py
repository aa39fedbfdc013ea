"""A policy may let nobody cancel or move who is not signed in: a link in a mail is not enough
(rule B41)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, MoveWish
from apps.bookings.policy import Reason
from apps.catalog.models import BookingPolicy
from apps.classes import operations as classes
from apps.customers.models import SignedInDevice
from apps.customers.proofs import hash_of_key
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking
from tests.factories.studio import join, make_session, make_studio
from tests.pages import text_of
from tests.waitlists.test_times import THURSDAY, cancel, fill

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """Thursday at 10:15."""
    BookingPolicy.objects.update(cancel_by_link=False, move_by_link=False)
    cut = type(salon.cut).objects.select_related("business", "policy").get(pk=salon.cut.pk)
    return make_booking(service=cut, starts_at=salon.at(26, 10, 15), now=NOW)


def by_link(booking: Booking) -> Client:
    browser = Client()
    browser.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    return browser


def signed_in(email: str = "carl@example.com") -> Client:
    browser = Client()
    SignedInDevice.objects.create(
        email=email,
        key_hash=hash_of_key(f"key of {email}"),
        name="Firefox on Android",
        signed_in_at=NOW,
        ends_at=NOW + timedelta(days=365),
    )
    session = browser.session
    session["signed_in"] = f"key of {email}"
    session.save()
    browser.cookies["session"] = str(session.session_key)
    return browser


def home(booking: Booking) -> str:
    return f"/manage/{booking.reference}/"


def test_a_guest_is_led_to_the_sign_in_and_changes_nothing(carl: Booking) -> None:
    guest = by_link(carl)

    page = text_of(guest.get(home(carl)))

    assert "Sign in to change this booking" in page
    assert "Sign in to move this booking." in page
    assert f'{home(carl)}cancel"' not in page
    for tail in ("cancel", "move"):
        assert guest.get(home(carl) + tail).status_code == 409
    answer = guest.post(home(carl) + "cancel", {"revision": carl.revision, "fee": "0"})
    assert answer.status_code == 409
    assert Booking.objects.get().status == "CONFIRMED"


def test_whoever_is_signed_in_cancels_and_moves(carl: Booking, salon: Salon) -> None:
    his = signed_in()

    page = text_of(his.get(home(carl)))

    assert "Sign in to change this booking" not in page
    assert "You can move it yourself until Wed 25 Nov, 10:15." in page
    assert his.get(home(carl) + "move").status_code == 200
    answer = his.post(home(carl) + "cancel", {"revision": carl.revision, "fee": "0", "reason": ""})
    assert answer.status_code == 303
    assert Booking.objects.get().status == "CANCELED"


def test_somebody_else_who_is_signed_in_is_a_guest(carl: Booking) -> None:
    sam = signed_in("sam@example.com")
    sam.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")

    answer = sam.post(home(carl) + "cancel", {"revision": carl.revision, "fee": "0"})

    assert answer.status_code == 409
    assert Booking.objects.get().status == "CONFIRMED"


def test_what_the_operations_ask_is_who_it_is(carl: Booking, salon: Salon) -> None:
    named: Any = {"booking_id": carl.pk, "business_id": carl.business_id, "now": NOW}
    to: Any = {"starts_at": salon.at(27, 14), "resource_id": None, "by": None}

    with pytest.raises(bookings.NotAllowed) as refused:
        bookings.move_booking(**named, **to, revision=carl.revision)
    moved = bookings.move_booking(**named, **to, revision=carl.revision, is_known=True)
    with pytest.raises(bookings.NotAllowed):
        bookings.cancel_own(**named, revision=moved.revision, seen_fee=0)

    assert refused.value.reason is Reason.SWITCHED_OFF
    assert moved.starts_at == salon.at(27, 14)


def test_what_is_switched_off_is_off_for_everybody(salon: Salon) -> None:
    BookingPolicy.objects.update(cancel_allowed=False, move_allowed=False)
    cut = type(salon.cut).objects.select_related("business", "policy").get(pk=salon.cut.pk)
    carl = make_booking(service=cut, starts_at=salon.at(26, 10, 15), now=NOW)

    page = text_of(signed_in().get(home(carl)))

    assert f'{home(carl)}cancel"' not in page
    assert "This booking cannot be moved online." in page
    assert "Sign in to change this booking" not in text_of(by_link(carl).get(home(carl)))


def test_classes_too(at_now: Any) -> None:
    studio = make_studio(move_by_link=False)
    first, second = (make_session(studio, starts_at=studio.at(day, 18)) for day in (26, 27))
    carl = join(first)

    assert "Move to another day" not in text_of(by_link(carl).get(home(carl)))
    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=carl, target=second, by=None, now=NOW)
    classes.move_places(booking=carl, target=second, by=None, now=NOW, is_known=True)


# ----- a better time
def test_whoever_is_signed_in_asks_for_a_better_time_and_takes_it(salon: Salon) -> None:
    BookingPolicy.objects.update(move_by_link=False)
    thursday = fill(salon)
    cut = type(salon.cut).objects.select_related("business", "policy").get(pk=salon.cut.pk)
    carl = make_booking(service=cut, starts_at=salon.at(27, 10), now=NOW)
    guest, his = by_link(carl), signed_in()
    asks = "Tell me when a better time opens up"
    assert (
        asks in text_of(guest.get(home(carl))),
        guest.get(home(carl) + "better").status_code,
    ) == (
        False,
        409,
    )
    assert asks in text_of(his.get(home(carl)))
    named: Any = {"resource_id": None, "revision": carl.revision, "now": NOW}
    with pytest.raises(bookings.NotAllowed):
        waitlists.wish_for_better_time(booking=carl, wish=THURSDAY, **named)
    waitlists.wish_for_better_time(booking=carl, wish=THURSDAY, is_known=True, **named)
    cancel(thursday[3], salon)
    assert waitlists.offer_better_times(now=LATER) == 1
    number = MoveWish.objects.get().offers

    page = text_of(guest.get(home(carl)))
    assert "Sign in to swap" in page
    assert "/swap" not in page
    refused = guest.post(home(carl) + "swap", {"offer": number})
    assert refused.status_code == 409
    assert "Sign in to move this booking. You keep your time." in text_of(refused)
    assert his.post(home(carl) + "swap", {"offer": number}).status_code == 303

    carl.refresh_from_db()
    assert (carl.starts_at, MoveWish.objects.get().state) == (thursday[3].starts_at, "SWAPPED")


def test_the_wish_of_whoever_has_to_sign_in_lives_until_it_is_over(salon: Salon) -> None:
    BookingPolicy.objects.update(move_by_link=False)
    fill(salon)
    cut = type(salon.cut).objects.select_related("business", "policy").get(pk=salon.cut.pk)
    carl = make_booking(service=cut, starts_at=salon.at(27, 10), now=NOW)
    named: Any = {"resource_id": None, "revision": carl.revision, "now": NOW}
    waitlists.wish_for_better_time(booking=carl, wish=THURSDAY, is_known=True, **named)

    assert waitlists.close_wishes(now=LATER) == 0
    assert waitlists.close_wishes(now=carl.starts_at) == 1
