"""A place that comes free goes to the line and to nobody else, whatever happens at once
(rule B19)."""

import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.catalog.queries import choose
from apps.waitlists import operations as waitlists
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.studio import Studio, join, make_session, make_studio
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
LATER = NOW + timedelta(minutes=1)
INSISTENT = 15
AFTER_THE_OFFER = NOW + timedelta(minutes=62)


@pytest.fixture
def studio() -> Studio:
    return make_studio()


def wait(studio: Studio, session: Session, number: int) -> Booking:
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=waitlists.WaitingDetails(name=f"W{number}", email=f"w{number}@example.com"),
        visitor=make_visitor(f"w{number}"),
        now=NOW,
    )
    return entry.booking


def cancel(booking: Booking, *, now: Any) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        by=None,
        now=now,
    )


def attempt(verb: Any, **named: Any) -> str:
    try:
        verb(**named)
    except waitlists.OfferGone:
        return "offer gone"
    except bookings.CannotJoin as no:
        return str(no.joining.obstacle)
    except BusyTryAgain:
        return "busy"
    return "done"


def cancel_or_come(client: int, facts: dict[str, Any]) -> str:
    """One of three clients gives a place back, the others are strangers who try and try."""
    if client % 3 == 0 and client // 3 < len(facts["booked"]):
        booking = Booking.objects.get(pk=facts["booked"][client // 3])
        return "left: " + attempt(cancel, booking=booking, now=LATER)
    email = f"stranger{client}@example.com"
    for _time in range(INSISTENT):
        session = Session.objects.select_related("location").get(pk=facts["session"])
        if (told := attempt(join, target=session, email=email, now=LATER)) == "done":
            break
        time.sleep(0.03)
    return f"came: {told}"


def a_full_class(studio: Studio, *, places: int) -> tuple[Session, list[int]]:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=places)
    booked = [join(session, email=f"b{number}@example.com").pk for number in range(places)]
    for number in range(places):
        wait(studio, session, number)
    return session, booked


def join_target(*, target: Session, email: str, now: Any) -> None:
    join(target, email=email, now=now)


@pytest.mark.long
def test_without_the_line_strangers_get_what_came_free(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proof that the next test can fail: places that come free are offered to nobody."""
    monkeypatch.setattr(
        "apps.bookings.operations.transitions.announce_free_places", lambda *_target, **_named: None
    )
    session, booked = a_full_class(studio, places=8)

    with storm_of(cancel_or_come, clients=48) as storm:
        told = storm.round(session=session.pk, booked=booked)

    assert told["left: done"] == 8
    assert told["came: done"] > 0


def test_what_comes_free_goes_to_those_who_wait(studio: Studio) -> None:
    session, booked = a_full_class(studio, places=8)

    with storm_of(cancel_or_come, clients=48) as storm:
        told = storm.round(session=session.pk, booked=booked)

    assert told == Counter({"left: done": 8, "came: FULL": 40})
    assert WaitlistEntry.objects.filter(state="OFFERED").count() == 8
    session.refresh_from_db()
    assert (session.seats_taken, session.seats_offered) == (0, 8)
    call_command("check_ledger")


def take(_client: int, facts: dict[str, Any]) -> str:
    booking = Booking.objects.get(pk=facts["booking"])
    return attempt(waitlists.take_offer, booking=booking, now=LATER)


def test_an_offer_taken_on_many_devices_is_one_place(studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=2)
    first, _second = (join(session, email=f"b{number}@example.com") for number in range(2))
    eva = wait(studio, session, 0)
    cancel(first, now=LATER)

    with storm_of(take, clients=24) as storm:
        told = storm.round(booking=eva.pk)

    assert told == Counter({"done": 24})
    session.refresh_from_db()
    assert (session.seats_taken, session.seats_offered) == (2, 0)
    actions = list(eva.history.order_by("pk").values_list("action", flat=True))
    assert actions.count("BOOKED") == 1
    call_command("check_ledger")


def everything(client: int, facts: dict[str, Any]) -> str:
    """The offer runs out while it is taken, refused, and while its neighbour cancels."""
    now = AFTER_THE_OFFER if client % 2 else LATER
    eva = Booking.objects.get(pk=facts["eva"])
    session = Session.objects.select_related("location").get(pk=facts["session"])
    if client % 5 == 0:
        return "worker: " + attempt(waitlists.expire_offers, now=now)
    if client % 5 == 1:
        return "eva: " + attempt(waitlists.take_offer, booking=eva, now=now)
    if client % 5 == 2:
        return "eva no: " + attempt(waitlists.refuse_offer, booking=eva, now=now)
    if client % 5 == 3:
        named = {"target": session, "email": f"s{client}@example.com", "now": now}
        return "came: " + attempt(join_target, **named)
    neighbour = Booking.objects.get(pk=facts["neighbour"])
    try:
        return "left: " + attempt(cancel, booking=neighbour, now=LATER)
    except (bookings.StaleRevision, bookings.NotAllowed):
        return "left: before"


def test_an_offer_that_runs_out_while_it_is_answered_is_never_two_places(studio: Studio) -> None:
    with storm_of(everything, clients=30) as storm:
        for number in range(4):
            session = make_session(studio, starts_at=studio.at(26 + number, 18), capacity=2)
            leaver, neighbour = (
                join(session, email=f"b{number}{place}@example.com") for place in range(2)
            )
            eva = wait(studio, session, number * 10)
            wait(studio, session, number * 10 + 1)
            cancel(leaver, now=NOW)

            told = storm.round(eva=eva.pk, neighbour=neighbour.pk, session=session.pk)

            assert told["left: done"] == 1
            session.refresh_from_db()
            assert session.seats_taken + session.seats_offered <= 2
    call_command("check_ledger")
