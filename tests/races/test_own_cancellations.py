"""A cancellation that can be taken back, while others want the place and the team decides
(rule B34)."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
END = NOW + timedelta(minutes=10)


@pytest.fixture
def booking() -> Booking:
    """Cancelled by its customer at 10:42."""
    salon: Salon = make_salon()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    return bookings.cancel_own(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        seen_fee=0,
        now=NOW,
    )


def undo_or_finish(client: int, facts: dict[str, Any]) -> str:
    """Half of the clients take it back in the last second, the others end it at that moment."""
    found = Booking.objects.get(pk=facts["pk"])
    try:
        if client % 2:
            checkout.finish_cancellations(now=END)
            return "looked"
        bookings.undo_cancellation(
            booking_id=found.pk,
            business_id=found.business_id,
            revision=found.revision,
            now=END - timedelta(seconds=1),
        )
    except bookings.StaleRevision:
        return "stale"
    except (bookings.TooLateToUndo, bookings.NotAllowed):
        return "over"
    return "back"


def test_it_is_taken_back_once_or_it_is_final_never_both(booking: Booking) -> None:
    with storm_of(undo_or_finish, clients=16, processes=4) as storm:
        told = storm.round(pk=booking.pk)

    booking.refresh_from_db()
    assert told["back"] == (1 if booking.status == "CONFIRMED" else 0)
    assert told["looked"] == 8
    assert set(told) <= {"back", "looked", "stale", "over"}
    assert list(find_all(business_id=None, now=END)) == []


def undo_or_tap(client: int, facts: dict[str, Any]) -> str:
    """One takes it back as late as can be, the others tap the time the moment it is free."""
    found = Booking.objects.select_related("service").get(pk=facts["pk"])
    try:
        if client == 0:
            bookings.undo_cancellation(
                booking_id=found.pk,
                business_id=found.business_id,
                revision=found.revision,
                now=END - timedelta(seconds=1),
            )
            return "back"
        make_draft(
            service=found.service,
            starts_at=found.starts_at,
            now=END,
            visitor=f"visitor-{client}",
            resource_id=found.resource_id,
        )
    except (bookings.SlotGone, bookings.DoesNotFit):
        return "gone"
    return "held"


def test_the_place_goes_back_or_to_one_stranger(booking: Booking) -> None:
    with storm_of(undo_or_tap, clients=8, processes=4) as storm:
        told = storm.round(pk=booking.pk)

    booking.refresh_from_db()
    assert told["back"] + told["held"] == 1
    assert (booking.status == "CONFIRMED") == (told["back"] == 1)
    assert told == Counter({"gone": 7, **({"back": 1} if told["back"] else {"held": 1})})
    assert list(find_all(business_id=None, now=END)) == []
