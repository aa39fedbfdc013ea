"""Nothing is sold twice, however many want it at once (rules C2, B6).

Every test here was seen to fail with its protection off; the first one shows it every time.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command, get_commands
from django.db import connection

from apps.availability import triggers
from apps.availability.models import Occupancy
from apps.availability.operations import BusyTryAgain, Claim
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Details
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.customers.models import Customer
from apps.outbox.models import OutboxItem
from tests.factories import (
    NOW,
    Salon,
    make_booking,
    make_draft,
    make_member,
    make_salon,
)
from tests.often import often
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]

CLIENTS = 40


@pytest.fixture
def salon() -> Salon:
    return make_salon()


@pytest.fixture
def unprotected(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without the look under the lock and without the guard of the database."""
    monkeypatch.setattr(Claim, "check_under_lock", lambda *_args, **_named: None)
    constraint = next(
        it for it in Occupancy._meta.constraints if it.name == "resource_occupied_once"
    )
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.remove_constraint(Occupancy, constraint)
    else:
        with connection.cursor() as cursor:
            for name in triggers.TRIGGERS:
                cursor.execute(f"DROP TRIGGER {name}")
    yield
    Occupancy.objects.all().delete()
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.add_constraint(Occupancy, constraint)
    triggers.write_triggers()


def check_ledger() -> None:
    """Fails the test when seats, occupancies, history or mails disagree."""
    if "check_ledger" in get_commands():
        call_command("check_ledger")


def slots_of(salon: Salon, many: int, *, minutes: int) -> Iterator[datetime]:
    """Starts on the days after today, minutes apart, from 9 o'clock on."""
    per_day = 8 * 60 // minutes
    for number in range(many):
        day, place = divmod(number, per_day)
        yield salon.at(25, 9) + timedelta(days=day, minutes=place * minutes)


def tap(client: int, facts: dict[str, Any]) -> str:
    service = Service.objects.select_related("business", "policy").get(pk=facts["service"])
    try:
        make_draft(
            service=service,
            starts_at=facts["starts_at"],
            now=facts.get("now", NOW),
            visitor=f"{client}-{facts['starts_at']}",
            resource_id=facts.get("resource"),
        )
    except bookings.SlotGone:
        return "gone"
    except BusyTryAgain:
        return "busy"
    return "held"


@pytest.mark.long
def test_without_its_protection_a_slot_is_sold_twice(salon: Salon, unprotected: None) -> None:
    """Proof that the next test can fail."""
    held = 0
    with storm_of(tap, clients=CLIENTS) as storm:
        for starts_at in slots_of(salon, 5, minutes=60):
            told = storm.round(
                service=salon.cut.pk, starts_at=starts_at, resource=salon.ana.resource_id
            )
            held += told["held"]

    assert held > 5


def test_forty_people_tap_one_slot_and_one_gets_it(salon: Salon) -> None:
    with storm_of(tap, clients=CLIENTS) as storm:
        for starts_at in slots_of(salon, often(50), minutes=60):
            told = storm.round(
                service=salon.cut.pk, starts_at=starts_at, resource=salon.ana.resource_id
            )
            assert told == Counter(held=1, gone=CLIENTS - 1)

    check_ledger()


def test_a_person_and_the_one_wash_station_are_had_together_or_not_at_all(salon: Salon) -> None:
    with storm_of(tap_anything, clients=CLIENTS) as storm:
        for starts_at in slots_of(salon, often(20), minutes=120):
            told = storm.round(services=[salon.colour.pk, salon.cut.pk], starts_at=starts_at)
            assert told["held"] == 2
            assert told["gone"] == CLIENTS - 2

    check_ledger()


def tap_anything(client: int, facts: dict[str, Any]) -> str:
    return tap(client, {**facts, "service": facts["services"][client % 2]})


def test_two_owners_confirm_two_requests_for_one_slot_and_one_stands(salon: Salon) -> None:
    make_member(business=salon.business, email="otto@juniper.example")
    with storm_of(confirm, clients=2, processes=2) as storm:
        for starts_at in slots_of(salon, 16, minutes=120):
            pair = [
                make_booking(
                    service=salon.bridal, starts_at=starts_at, now=NOW, email=f"{name}@example.com"
                ).pk
                for name in ("lena", "ines")
            ]
            assert storm.round(pair=pair) == Counter(confirmed=1, unfit=1)

    check_ledger()


def confirm(client: int, facts: dict[str, Any]) -> str:
    owner = TeamMember.objects.order_by("pk")[client]
    try:
        bookings.confirm_request(booking_id=facts["pair"][client], revision=2, by=owner, now=NOW)
    except bookings.DoesNotFit:
        return "unfit"
    return "confirmed"


def test_one_draft_sent_twenty_times_is_one_booking_and_one_mail(salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)

    with storm_of(submit, clients=20, processes=4) as storm:
        told = storm.round(draft=draft.draft_id, now=NOW)
        after_back = storm.round(draft=draft.draft_id, now=NOW + timedelta(minutes=20))

    assert told == after_back == Counter({draft.reference: 20})
    assert Booking.objects.count() == Customer.objects.count() == 1
    assert Booking.objects.get().revision == 2
    assert BookingEvent.objects.count() == OutboxItem.objects.count() == 1
    check_ledger()


def submit(_client: int, facts: dict[str, Any]) -> str:
    try:
        return bookings.submit_draft(
            draft_id=facts["draft"],
            details=Details(name="Carl Vogt", email="carl@example.com"),
            seen_price=4800,
            now=facts["now"],
        ).reference
    except bookings.SlotGone:
        return "gone"


def test_a_hold_that_runs_out_while_it_is_sent_has_one_winner(salon: Salon) -> None:
    ana = salon.ana.resource_id
    winners: Counter[str] = Counter()
    with storm_of(submit_or_tap, clients=4, processes=4) as storm:
        for starts_at in slots_of(salon, 20, minutes=60):
            draft = make_draft(
                service=salon.cut,
                starts_at=starts_at,
                now=NOW,
                resource_id=ana,
                visitor=f"carl-{starts_at}",
            )
            told = storm.round(
                draft=draft.draft_id,
                service=salon.cut.pk,
                starts_at=starts_at,
                resource=ana,
                now=NOW + timedelta(minutes=10),
            )
            submitted, tapped = told[draft.reference], told["held"]
            assert submitted + tapped == 1
            assert told["gone"] == 3
            winners.update(submitted=submitted, tapped=tapped)

    assert winners.total() == 20
    check_ledger()


def submit_or_tap(client: int, facts: dict[str, Any]) -> str:
    return submit(client, facts) if client == 0 else tap(client, facts)
