"""No status without its time: the recorder refuses what is not kept, on both databases."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.availability.models import Occupancy, Seating, Session
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.errors import TimeNotKept
from apps.bookings.operations.transitions import Actor, record_transition
from apps.bookings.states import IllegalTransition
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.studio import join, make_session, make_studio

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def confirm(booking: Booking, **columns: object) -> BookingEvent:
    return record_transition(
        booking,
        action=BookingEvent.Action.CONFIRMED,
        actor=Actor.system(),
        now=NOW,
        columns={"status": Booking.Status.CONFIRMED.value, **columns},
    )


def status_of(booking: Booking) -> str:
    return Booking.objects.values_list("status", flat=True).get(pk=booking.pk)


@pytest.fixture
def asked(salon: Salon) -> Booking:
    """A request that keeps nothing, because several may ask for the same time."""
    return make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)


@pytest.fixture
def kept(salon: Salon) -> Booking:
    """A request that keeps its time until it is answered."""
    salon.colour.requires_approval = True
    salon.colour.save()
    return make_request(service=salon.colour, starts_at=salon.at(28, 10), now=NOW)


@pytest.fixture
def seated(salon: Salon) -> Booking:
    """A request for a class: its seats are kept."""
    studio = make_studio()
    studio.flow.requires_approval = True
    studio.flow.save()
    return join(make_session(studio, starts_at=studio.at(27, 18)), people=2)


def test_a_request_without_its_time_is_not_confirmed(asked: Booking) -> None:
    with pytest.raises(TimeNotKept):
        confirm(asked)

    assert status_of(asked) == "PENDING"
    assert not asked.history.filter(action="CONFIRMED").exists()


def test_what_is_kept_is_confirmed(kept: Booking, seated: Booking) -> None:
    confirm(kept)
    confirm(seated)

    assert [status_of(it) for it in (kept, seated)] == ["CONFIRMED", "CONFIRMED"]


TIME_GONE: list[Callable[[Booking], object]] = [
    lambda it: Occupancy.objects.filter(session=it.session).delete(),
    lambda it: Occupancy.objects.filter(session=it.session).update(expires_at=NOW + MINUTE),
    lambda it: Occupancy.objects.filter(session=it.session).update(enforced=False),
    lambda it: Occupancy.objects.filter(session=it.session).update(
        ends_at=it.ends_at - MINUTE,
    ),
    lambda it: Session.objects.filter(pk=it.session_id or 0).update(state="REQUESTED"),
]


@pytest.mark.parametrize("lose", TIME_GONE)
def test_time_that_is_not_whole_or_not_for_good_does_not_confirm(
    kept: Booking, lose: Callable[[Booking], object]
) -> None:
    lose(kept)

    with pytest.raises(TimeNotKept):
        confirm(kept)


def test_time_beside_the_constraint_confirms_where_somebody_says_why(kept: Booking) -> None:
    Occupancy.objects.filter(session=kept.session).update(enforced=False)

    confirm(kept, skip_availability_validation=True, override_reason="Twins")

    assert status_of(kept) == "CONFIRMED"


SEATS_GONE: list[Callable[[Booking], object]] = [
    lambda it: Seating.objects.filter(pk=it.seating_id or 0).update(released_at=NOW),
    lambda it: Seating.objects.filter(pk=it.seating_id or 0).update(expires_at=NOW + MINUTE),
    lambda it: Seating.objects.filter(pk=it.seating_id or 0).update(seats=1),
]


@pytest.mark.parametrize("lose", SEATS_GONE)
def test_seats_that_are_too_few_or_not_for_good_do_not_confirm(
    seated: Booking, lose: Callable[[Booking], object]
) -> None:
    lose(seated)

    with pytest.raises(TimeNotKept):
        confirm(seated)


def test_a_confirmed_booking_does_not_go_where_nothing_is_kept(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    later = booking.starts_at + timedelta(hours=1)

    with pytest.raises(TimeNotKept):
        record_transition(
            booking,
            action=BookingEvent.Action.MOVED,
            actor=Actor.system(),
            now=NOW,
            columns={"starts_at": later, "ends_at": later + timedelta(minutes=45)},
        )


def test_a_status_goes_only_where_the_table_lets_it(salon: Salon, kept: Booking) -> None:
    record_transition(
        kept,
        action=BookingEvent.Action.DECLINED,
        actor=Actor.system(),
        now=NOW,
        columns={"status": Booking.Status.DECLINED.value},
    )

    with pytest.raises(IllegalTransition):
        confirm(kept)
