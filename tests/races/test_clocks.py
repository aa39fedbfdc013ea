"""A place gets another clock while people book there: every promise that stands reads true."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from apps.availability.engine.rezoning import Keep
from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain, NoSeats
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent, SuggestedTime, reading_of
from apps.bookings.operations import Actor, ClockConflicts, Details, SlotGone, StaleRevision
from apps.bookings.queries.rezoning import find_touched
from apps.businesses.models import Business, Location, TeamMember
from apps.businesses.queries import get_clock, read_zone
from apps.catalog.models import Resource, Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_request, make_salon
from tests.factories.bookings import make_draft, make_visitor
from tests.factories.studio import make_class
from tests.races.storm import storm_of

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.detail,
]
PATIENCE = 20
ZONES = ("Europe/Lisbon", "Europe/Athens", "Europe/Berlin", "America/New_York")


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def change_or_book(client: int, facts: dict[str, Any]) -> str:
    """One changes the zone, the others hold a time and send their details, or come to a class."""
    try:
        if client == 0:
            return _change(facts)
        if client == 1:
            return _add(facts)
        return _book(client, facts)
    except (SlotGone, StaleRevision, ClockConflicts, NoSeats) as no:
        return type(no).__name__
    except BusyTryAgain:
        return "busy"


def _change(facts: dict[str, Any]) -> str:
    """Press until the list that was shown is still true, as an owner would."""
    place = Location.objects.select_related("business").get(pk=facts["place"])
    for _attempt in range(PATIENCE):
        with suppress(StaleRevision, BusyTryAgain):
            return _change_once(place, turn=facts["round"])
    return "gave up"


def _change_once(place: Location, *, turn: int) -> str:
    location_id = place.pk if turn % 2 else None
    business = Business.objects.get(pk=place.business_id)
    clock = get_clock(business=business, location_id=location_id)
    name = ZONES[turn % len(ZONES)]
    bookings.change_zone(
        business_id=business.pk,
        location_id=location_id,
        name=name,
        keep=Keep.MOMENT if turn % 3 else Keep.CLOCK,
        seen=find_touched(clock=clock, name=name, now=NOW).seal,
        actor=Actor(BookingEvent.Actor.TEAM),
        now=NOW,
    )
    return "changed"


def _add(facts: dict[str, Any]) -> str:
    session = Session.objects.select_related("service__business").get(pk=facts["session"])
    assert session.service is not None
    classes.add_booking(
        choice=choose(service=session.service),
        target=session,
        details=waitlists.WaitingDetails(name="Ida", email=f"ida{facts['round']}@example.com"),
        by=TeamMember.objects.get(pk=facts["olga"]),
        now=NOW,
    )
    return "added"


def _book(client: int, facts: dict[str, Any]) -> str:
    service = Service.objects.select_related("business").get(pk=facts["cut"])
    service.business = Business.objects.get(pk=service.business_id)
    email = f"c{client}r{facts['round']}@example.com"
    zone = read_zone(business_id=service.business_id, location_id=facts["place"])
    at = facts["at"].replace(tzinfo=zone)  # the same hour by whatever clock hangs there
    make_booking(service=service, starts_at=at, now=NOW, email=email)
    return "booked"


def test_whatever_happens_at_once_each_promise_reads_true(salon: Salon) -> None:
    session = make_class(salon, salon.ana)
    facts = {
        "place": salon.location.pk,
        "cut": salon.cut.pk,
        "session": session.pk,
        "olga": salon.olga.pk,
    }
    told: list[str] = []

    with storm_of(change_or_book, clients=8, processes=4) as storm:
        for number in range(8):
            at = salon.at(25 + number // 2, 10 + 2 * (number % 2)).replace(tzinfo=None)
            told += storm.round(**facts, round=number, at=at)

    assert {it for it in told if it.startswith("Traceback")} == set()
    assert {"changed", "booked", "added"} <= set(told)
    for booking in Booking.objects.filter(status="CONFIRMED"):
        zone = read_zone(business_id=booking.business_id, location_id=booking.location_id)
        assert booking.wall_time == reading_of(booking.starts_at, zone)
        assert ZoneInfo(booking.time_zone)
    assert [str(it) for it in find_all(business_id=None, now=NOW)] == []


def test_whoever_takes_a_suggestion_and_whoever_changes_the_clock_wait_in_one_order(
    salon: Salon,
) -> None:
    """The tap has the suggestions; it needs a resource yet, which the change takes too."""
    request = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    declined = bookings.suggest_times(
        booking_id=request.pk,
        revision=request.revision,
        by=salon.olga,
        starts=[salon.at(28, 12)],
        now=NOW,
    )
    suggested = SuggestedTime.objects.select_related("booking").get(booking=declined)
    told: list[str] = []

    def change() -> None:
        try:
            told.append(_change_once(salon.location, turn=0))
        except Exception as error:  # noqa: BLE001
            told.append(type(error).__name__)
        finally:
            connection.close()

    changer = threading.Thread(target=change)
    with transaction.atomic():
        list(SuggestedTime.objects.select_for_update().filter(booking=declined))
        changer.start()
        changer.join(timeout=1)
        draft = bookings.place_hold(
            choice=choose(service=salon.bridal),
            starts_at=suggested.starts_at,
            visitor=make_visitor(),
            suggested=suggested,
            now=NOW,
        )
    changer.join()

    assert (told, draft.skip_business_confirmation) == (["changed"], True)
    assert [str(it) for it in find_all(business_id=None, now=NOW)] == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_who_began_to_book_while_the_clock_waits_for_a_person_books_and_nothing_is_stuck(
    salon: Salon,
) -> None:
    """The drafts are locked before the resources. One that is begun in between is not, and whoever
    sends it has it before the resource that the change has already."""
    told: list[str] = []
    waits, may_go_on = threading.Event(), threading.Event()

    def stand_in_the_way() -> None:
        with transaction.atomic():
            list(Resource.objects.select_for_update(no_key=True).order_by("pk")[:1])
            waits.set()
            may_go_on.wait(timeout=10)

    def change() -> None:
        clock = get_clock(business=salon.business, location_id=None)
        seen = find_touched(clock=clock, name="Europe/Lisbon", now=NOW).seal
        with suppress(StaleRevision):
            bookings.change_zone(
                business_id=salon.business.pk,
                location_id=None,
                name="Europe/Lisbon",
                keep=Keep.MOMENT,
                seen=seen,
                actor=Actor(BookingEvent.Actor.TEAM),
                now=NOW,
            )
            told.append("changed")

    blocker = _started(stand_in_the_way, told)
    waits.wait(timeout=10)
    changer = _started(change, told)
    changer.join(timeout=1)  # it has the drafts that there are, and waits for the first resource
    draft = make_draft(
        service=salon.cut, starts_at=salon.at(28, 10), now=NOW, resource_id=salon.ben.resource_id
    )
    with transaction.atomic():
        Booking.objects.select_for_update().get(pk=draft.pk)
        may_go_on.set()
        changer.join(timeout=0.5)  # it has all resources now
        booked = bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl Vogt", email="carl@example.com"),
            seen_price=draft.price,
            now=NOW,
        )
    blocker.join()
    changer.join()

    assert (booked.status, told) == ("CONFIRMED", [])
    assert [str(it) for it in find_all(business_id=None, now=NOW)] == []


def _started(act: Callable[[], None], told: list[str]) -> threading.Thread:
    """Somebody else, at the same time; what goes wrong with them is told."""

    def run() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001
            told.append(type(error).__name__)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread
