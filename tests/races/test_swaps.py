"""A better time that is free for one moment: whoever has a booking may swap, and everybody else may
tap it; one has it, and nobody ends with two times or none (rules B37, C2)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from apps.availability.models import Occupancy
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, MoveWish
from apps.bookings.wishes import Wish
from apps.catalog.models import Service
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 6
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def booked(salon: Salon, name: str, *, day: int, hour: int) -> Booking:
    return make_booking(
        service=salon.cut,
        starts_at=salon.at(day, hour),
        now=NOW,
        email=f"{name}@example.com",
        resource_id=salon.ana.resource_id,
    )


def offered(salon: Salon, booking: Booking, *, day: int, hour: int) -> MoveWish:
    """Offered this hour with Ana, as the worker would; two may be, who looked at once."""
    at = salon.at(day, hour)
    on = date(2026, 11, day)
    wish = Wish(on, on, hour * 60, hour * 60 + 15)
    written, _is_new = MoveWish.objects.update_or_create(
        booking=booking,
        defaults={
            "business": salon.business,
            "resource_id": salon.ana.resource_id,
            "wanted_first_on": wish.first_on,
            "wanted_last_on": wish.last_on,
            "state": "OFFERED",
            "offered_starts_at": at,
            "offered_ends_at": at + timedelta(minutes=45),
            "offer_ends_at": LATER + timedelta(minutes=60),
            "asked_at": NOW,
        },
    )
    return written


def swap(booking_id: int) -> str:
    booking = Booking.objects.get(pk=booking_id)
    try:
        waitlists.swap(booking=booking, offer=0, now=LATER)
    except waitlists.OfferGone:
        return "gone"
    except BusyTryAgain:
        return "busy"
    return "swapped"


def swap_or_tap(client: int, facts: dict[str, Any]) -> str:
    """Two devices of Carl swap, all others tap the time as strangers."""
    if client < 2:
        return swap(facts["carl"])
    service = Service.objects.select_related("business", "policy").get(pk=facts["service"])
    try:
        make_draft(
            service=service,
            starts_at=facts["at"],
            now=LATER,
            visitor=f"stranger-{client}-{facts['at']}",
            resource_id=facts["ana"],
        )
    except bookings.SlotGone:
        return "lost"
    except BusyTryAgain:
        return "busy"
    return "held"


def test_a_swap_and_strangers_want_one_time_and_one_gets_it(salon: Salon) -> None:
    carl = booked(salon, "carl", day=30, hour=9)
    with storm_of(swap_or_tap, clients=8) as storm:
        for number in range(ROUNDS):
            day, hour = 27 + number // 4, 10 + 2 * (number % 4)
            offered(salon, carl, day=day, hour=hour)
            carl.refresh_from_db()
            before = carl.starts_at
            told = storm.round(
                carl=carl.pk,
                service=salon.cut.pk,
                at=salon.at(day, hour),
                ana=salon.ana.resource_id,
            )
            carl.refresh_from_db()
            won = told["swapped"] > 0
            # The same tap twice is one swap, and both devices read that it is done.
            assert (told["swapped"], told["gone"]) == ((2, 0) if won else (0, 2))
            assert told["held"] == (0 if won else 1)
            assert carl.starts_at == (salon.at(day, hour) if won else before)

    assert Occupancy.objects.filter(session=carl.session_id).count() == 1
    call_command("check_ledger")


def swap_own(client: int, facts: dict[str, Any]) -> str:
    return swap(facts["bookings"][client])


def test_two_swaps_for_one_time_and_the_other_keeps_theirs(salon: Salon) -> None:
    carl = booked(salon, "carl", day=30, hour=9)
    ida = booked(salon, "ida", day=30, hour=11)
    with storm_of(swap_own, clients=2, processes=2) as storm:
        for number in range(ROUNDS):
            day, hour = 27 + number // 4, 10 + 2 * (number % 4)
            for booking in (carl, ida):
                booking.refresh_from_db()
                offered(salon, booking, day=day, hour=hour)
            starts = {carl.starts_at, ida.starts_at}
            told = storm.round(bookings=[carl.pk, ida.pk])
            carl.refresh_from_db()
            ida.refresh_from_db()

            assert (told["swapped"], told["gone"]) == (1, 1)
            now = {carl.starts_at, ida.starts_at}
            assert salon.at(day, hour) in now
            assert len(now & starts) == 1

    assert Occupancy.objects.filter(expires_at=None).count() == 2
    call_command("check_ledger")
