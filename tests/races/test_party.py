"""How many people come, changed at one moment by several devices, or while the team cancels: one
change, one refund, and books that agree (rules B42, M35, C2)."""

from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import CreditNote, Payment, Refund
from apps.classes.queries.party import PartyFixed
from apps.ledger.check import find_all
from tests.checkout.test_paid_party import LATER, paid
from tests.factories.studio import make_studio
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booking() -> Booking:
    """Three people, $54.00, paid online."""
    studio = make_studio(max_participants=5)
    studio.flow.pays_online = True
    studio.flow.save()
    return paid(studio)


def fewer_come(client: int, facts: dict[str, Any]) -> str:
    """Half of them read that one comes and $18.00 is what it costs, the others that two do."""
    found, people = Booking.objects.get(pk=facts["pk"]), 1 + client % 2
    try:
        checkout.change_party(
            booking=found,
            wanted={0: people},
            revision=facts["revision"],
            seen_price=1800 * people,
            now=LATER,
        )
    except bookings.StaleRevision:
        return "stale"
    return f"{people} come"


def test_several_devices_change_it_once(booking: Booking) -> None:
    with storm_of(fewer_come, clients=16, processes=4) as storm:
        told = storm.round(pk=booking.pk, revision=booking.revision)

    booking.refresh_from_db()
    assert told == {f"{booking.party_size} come": 8, "stale": 8}
    assert CreditNote.objects.get().people == 3 - booking.party_size
    assert Refund.objects.get().amount == 5400 - 1800 * booking.party_size
    assert booking.paid == booking.price == 1800 * booking.party_size
    assert list(find_all(business_id=None, now=LATER)) == []


def change_or_cancel(client: int, facts: dict[str, Any]) -> str:
    """One of them is the team, which cancels and gives all of it back."""
    found = Booking.objects.select_related("business").get(pk=facts["pk"])
    if client:
        try:
            return fewer_come(client, facts)
        except PartyFixed:
            return "over"
    checkout.cancel_and_refund(
        booking_id=found.pk,
        business_id=found.business_id,
        reason="",
        by=found.business.team.get(),
        now=LATER,
    )
    return "cancelled"


def test_what_is_cancelled_meanwhile_goes_back_once(booking: Booking) -> None:
    with storm_of(change_or_cancel, clients=8, processes=4) as storm:
        told = storm.round(pk=booking.pk, revision=booking.revision)

    assert told["cancelled"] == 1
    assert set(told) <= {"cancelled", "1 come", "2 come", "stale", "over"}
    booking.refresh_from_db()
    payment = Payment.objects.get()
    assert (booking.status, booking.paid) == ("CANCELED", 0)
    assert (payment.captured, payment.refunded) == (5400, 5400)
    assert sum(Refund.objects.values_list("amount", flat=True)) == 5400
    assert list(find_all(business_id=None, now=LATER)) == []
