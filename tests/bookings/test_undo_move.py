"""A customer takes back that they moved an appointment, for ten minutes and while the old time is
free (rule B45)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, MoveWish
from apps.bookings.queries.undoing_move import find_old_place, is_still_there
from apps.catalog.models import BookingPolicy
from apps.ledger.check import find_all
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon, make_booking, make_request

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AFTER = NOW + timedelta(minutes=9, seconds=59)
TOO_LATE = NOW + timedelta(minutes=10)


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Thursday at 10:15; whoever is free was wanted."""
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)


def move(booking: Booking, at: datetime, *, now: datetime = NOW, **named: Any) -> Booking:
    booking.refresh_from_db()
    facts = {"revision": booking.revision, "resource_id": None, "by": None, "now": now}
    return bookings.move_booking(
        booking_id=booking.pk, business_id=booking.business_id, starts_at=at, **{**facts, **named}
    )


def put_back(booking: Booking, *, now: datetime = AFTER, revision: int | None = None) -> Booking:
    return bookings.undo_move(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision if revision is None else revision,
        now=now,
    )


def is_offered(booking: Booking, *, now: datetime = AFTER) -> bool:
    old = find_old_place(booking=booking, now=now)
    return old is not None and is_still_there(booking=booking, old=old, now=now)


def broken_laws(now: datetime = AFTER) -> list[str]:
    return [str(it) for it in find_all(business_id=None, now=now)]


def test_it_is_what_it_was(salon: Salon, carl: Booking) -> None:
    moved = move(carl, salon.at(27, 9, 30), resource_id=salon.ben.resource_id)
    assert is_offered(moved)

    back = put_back(moved)

    assert (back.starts_at, back.ends_at) == (salon.at(26, 10, 15), salon.at(26, 11))
    assert (back.resource_id, back.selection) == (salon.ana.resource_id, carl.selection)
    assert (back.status, back.wall_time) == ("CONFIRMED", "2026-11-26T10:15")
    assert OutboxItem.objects.filter(topic="booking.moved").count() == 2
    assert broken_laws() == []


def test_another_person_at_the_same_time_is_put_back_too(salon: Salon, carl: Booking) -> None:
    moved = move(carl, salon.at(26, 10, 15), resource_id=salon.ben.resource_id)

    assert put_back(moved).resource_id == salon.ana.resource_id


def test_twice_is_once_and_back_is_not_put_forth(salon: Salon, carl: Booking) -> None:
    moved = move(carl, salon.at(27, 14))

    backs = [put_back(moved, revision=moved.revision) for _tap in range(2)]

    assert [it.revision for it in backs] == [moved.revision + 1] * 2
    assert not is_offered(backs[1])
    with pytest.raises(bookings.TooLateToUndo):
        put_back(backs[1])


def test_after_ten_minutes_it_stays(salon: Salon, carl: Booking) -> None:
    moved = move(carl, salon.at(27, 14))

    assert not is_offered(moved, now=TOO_LATE)
    with pytest.raises(bookings.TooLateToUndo):
        put_back(moved, now=TOO_LATE)


def test_whoever_took_the_old_time_keeps_it(salon: Salon, carl: Booking) -> None:
    ana = salon.ana.resource_id
    moved = move(carl, salon.at(27, 14))
    make_booking(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW, resource_id=ana)

    assert not is_offered(moved)
    with pytest.raises(bookings.DoesNotFit):
        put_back(moved)

    carl.refresh_from_db()
    assert (carl.starts_at, carl.resource_id) == (salon.at(27, 14), ana)
    assert broken_laws() == []


def test_what_the_team_moved_is_not_put_back(salon: Salon, carl: Booking) -> None:
    moved = move(carl, salon.at(27, 14), by=salon.olga)

    with pytest.raises(bookings.TooLateToUndo):
        put_back(moved)


def test_an_old_page_puts_nothing_back(salon: Salon, carl: Booking) -> None:
    moved = move(carl, salon.at(27, 14))

    with pytest.raises(bookings.StaleRevision):
        put_back(moved, revision=moved.revision - 1)


def test_it_is_not_limited_by_how_soon_one_must_book(salon: Salon, carl: Booking) -> None:
    moved = move(carl, salon.at(27, 14))
    BookingPolicy.objects.update(min_notice_minutes=60 * 24 * 30)

    assert put_back(moved).starts_at == salon.at(26, 10, 15)


def test_it_counts_for_no_limit_of_moves(salon: Salon) -> None:
    BookingPolicy.objects.filter(pk=salon.policy.pk).update(max_moves=1)
    cut = type(salon.cut).objects.select_related("business", "policy").get(pk=salon.cut.pk)
    carl = make_booking(service=cut, starts_at=salon.at(26, 10, 15), now=NOW)

    back = put_back(move(carl, salon.at(27, 14)))

    assert move(back, salon.at(28, 9), now=AFTER).starts_at == salon.at(28, 9)


def test_a_request_has_its_answer_by_the_old_time(salon: Salon) -> None:
    asked = make_request(service=salon.bridal, starts_at=salon.at(30, 9), now=NOW)
    asked.refresh_from_db()
    by = asked.answer_by

    back = put_back(move(asked, salon.at(26, 9)))

    assert (back.status, back.answer_by, back.starts_at) == ("PENDING", by, salon.at(30, 9))
    assert broken_laws() == []


def test_a_wish_for_a_better_time_lives_on(salon: Salon, carl: Booking) -> None:
    MoveWish.objects.create(
        business=carl.business,
        booking=carl,
        wanted_first_on=date(2026, 11, 25),
        wanted_last_on=date(2026, 11, 25),
        asked_at=NOW,
    )
    moved = move(carl, salon.at(27, 14))
    assert MoveWish.objects.get().state == "ENDED"

    put_back(moved)

    assert MoveWish.objects.get().state == "WAITING"
