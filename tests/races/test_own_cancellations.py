"""A cancellation that can be taken back, while others want the place and the team decides
(rule B34)."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.wishes import Wish
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon
from tests.factories.bookings import cancel_as_customer, make_visitor
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
END = NOW + timedelta(minutes=10)


@pytest.fixture
def booking() -> Booking:
    """Cancelled by its customer at 10:42."""
    salon: Salon = make_salon()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    return cancel_as_customer(booking, fee=0, now=NOW)


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


def a_full_class_with_a_line(studio: Studio, *, number: int) -> tuple[Booking, Booking]:
    """Carl has cancelled the only place, and Eva waits for it."""
    session = make_session(studio, starts_at=studio.at(26, 8 + number), capacity=1)
    carl = join(session, email=f"carl{number}@example.com")
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=waitlists.WaitingDetails(name="Eva", email=f"eva{number}@example.com"),
        visitor=make_visitor(f"eva{number}"),
        now=NOW,
    )
    carl = cancel_as_customer(carl, fee=0, now=NOW)
    return carl, entry.booking


def a_taken_hour_with_a_line(salon: Salon, *, number: int) -> tuple[Booking, Booking]:
    """Carl has cancelled the hour for which Eva waits."""
    day, hour = 26 + number // 3, 9 + 2 * (number % 3)
    at, ana = salon.at(day, hour), salon.ana.resource_id
    carl = make_booking(
        service=salon.cut,
        starts_at=at,
        now=NOW,
        email=f"carl{number}@example.com",
        resource_id=ana,
    )
    make_booking(
        service=salon.cut,
        starts_at=at + timedelta(minutes=45),
        now=NOW,
        email=f"next{number}@example.com",
        resource_id=ana,
    )
    on = date(2026, 11, day)
    entry = waitlists.wait_for_time(
        choice=choose(service=salon.cut, resource_id=ana),
        wish=Wish(on, on, hour * 60, hour * 60 + 45),
        details=waitlists.WaitingDetails(name="Eva", email=f"eva{number}@example.com"),
        visitor=make_visitor(f"eva{number}"),
        now=NOW,
    )
    carl = cancel_as_customer(carl, fee=0, now=NOW)
    return carl, entry.booking


def undo_or_offer(client: int, facts: dict[str, Any]) -> str:
    """Two devices take it back in the last second, while two workers offer the place."""
    if client % 2:
        return undo_or_finish(0, facts)
    checkout.finish_cancellations(now=END)
    waitlists.offer_what_came_free(now=END)
    return "looked"


@pytest.mark.parametrize("kind", ["class", "hour"])
def test_a_place_is_taken_back_or_offered_to_who_waits_never_both(kind: str) -> None:
    make: Callable[..., tuple[Booking, Booking]]
    if kind == "class":
        make = partial(a_full_class_with_a_line, make_studio())
    else:
        make = partial(a_taken_hour_with_a_line, make_salon())
    with storm_of(undo_or_offer, clients=4, processes=4) as storm:
        for number in range(6):
            carl, eva = make(number=number)
            told = storm.round(pk=carl.pk)

            carl.refresh_from_db()
            is_back = carl.status == "CONFIRMED"
            entry = WaitlistEntry.objects.get(booking=eva)
            assert set(told) <= {"back", "looked", "stale", "over"}, told
            assert told["back"] == (1 if is_back else 0)
            assert entry.state == ("WAITING" if is_back else "OFFERED"), (told, entry.state)
    assert list(find_all(business_id=None, now=END)) == []
