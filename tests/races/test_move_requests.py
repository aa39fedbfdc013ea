"""A request to move among everybody who wants the same time, or answers it, at one moment
(rules B38, C2): one answer counts, nobody ends with two times or none."""

from collections import Counter
from typing import Any

import pytest
from django.core.management import call_command

from apps.availability.models import Occupancy
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, MoveRequest
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from tests.factories import NOW, Salon, make_draft, make_request, make_salon
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 6
ANSWERS = ("yes", "no", "withdrawn", "cancelled")


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def agreed(salon: Salon, *, day: int, hour: int, name: str = "carl") -> Booking:
    """With Ana, who said yes to it."""
    Service.objects.filter(pk=salon.cut.pk).update(requires_approval=True)
    cut = Service.objects.select_related("business", "policy").get(pk=salon.cut.pk)
    asked = make_request(
        service=cut,
        starts_at=salon.at(day, hour),
        now=NOW,
        email=f"{name}@example.com",
        resource_id=salon.ana.resource_id,
    )
    return bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )


def facts_of(salon: Salon, booking: Booking, **more: Any) -> dict[str, Any]:
    return {
        "business": salon.business.pk,
        "service": salon.cut.pk,
        "ana": salon.ana.resource_id,
        "olga": salon.olga.pk,
        "carl": booking.pk,
        "revision": booking.revision,
        **more,
    }


def ask(facts: dict[str, Any]) -> None:
    bookings.ask_to_move(
        booking_id=facts["carl"],
        business_id=facts["business"],
        revision=facts["revision"],
        starts_at=facts["at"],
        resource_id=facts["ana"],
        now=NOW,
    )


def ask_or_tap(client: int, facts: dict[str, Any]) -> str:
    """One asks to move to the time, all others tap it as strangers."""
    try:
        if client == 0:
            ask(facts)
            return "asked"
        service = Service.objects.select_related("business", "policy").get(pk=facts["service"])
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


def test_a_question_and_new_bookings_want_one_time_and_one_gets_it(salon: Salon) -> None:
    carl = agreed(salon, day=26, hour=9)
    with storm_of(ask_or_tap, clients=8) as storm:
        for number in range(ROUNDS):
            at = salon.at(27 + number // 4, 10 + 2 * (number % 4))
            carl.refresh_from_db()
            told = storm.round(**facts_of(salon, carl, at=at))
            assert (told["asked"] + told["held"], told["gone"]) == (1, 7)
            carl.refresh_from_db()
            assert carl.starts_at == salon.at(26, 9)
            if told["asked"]:
                withdraw(facts_of(salon, carl))

    call_command("check_ledger")


def withdraw(facts: dict[str, Any]) -> None:
    bookings.withdraw_move(
        booking_id=facts["carl"],
        business_id=facts["business"],
        revision=facts["revision"],
        now=NOW,
    )


def answer(client: int, facts: dict[str, Any]) -> str:
    """The team says yes and no, its customer takes it back and cancels, at one moment."""
    named: dict[str, Any] = {
        "booking_id": facts["carl"],
        "business_id": facts["business"],
        "revision": facts["revision"],
        "now": NOW,
    }
    olga = TeamMember.objects.select_related("business").get(pk=facts["olga"])
    try:
        match ANSWERS[client]:
            case "yes":
                bookings.accept_move(**named, by=olga)
            case "no":
                bookings.decline_move(**named, by=olga)
            case "withdrawn":
                bookings.withdraw_move(**named)
            case _:
                bookings.cancel_own(**named, seen_fee=0)
    except bookings.StaleRevision:
        return "stale"
    except BusyTryAgain:
        return "busy"
    return ANSWERS[client]


def test_one_answer_counts_and_the_others_read_that_it_changed(salon: Salon) -> None:
    with storm_of(answer, clients=4, processes=4) as storm:
        for number in range(ROUNDS):
            day, hour = 26 + number // 3, 9 + 3 * (number % 3)
            carl = agreed(salon, day=day, hour=hour, name=f"carl{number}")
            ask(facts_of(salon, carl, at=salon.at(30, 9 + number)))
            carl.refresh_from_db()
            told = storm.round(**facts_of(salon, carl))

            (won,) = {*told} - {"stale"}
            assert told == Counter({won: 1, "stale": 3})
            carl.refresh_from_db()
            moved = salon.at(30, 9 + number)
            assert carl.starts_at == (moved if won == "yes" else salon.at(day, hour))
            assert not MoveRequest.objects.filter(state="OPEN").exists()
            rows = Occupancy.objects.filter(session_id=carl.session_id or 0)
            assert [it.starts_at for it in rows] == [carl.starts_at]

    call_command("check_ledger")
