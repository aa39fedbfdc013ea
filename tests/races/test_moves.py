"""An appointment that goes to another time, among everybody who wants one at the same moment
(rules B32, C2): nobody ends with two times or none, and no time is sold twice."""

from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command

from apps.availability.models import Occupancy
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.catalog.models import Service
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 8


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def booked(salon: Salon, *, hour: int, name: str = "carl") -> Booking:
    return make_booking(
        service=salon.cut,
        starts_at=salon.at(26, hour),
        now=NOW,
        email=f"{name}@example.com",
        resource_id=salon.ana.resource_id,
    )


def move(facts: dict[str, Any], booking_id: int, starts_at: Any) -> str:
    try:
        bookings.move_booking(
            booking_id=booking_id,
            business_id=facts["business"],
            revision=facts["revision"],
            starts_at=starts_at,
            resource_id=facts["ana"],
            by=None,
            now=NOW,
        )
    except (bookings.SlotGone, bookings.StaleRevision) as no:
        return type(no).__name__
    except BusyTryAgain:
        return "busy"
    return "moved"


def facts_of(salon: Salon, booking: Booking, **more: Any) -> dict[str, Any]:
    ana = salon.ana.resource_id
    return {
        "business": salon.business.pk,
        "ana": ana,
        "revision": booking.revision,
        "carl": booking.pk,
        **more,
    }


def starts_of_ana(salon: Salon) -> list[Any]:
    rows = Occupancy.objects.filter(resource_id=salon.ana.resource_id, expires_at=None)
    return list(rows.order_by("starts_at").values_list("starts_at", flat=True))


def move_or_tap(client: int, facts: dict[str, Any]) -> str:
    """One moves to the time, all others tap it as strangers."""
    if client == 0:
        return move(facts, facts["carl"], facts["at"])
    service = Service.objects.select_related("business", "policy").get(pk=facts["service"])
    try:
        make_draft(
            service=service,
            starts_at=facts["at"],
            now=NOW,
            visitor=f"stranger-{client}-{facts['at']}",
            resource_id=facts["ana"],
        )
    except bookings.SlotGone:
        return "gone"
    except BusyTryAgain:
        return "busy"
    return "held"


def test_a_move_and_new_bookings_want_one_time_and_one_gets_it(salon: Salon) -> None:
    carl = booked(salon, hour=9)
    with storm_of(move_or_tap, clients=8) as storm:
        for number in range(ROUNDS):
            at = salon.at(27 + number // 4, 10 + 2 * (number % 4))
            carl.refresh_from_db()
            before = carl.starts_at
            told = storm.round(**facts_of(salon, carl, at=at, service=salon.cut.pk))
            carl.refresh_from_db()
            won = told["moved"] == 1
            assert (told["moved"] + told["held"], told["gone"] + told["SlotGone"]) == (1, 7)
            assert carl.starts_at == (at if won else before)

    assert starts_of_ana(salon) == [carl.starts_at]
    call_command("check_ledger")


def move_to_own_time(client: int, facts: dict[str, Any]) -> str:
    return move(facts, facts["carl"], facts["times"][client])


def test_two_devices_move_one_booking_and_the_other_reads_that_it_changed(salon: Salon) -> None:
    carl = booked(salon, hour=9)
    with storm_of(move_to_own_time, clients=2, processes=2) as storm:
        for number in range(ROUNDS):
            hour = 10 + 2 * (number % 4)
            times = [salon.at(27, hour), salon.at(28, hour)]
            carl.refresh_from_db()
            told = storm.round(**facts_of(salon, carl, times=times))
            carl.refresh_from_db()
            assert told == Counter(moved=1, StaleRevision=1)
            assert carl.starts_at in times
            assert starts_of_ana(salon) == [carl.starts_at]

    assert BookingEvent.objects.filter(action="MOVED").count() == ROUNDS
    call_command("check_ledger")


def swap(client: int, facts: dict[str, Any]) -> str:
    return move(facts, facts["pair"][client], facts["times"][client])


def test_two_who_want_each_others_time_keep_their_own_and_nobody_waits_for_ever(
    salon: Salon,
) -> None:
    """Each time is given back only when the other is taken, so neither can be: no deadlock."""
    carl, eva = booked(salon, hour=9), booked(salon, hour=11, name="eva")
    with storm_of(swap, clients=2, processes=2) as storm:
        for _number in range(ROUNDS):
            told = storm.round(
                **facts_of(
                    salon, carl, pair=[carl.pk, eva.pk], times=[eva.starts_at, carl.starts_at]
                )
            )
            assert told == Counter(SlotGone=2)

    assert starts_of_ana(salon) == [carl.starts_at, eva.starts_at]
    call_command("check_ledger")


def test_the_same_tap_from_many_devices_moves_once(salon: Salon) -> None:
    carl = booked(salon, hour=9)
    at = salon.at(27, 10)
    with storm_of(move_to_own_time, clients=8) as storm:
        told = storm.round(**facts_of(salon, carl, times=[at] * 8))

    assert told == Counter(moved=8)
    assert BookingEvent.objects.filter(action="MOVED").count() == 1
    call_command("check_ledger")
