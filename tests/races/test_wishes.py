"""A time that is offered to whoever waits is theirs alone, whatever happens at once (rule B20)."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from apps.availability.models import Occupancy
from apps.availability.operations import BusyTryAgain, Claim
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.wishes import Wish
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon
from tests.factories.bookings import make_visitor
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
THURSDAY = Wish(date(2026, 11, 26), date(2026, 11, 26), 10 * 60, 10 * 60 + 45)
LATER = NOW + timedelta(minutes=1)
LINE = 6


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def full_hour(salon: Salon) -> Booking:
    """Ten o'clock at Ana's chair is taken, and six people wait for it."""
    taken = make_booking(
        service=salon.cut,
        starts_at=salon.at(26, 10),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )
    make_booking(
        service=salon.cut,
        starts_at=salon.at(26, 10, 45),
        now=NOW,
        email="after@example.com",
        resource_id=salon.ana.resource_id,
    )
    for number in range(LINE):
        waitlists.wait_for_time(
            choice=choose(service=salon.cut, resource_id=salon.ana.resource_id),
            wish=THURSDAY,
            details=waitlists.WaitingDetails(name=f"W{number}", email=f"w{number}@example.com"),
            visitor=make_visitor(f"w{number}"),
            now=NOW,
        )
    return taken


def attempt(verb: Any, **named: Any) -> str:
    try:
        verb(**named)
    except (waitlists.OfferGone, bookings.SlotGone, waitlists.NotInLine) as no:
        return type(no).__name__
    except BusyTryAgain:
        return "busy"
    return "done"


def offer_take_or_tap(client: int, facts: dict[str, Any]) -> str:
    """Two workers look, two devices of the first in line take, strangers tap the same time."""
    if client < 2:
        return "offered: " + str(waitlists.offer_what_came_free(now=LATER))
    if client < 4:
        booking = Booking.objects.get(pk=facts["first"])
        return "took: " + attempt(waitlists.take_offer, booking=booking, now=LATER)
    service = Service.objects.select_related("business").get(pk=facts["service"])
    return "tapped: " + attempt(
        make_draft,
        service=service,
        starts_at=facts["at"],
        now=LATER,
        visitor=f"stranger{client}",
        resource_id=facts["ana"],
    )


def free_the_hour(salon: Salon) -> dict[str, Any]:
    """Ten o'clock comes free; what a round needs to know."""
    taken = full_hour(salon)
    bookings.cancel_booking(
        booking_id=taken.pk,
        business_id=salon.business.pk,
        revision=taken.revision,
        by=salon.olga,
        now=LATER,
    )
    return {
        "first": WaitlistEntry.objects.earliest("rank").booking_id,
        "service": salon.cut.pk,
        "at": salon.at(26, 10),
        "ana": salon.ana.resource_id,
    }


def owners_of(facts: dict[str, Any]) -> int:
    """How many have the hour that came free."""
    return Occupancy.objects.filter(resource_id=facts["ana"], starts_at=facts["at"]).count()


@pytest.mark.long
def test_without_lock_and_constraint_the_hour_is_given_away_twice(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proof that the next test can fail."""
    plain = Claim.occupancies

    def unguarded(claim: Claim, session_id: int, *, expires_at: Any) -> Any:
        time.sleep(0.05)
        rows = plain(claim, session_id, expires_at=expires_at)
        for row in rows:
            row.enforced = False
        return rows

    monkeypatch.setattr(Claim, "check_under_lock", lambda *_args, **_named: [])
    monkeypatch.setattr(Claim, "occupancies", unguarded)
    recorder = "apps.bookings.operations.transitions.keeps_what_it_needs"
    monkeypatch.setattr(recorder, lambda _booking: True)
    monkeypatch.setattr("apps.availability.operations.times.locked_resources", unlocked)
    monkeypatch.setattr("apps.availability.operations.times.locked_resources", unlocked)
    facts = free_the_hour(salon)

    with storm_of(offer_take_or_tap, clients=16) as storm:
        storm.round(**facts)

    assert owners_of(facts) > 1


@contextmanager
def unlocked(**_named: Any) -> Iterator[None]:
    """A door that is always open."""
    yield


def test_one_of_all_who_want_a_freed_time_gets_it(salon: Salon) -> None:
    facts = free_the_hour(salon)

    with storm_of(offer_take_or_tap, clients=16) as storm:
        told = storm.round(**facts)

    assert owners_of(facts) == 1
    assert told["offered: 1"] + told["tapped: done"] == 1
    held = WaitlistEntry.objects.filter(state__in=("OFFERED", "ENROLLED"))
    assert held.count() == told["offered: 1"]
    call_command("check_ledger")


def take_late_or_lapse(client: int, facts: dict[str, Any]) -> str:
    """The offer is taken on devices while workers end it and look for the next in line."""
    at = NOW + timedelta(minutes=61, milliseconds=200 * client - 1600)
    if client % 2:
        booking = Booking.objects.get(pk=facts["first"])
        return "took: " + attempt(waitlists.take_offer, booking=booking, now=at)
    lapsed = waitlists.expire_offers(now=at)
    return f"lapsed: {lapsed}, offered: {waitlists.offer_what_came_free(now=at)}"


def test_an_offer_taken_in_its_last_second_is_taken_or_gone_never_both(salon: Salon) -> None:
    free_the_hour(salon)
    assert waitlists.offer_what_came_free(now=LATER) == 1
    first = WaitlistEntry.objects.get(state="OFFERED")

    with storm_of(take_late_or_lapse, clients=16) as storm:
        storm.round(first=first.booking_id)

    states = Counter(WaitlistEntry.objects.values_list("state", flat=True))
    booking = Booking.objects.get(pk=first.booking_id)
    assert states["OFFERED"] + states["ENROLLED"] == 1
    assert (booking.status == "CONFIRMED") == (states["ENROLLED"] == 1)
    call_command("check_ledger")
