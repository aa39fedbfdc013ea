"""Holds in the two nights of the year in which the wall clock jumps: minutes elapse, and the hour
that is read twice is two hours. Juniper is open at night for once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.availability import operations as availability
from apps.availability.engine.slots import find_slots
from apps.availability.models import Occupancy, WeeklyHours
from apps.availability.queries.search import load_search
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.bookings.queries.offered import NoTime, find_claim, slot_query
from apps.catalog.queries import choose
from apps.ledger.check import find_all
from tests.factories import Salon, make_draft, make_salon

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
AUTUMN = datetime(2027, 10, 31, 1, tzinfo=UTC)
"""03:00 becomes 02:00."""
SPRING = datetime(2027, 3, 28, 1, tzinfo=UTC)
"""02:00 becomes 03:00."""
CHANGES = pytest.mark.parametrize("change", [AUTUMN, SPRING], ids=["autumn", "spring"])


@pytest.fixture
def salon() -> Salon:
    salon = make_salon()
    WeeklyHours.objects.update(starts_minute=0, ends_minute=24 * 60)
    salon.ben.resource.active = False
    salon.ben.resource.save()
    return salon


def is_offered(salon: Salon, starts_at: datetime, *, now: datetime) -> bool:
    query = slot_query(choice=choose(service=salon.cut))
    try:
        find_claim(query=query, starts_at=starts_at, now=now)
    except NoTime:
        return False
    return True


def hold(salon: Salon, starts_at: datetime, *, now: datetime, visitor: str = "carl") -> Booking:
    return make_draft(service=salon.cut, starts_at=starts_at, now=now, visitor=visitor)


def submit(draft: Booking, *, now: datetime) -> Booking:
    return bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl", email=f"{draft.visitor_hash}@example.com"),
        seen_price=draft.price,
        now=now,
    )


@CHANGES
def test_ten_minutes_are_ten_minutes_across_the_change(salon: Salon, change: datetime) -> None:
    wanted = change + timedelta(hours=8)
    draft = hold(salon, wanted, now=change - 5 * MINUTE)

    assert draft.hold_expires_at == change + 5 * MINUTE
    last, end = change + 5 * MINUTE - SECOND, change + 5 * MINUTE
    assert [is_offered(salon, wanted, now=at) for at in (change, last, end)] == [False, False, True]
    with pytest.raises(bookings.SlotGone):
        hold(salon, wanted, now=last, visitor="sam")
    assert hold(salon, wanted, now=end, visitor="sam").starts_at == wanted


@CHANGES
def test_it_is_kept_longer_across_the_change_and_an_hour_at_the_most(
    salon: Salon, change: datetime
) -> None:
    draft = hold(salon, change + timedelta(hours=8), now=change - 30 * MINUTE)
    for minute in range(-21, 30, 9):
        bookings.extend_draft_hold(booking=draft, now=change + minute * MINUTE)
        draft.refresh_from_db()

    assert draft.hold_expires_at == change + 30 * MINUTE
    assert Occupancy.objects.get().expires_at == change + 30 * MINUTE
    assert availability.sweep_expired_holds(now=change + 30 * MINUTE - SECOND) == 0
    assert availability.sweep_expired_holds(now=change + 30 * MINUTE) == 1


def test_the_hour_that_is_read_twice_is_held_and_booked_twice(salon: Salon) -> None:
    first, second = AUTUMN - 30 * MINUTE, AUTUMN + 30 * MINUTE
    now = AUTUMN - timedelta(days=1)
    assert {f"{at.astimezone(BERLIN):%H:%M}" for at in (first, second)} == {"02:30"}

    drafts = [hold(salon, at, now=now, visitor=f"v{at.hour}") for at in (first, second)]
    booked = [submit(draft, now=now) for draft in drafts]

    assert [it.starts_at for it in booked] == [first, second]
    assert {it.wall_time for it in booked} == {"2027-10-31T02:30"}
    assert [is_offered(salon, at, now=now) for at in (first, second)] == [False, False]
    assert list(find_all(business_id=None, now=now)) == []


def test_clean_up_reaches_from_one_reading_of_an_hour_into_the_other(salon: Salon) -> None:
    salon.cut.buffer_after_minutes = 30
    salon.cut.save()
    first, second = AUTUMN - 30 * MINUTE, AUTUMN + 30 * MINUTE
    now = AUTUMN - timedelta(days=1)
    hold(salon, first, now=now)

    with pytest.raises(bookings.SlotGone):
        hold(salon, second, now=now, visitor="sam")
    (kept,) = Occupancy.objects.values_list("starts_at", "ends_at")
    assert kept == (first, AUTUMN + 45 * MINUTE)
    assert hold(salon, AUTUMN + 45 * MINUTE, now=now, visitor="sam")


def test_the_hour_that_is_skipped_is_not_offered_and_cleaned_through(salon: Salon) -> None:
    salon.cut.buffer_after_minutes = 30
    salon.cut.save()
    now, day = SPRING - timedelta(days=1), SPRING.date()
    query = slot_query(choice=choose(service=salon.cut))
    search = load_search(query=query, first=day, last=day, now=now)
    slots = find_slots(search, first=day, last=day)
    walls = [datetime.fromtimestamp(it.start, BERLIN) for it in slots]
    assert not [wall for wall in walls if wall.hour == 2]

    hold(salon, SPRING - 15 * MINUTE, now=now)  # 01:45 to 03:30 on the wall, clean at 04:00
    (kept,) = Occupancy.objects.values_list("starts_at", "ends_at")

    assert kept == (SPRING - 15 * MINUTE, SPRING + 60 * MINUTE)
    with pytest.raises(bookings.SlotGone):
        hold(salon, SPRING + 45 * MINUTE, now=now, visitor="sam")
    assert hold(salon, SPRING + 60 * MINUTE, now=now, visitor="sam")


@CHANGES
def test_a_draft_that_was_held_before_the_change_is_sent_after_it(
    salon: Salon, change: datetime
) -> None:
    wanted = change + timedelta(hours=8)
    draft = hold(salon, wanted, now=change - 5 * MINUTE)

    booking = submit(draft, now=change + 20 * MINUTE)

    assert (booking.status, booking.starts_at) == (Booking.Status.CONFIRMED, wanted)
    assert list(find_all(business_id=None, now=change + 20 * MINUTE)) == []
