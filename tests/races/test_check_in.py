"""Somebody is ticked off at the door while they cancel, or go to another class: one of the two
counts (rules B27, B43, C2)."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Attendance, Booking
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 6
HERE = Attendance.State.HERE


@pytest.fixture
def studio() -> Studio:
    """Customers cancel and move until it begins."""
    found = make_studio()
    found.policy.cancel_until_minutes = 0
    found.policy.move_until_minutes = 0
    found.policy.save()
    return found


def cancel(booking: Booking, facts: dict[str, Any]) -> None:
    bookings.cancel_own(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=facts["revision"],
        seen_fee=0,
        now=facts["now"],
    )


def go_elsewhere(booking: Booking, facts: dict[str, Any]) -> None:
    classes.move_places(
        booking=booking,
        target=Session.objects.get(pk=facts["other"]),
        by=None,
        now=facts["now"],
    )


def tick(facts: dict[str, Any]) -> None:
    """Person by person, or everybody at once."""
    olga = TeamMember.objects.select_related("business").get(pk=facts["olga"])
    named: dict[str, Any] = {"session_id": facts["session"], "by": olga, "now": facts["now"]}
    if facts["all_at_once"]:
        classes.mark_all_here(**named)
    else:
        checkout.mark_attendance(**named, reference=facts["reference"], seat=0, state=HERE)


LEAVING = {"cancelled": cancel, "moved": go_elsewhere}


def leave_or_come(client: int, facts: dict[str, Any]) -> str:
    try:
        if client % 2:
            tick(facts)
            return "ticked"
        LEAVING[facts["leaves"]](Booking.objects.get(pk=facts["booking"]), facts)
    except classes.NotOnTheList:
        return "not on the list"
    except (bookings.NotAllowed, bookings.CannotMove):
        return "is here"
    except bookings.StaleRevision:
        return "stale"
    except BusyTryAgain:
        return "busy"
    return "left"


@pytest.mark.parametrize("all_at_once", [False, True], ids=["one by one", "all at once"])
@pytest.mark.parametrize("leaves", LEAVING)
def test_nobody_is_here_who_has_left(studio: Studio, leaves: str, *, all_at_once: bool) -> None:
    with storm_of(leave_or_come, clients=4, processes=4) as storm:
        for number in range(ROUNDS):
            session = make_session(studio, starts_at=studio.at(26, 8 + number), capacity=5)
            other = make_session(studio, starts_at=studio.at(27, 8 + number), capacity=5)
            booking = join(session, email=f"carl{number}@example.com")
            told = storm.round(
                session=session.pk,
                other=other.pk,
                booking=booking.pk,
                reference=booking.reference,
                revision=booking.revision,
                leaves=leaves,
                all_at_once=all_at_once,
                olga=studio.olga.pk,
                now=session.starts_at - timedelta(minutes=5),
            )

            booking.refresh_from_db()
            is_here = Attendance.objects.filter(booking=booking, state=HERE).exists()
            has_left = booking.status == "CANCELED" or booking.session_id == other.pk
            assert (is_here, has_left) in {(True, False), (False, True)}, told
            assert set(told) <= {"left", "ticked", "not on the list", "is here", "stale"}, told
            if is_here:
                assert told == Counter({"ticked": 2, "is here": 2})
    call_command("check_ledger")
