"""Every switch of a policy, turned after somebody booked: what they have follows the rules it was
booked by, what is booked after that the new ones (rule B5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.cancelling import cancelled_by_policy, no_show_by_policy
from apps.bookings.queries.joinables import has_room_for
from apps.catalog.models import BookingPolicy, Service
from tests.factories import NOW, Salon, make_booking
from tests.factories.bookings import cancel_as_customer
from tests.factories.studio import join, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WEEK = 7 * 1440


def book(salon: Salon, day: int, email: str) -> Booking:
    """The day after tomorrow, or later, at 10:15, for €48.00."""
    cut = Service.objects.select_related("business", "policy").get(pk=salon.cut.pk)
    return make_booking(service=cut, starts_at=salon.at(day, 10, 15), now=NOW, email=email)


def cancel(booking: Booking) -> object:
    try:
        return cancel_as_customer(booking, fee=4800, now=NOW).status
    except bookings.NotAllowed as no:
        return no.reason.value


def move(booking: Booking) -> object:
    try:
        return bookings.move_booking(
            booking_id=booking.pk,
            business_id=booking.business_id,
            revision=booking.revision,
            starts_at=booking.starts_at + timedelta(hours=2),
            resource_id=None,
            by=None,
            now=NOW,
        ).status
    except bookings.NotAllowed as no:
        return no.reason.value


def move_twice(booking: Booking) -> object:
    move(booking)
    booking.refresh_from_db()
    return move(booking)


def fee(booking: Booking) -> object:
    return cancelled_by_policy(booking=booking, now=NOW).fee


def no_show(booking: Booking) -> object:
    return no_show_by_policy(booking=booking)


@dataclass(frozen=True)
class Switch:
    """before and after: columns of the policy; old and new: what is told of the booking of each."""

    before: dict[str, Any]
    after: dict[str, Any]
    asks: Callable[[Booking], object]
    old: object
    new: object


FREE: dict[str, Any] = {"cancel_until_minutes": 60, "move_until_minutes": 60}
HALF = [[WEEK, 5_000, None]]
SWITCHES = {
    "cancelling is switched off": Switch(
        FREE, {"cancel_allowed": False}, cancel, "CANCELED", "SWITCHED_OFF"
    ),
    "cancelling is switched on": Switch(
        {**FREE, "cancel_allowed": False},
        {"cancel_allowed": True},
        cancel,
        "SWITCHED_OFF",
        "CANCELED",
    ),
    "cancelling ends earlier": Switch(
        FREE, {"cancel_until_minutes": WEEK}, cancel, "CANCELED", "TOO_LATE"
    ),
    "guests do not cancel": Switch(
        FREE, {"cancel_by_link": False}, cancel, "CANCELED", "SWITCHED_OFF"
    ),
    "cancelling costs half": Switch(FREE, {"fee_windows": HALF}, fee, 0, 2400),
    "cancelling costs nothing any more": Switch(
        {**FREE, "fee_windows": HALF}, {"fee_windows": []}, fee, 2400, 0
    ),
    "not coming costs half": Switch(FREE, {"fee_windows": HALF}, no_show, 0, 2400),
    "moving is switched off": Switch(
        FREE, {"move_allowed": False}, move, "CONFIRMED", "SWITCHED_OFF"
    ),
    "moving ends earlier": Switch(
        FREE, {"move_until_minutes": WEEK}, move, "CONFIRMED", "TOO_LATE"
    ),
    "guests do not move": Switch(FREE, {"move_by_link": False}, move, "CONFIRMED", "SWITCHED_OFF"),
    "moving once": Switch(FREE, {"max_moves": 1}, move_twice, "CONFIRMED", "MOVED_OFTEN"),
    "a fee ends moving": Switch(FREE, {"fee_windows": HALF}, move, "CONFIRMED", "TOO_LATE"),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_what_is_booked_keeps_its_rules_and_the_next_has_the_new(name: str, salon: Salon) -> None:
    switch = SWITCHES[name]
    BookingPolicy.objects.update(**switch.before)
    old = book(salon, 26, "carl@example.com")
    BookingPolicy.objects.update(**switch.after)
    new = book(salon, 27, "eva@example.com")

    assert (switch.asks(old), switch.asks(new)) == (switch.old, switch.new)


def test_how_many_come_on_one_booking(at_now: Any) -> None:
    studio = make_studio(max_participants=3)
    session = make_session(studio, starts_at=studio.at(26, 18))
    old = join(session, people=2)
    BookingPolicy.objects.update(max_participants=2)
    new = join(session, people=2, email="eva@example.com")

    assert (has_room_for(old, more=1), has_room_for(new, more=1)) == (True, False)


def test_a_cancellation_is_taken_back_though_cancelling_was_switched_off(salon: Salon) -> None:
    BookingPolicy.objects.update(**FREE)
    gone = cancel_as_customer(book(salon, 26, "carl@example.com"), now=NOW)
    BookingPolicy.objects.update(cancel_allowed=False)

    back = bookings.undo_cancellation(
        booking_id=gone.pk, business_id=gone.business_id, revision=gone.revision, now=NOW
    )

    assert back.status == "CONFIRMED"


LIVE = {
    "notice": {"min_notice_minutes": WEEK},
    "how far ahead": {"max_advance_minutes": 60},
    "horizon": {"horizon_days": 1},
    "rebooking limit": {"rebooking_limit": 1},
}


@pytest.mark.parametrize("name", LIVE)
def test_who_may_book_is_asked_of_today_and_what_is_booked_stands(name: str, salon: Salon) -> None:
    BookingPolicy.objects.update(**FREE)
    old = book(salon, 26, "carl@example.com")
    BookingPolicy.objects.update(**LIVE[name])

    with pytest.raises((bookings.SlotGone, bookings.BookedOften)):
        book(salon, 27, "carl@example.com")

    old.refresh_from_db()
    assert (old.status, cancel(old)) == ("CONFIRMED", "CANCELED")
