"""Which times to suggest, and the decline that carries them (rule B10)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent, SuggestedTime
from apps.bookings.queries.suggestions import (
    find_free_starts,
    find_suggestions,
    list_suggested,
    nearest_times,
    pick_times,
)
from apps.outbox.models import OutboxItem
from tests.factories import NOW, Salon, make_booking, make_request, make_salon

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600


def at(day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).timestamp())


def grid(day: int) -> list[int]:
    return [at(day, 9) + turn * 900 for turn in range(33)]


def test_of_each_of_the_nearest_days_three_times_that_do_not_overlap() -> None:
    starts = [start for day in range(24, 31) for start in grid(day)]

    picked = pick_times(starts, wanted=at(27, 10), duration=2 * HOUR, zone=BERLIN)

    around = [27, 26, 28, 25]
    assert [datetime.fromtimestamp(it, BERLIN).day for it in picked] == [
        day for day in sorted(around) for _turn in range(3)
    ]
    assert picked[:3] == (at(25, 10), at(25, 12), at(25, 14))
    assert picked[6:9] == (at(27, 9, 45), at(27, 11, 45), at(27, 13, 45))


def test_the_three_nearest_are_ticked() -> None:
    starts = [at(26, 10), at(27, 12), at(27, 14), at(28, 10), at(29, 10)]

    assert nearest_times(starts, wanted=at(27, 10)) == (at(26, 10), at(27, 12), at(27, 14))


def test_the_wanted_time_itself_is_not_suggested() -> None:
    assert pick_times([at(27, 10)], wanted=at(27, 10), duration=HOUR, zone=BERLIN) == ()


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


@pytest.fixture
def ines(salon: Salon) -> Booking:
    """Wants Ana for a bridal trial on Saturday at ten, when Ana has a cut."""
    request = make_request(
        service=salon.bridal, starts_at=salon.at(28, 10), now=NOW, email="ines@example.com"
    )
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 10),
        now=NOW,
        resource_id=salon.ana.resource_id,
    )
    return request


def suggest(salon: Salon, booking: Booking, *starts: datetime, revision: int = 2) -> Booking:
    return bookings.suggest_times(
        booking_id=booking.pk,
        revision=revision,
        by=salon.olga,
        starts=starts,
        message="Ana has a wedding that morning.",
        now=NOW,
    )


def test_only_free_times_are_found(salon: Salon, ines: Booking) -> None:
    free = set(find_free_starts(booking=ines, now=NOW))

    assert salon.at(28, 10) not in free
    assert salon.at(28, 10, 45) in free
    assert salon.at(23, 10) not in free


def test_a_dozen_are_offered_and_three_of_them_ticked(salon: Salon, ines: Booking) -> None:
    offered, ticked = find_suggestions(booking=ines, now=NOW)

    assert len(offered) == 12
    assert len(ticked) == 3
    assert set(ticked) <= set(offered)


def test_a_suggestion_declines_and_says_so_in_one_mail(salon: Salon, ines: Booking) -> None:
    times = [salon.at(28, 13), salon.at(30, 10)]

    suggest(salon, ines, *times)

    ines.refresh_from_db()
    last = BookingEvent.objects.filter(booking=ines).latest("pk")
    told = OutboxItem.objects.filter(business_id=salon.business.pk, topic="booking.declined")
    assert (ines.status, ines.revision) == ("DECLINED", 3)
    assert (last.action, last.reason) == ("DECLINED", "Ana has a wedding that morning.")
    assert told.count() == 1
    assert list_suggested(booking=ines, now=NOW) == tuple(times)


def test_a_time_that_is_taken_is_refused_and_nothing_changes(salon: Salon, ines: Booking) -> None:
    with pytest.raises(bookings.SuggestionTaken) as refusal:
        suggest(salon, ines, salon.at(28, 13), salon.at(28, 10))

    ines.refresh_from_db()
    assert refusal.value.starts == (salon.at(28, 10),)
    assert (ines.status, SuggestedTime.objects.count()) == ("PENDING", 0)


@pytest.mark.parametrize("hours", [[], [11, 12, 13, 14]])
def test_not_none_and_not_four(salon: Salon, ines: Booking, hours: list[int]) -> None:
    with pytest.raises(bookings.NotAllowed):
        suggest(salon, ines, *[salon.at(30, hour) for hour in hours])


def test_what_somebody_decided_meanwhile_stands(salon: Salon, ines: Booking) -> None:
    bookings.decline_request(booking_id=ines.pk, revision=2, by=salon.olga, now=NOW)

    with pytest.raises(bookings.StaleRevision):
        suggest(salon, ines, salon.at(28, 13))


def test_undo_takes_the_suggestions_back(salon: Salon, ines: Booking) -> None:
    suggest(salon, ines, salon.at(28, 13))

    bookings.undo_decision(
        booking_id=ines.pk, revision=3, by=salon.olga, now=NOW + timedelta(seconds=5)
    )

    ines.refresh_from_db()
    assert (ines.status, SuggestedTime.objects.count()) == ("PENDING", 0)


def test_a_suggested_time_that_went_to_somebody_else_is_not_shown(
    salon: Salon, ines: Booking
) -> None:
    suggest(salon, ines, salon.at(28, 13), salon.at(30, 10))
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 13),
        now=NOW,
        email="eva@example.com",
        resource_id=salon.ana.resource_id,
    )
    ines.refresh_from_db()

    assert list_suggested(booking=ines, now=NOW) == (salon.at(30, 10),)


def test_suggestions_are_instants(salon: Salon, ines: Booking) -> None:
    suggest(salon, ines, salon.at(28, 13))

    assert SuggestedTime.objects.get().starts_at == datetime(2026, 11, 28, 12, tzinfo=UTC)
