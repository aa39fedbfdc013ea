"""Whoever has an appointment is offered a better time, keeps theirs until they tap, and swaps in
one step (rule B37)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent, MoveWish
from apps.bookings.queries.better_times import find_move_wish, may_wish
from apps.bookings.wishes import Wish, is_better
from apps.catalog.models import BookingPolicy
from apps.ledger.check import find_all
from apps.outbox.models import OutboxItem
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_request
from tests.waitlists.test_times import BERLIN, THURSDAY, at, cancel, fill, wait

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.detail]
LATER = NOW + timedelta(minutes=1)
MUCH_LATER = NOW + timedelta(minutes=62)
QUARTERS = timedelta(minutes=45)


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """With Ana on Friday at 10:00."""
    return make_booking(
        service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email="carl@example.com"
    )


def ask(booking: Booking, wish: Wish = THURSDAY, **changed: Any) -> MoveWish:
    given = {"resource_id": None, "revision": booking.revision, "now": NOW, **changed}
    return waitlists.wish_for_better_time(booking=booking, wish=wish, **given)


def look(now: datetime = LATER) -> int:
    return waitlists.offer_better_times(now=now)


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("service__business", "location").get(pk=booking.pk)


def offered(salon: Salon, carl: Booking) -> tuple[MoveWish, Booking]:
    """The wish of Carl, who is offered Thursday 11:15, and the booking that was there."""
    taken = fill(salon)[3]
    ask(carl)
    cancel(taken, salon)
    assert look() == 1
    return MoveWish.objects.get(booking=carl), taken


# ----- what is better
def visit(day: int, hour: int) -> dict[str, datetime]:
    return {"starts_at": at(day, hour), "ends_at": at(day, hour) + QUARTERS}


def test_where_the_own_time_suits_too_only_an_earlier_one_is_better() -> None:
    wish = Wish(date(2026, 11, 26), date(2026, 11, 27))
    own = (at(27, 10), at(27, 10) + QUARTERS)

    assert is_better(wish, **visit(26, 15), own=own, zone=BERLIN)
    assert not is_better(wish, **visit(27, 12), own=own, zone=BERLIN)
    assert is_better(wish, **visit(27, 12), own=None, zone=BERLIN)


def test_where_the_own_time_does_not_suit_a_later_one_may_be_better() -> None:
    afternoon = Wish(date(2026, 11, 26), date(2026, 11, 27), 12 * 60, 17 * 60)
    own = (at(27, 10), at(27, 10) + QUARTERS)

    assert is_better(afternoon, **visit(27, 12), own=own, zone=BERLIN)
    assert not is_better(afternoon, **visit(27, 17), own=own, zone=BERLIN)


# ----- asked for
def test_a_wish_changes_nothing_of_the_booking(salon: Salon, carl: Booking) -> None:
    fill(salon)
    wish = ask(carl)

    assert (wish.state, wish.resource_id) == ("WAITING", None)
    assert (wish.wanted_first_on, wish.wanted_last_on) == (THURSDAY.first_on, THURSDAY.last_on)
    now = fresh(carl)
    assert (now.status, now.starts_at, now.revision) == (
        "CONFIRMED",
        carl.starts_at,
        carl.revision + 1,
    )
    assert now.history.latest("pk").action == "WISHED"
    assert look(NOW) == 0
    assert list(find_all(business_id=None, now=NOW)) == []


def test_the_same_wish_sent_twice_is_one_and_another_takes_its_place(
    salon: Salon, carl: Booking
) -> None:
    fill(salon)
    ask(carl)
    ask(carl)
    assert fresh(carl).revision == carl.revision + 1

    with pytest.raises(bookings.StaleRevision):
        ask(carl, Wish(THURSDAY.first_on, THURSDAY.last_on, 0, 720))
    ask(fresh(carl), Wish(THURSDAY.first_on, THURSDAY.last_on, 0, 720))

    assert MoveWish.objects.get().wanted_to_minute == 720


def test_what_is_free_already_is_not_waited_for(salon: Salon, carl: Booking) -> None:
    with pytest.raises(waitlists.TimesAreFree) as free:
        ask(carl)

    assert free.value.starts[0] == salon.at(26, 9)
    assert not MoveWish.objects.exists()


def test_nobody_waits_for_hours_that_are_closed_or_over(salon: Salon, carl: Booking) -> None:
    fill(salon)
    with pytest.raises(waitlists.WishIsClosed):
        ask(carl, Wish(THURSDAY.first_on, THURSDAY.last_on, 18 * 60, 24 * 60))
    with pytest.raises(waitlists.WishIsOver):
        ask(carl, Wish(date(2026, 11, 23), date(2026, 11, 23)))


def test_where_customers_may_not_move_there_is_no_wish(salon: Salon) -> None:
    BookingPolicy.objects.update(move_allowed=False)
    stays = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    BookingPolicy.objects.update(move_allowed=True, fee_windows=[[7 * 1440, 50, 0]])
    costs = make_booking(
        service=salon.cut, starts_at=salon.at(27, 12), now=NOW, email="ida@example.com"
    )
    asks = make_request(service=salon.bridal, starts_at=salon.at(27, 14), now=NOW)

    for booking in (stays, costs, asks):
        assert not may_wish(booking=booking, now=NOW)
        with pytest.raises((bookings.NotAllowed, bookings.NotBookable)):
            ask(booking)


def test_who_cannot_be_written_to_is_not_asked(salon: Salon, carl: Booking) -> None:
    fill(salon)
    Booking.objects.filter(pk=carl.pk).update(contact_email="")

    with pytest.raises(bookings.NotBookable):
        ask(fresh(carl))


# ----- offered
def test_a_better_time_is_offered_by_e_mail_and_kept_for_nobody(
    salon: Salon, carl: Booking
) -> None:
    wish, taken = offered(salon, carl)

    assert (wish.state, wish.offers) == ("OFFERED", 1)
    assert (wish.offered_starts_at, wish.offered_ends_at) == (taken.starts_at, taken.ends_at)
    assert wish.offer_ends_at == LATER + timedelta(minutes=60)
    last = fresh(carl).history.latest("pk")
    assert (last.action, last.actor, last.better_at) == ("OFFERED", "SYSTEM", taken.starts_at)
    assert OutboxItem.objects.filter(key=f"booking:{carl.pk}:{last.revision}").count() == 1
    sam = make_booking(
        service=salon.cut, starts_at=taken.starts_at, now=LATER, email="sam@example.com"
    )
    assert sam.status == "CONFIRMED"
    assert fresh(carl).starts_at == carl.starts_at


def test_those_who_have_nothing_come_first(salon: Salon, carl: Booking) -> None:
    taken = fill(salon)[3]
    ask(carl)
    wait(salon, "Eva")
    cancel(taken, salon)

    assert (waitlists.offer_what_came_free(now=LATER), look()) == (1, 0)


def test_one_time_is_offered_to_one_of_those_who_have_one_at_a_time(
    salon: Salon, carl: Booking
) -> None:
    ida = make_booking(
        service=salon.cut, starts_at=salon.at(27, 12), now=NOW, email="ida@example.com"
    )
    taken = fill(salon)[3]
    ask(carl)
    ask(ida)
    cancel(taken, salon)

    assert (look(), look()) == (1, 0)
    waitlists.keep_own_time(booking=carl, offer=1, now=LATER)

    assert look() == 1
    assert MoveWish.objects.get(booking=ida).offered_starts_at == taken.starts_at


def test_whoever_wants_ana_is_not_offered_ben(salon: Salon, carl: Booking) -> None:
    taken = fill(salon)
    ask(carl, resource_id=salon.ana.resource_id)

    cancel(taken[12], salon)
    assert look() == 0
    cancel(taken[0], salon)
    assert look() == 1


def test_nobody_is_asked_who_could_not_move_any_more_when_they_read_it(
    salon: Salon, carl: Booking
) -> None:
    taken = fill(salon)[3]
    ask(carl)
    cancel(taken, salon)
    last_moment = carl.starts_at - timedelta(days=1)

    assert look(last_moment) == 0
    BookingPolicy.objects.update(quiet_from_minute=0, quiet_to_minute=24 * 60 - 1)
    assert look(last_moment - timedelta(minutes=1)) == 0


# ----- taken
def test_one_tap_moves_the_booking_and_ends_the_wish(salon: Salon, carl: Booking) -> None:
    wish, taken = offered(salon, carl)

    moved = waitlists.swap(booking=carl, offer=1, now=LATER)
    again = waitlists.swap(booking=carl, offer=1, now=LATER)

    assert (moved.starts_at, again.starts_at) == (taken.starts_at, taken.starts_at)
    wish.refresh_from_db()
    assert (wish.state, wish.offer_ends_at) == ("SWAPPED", None)
    assert fresh(carl).history.filter(action="MOVED", actor="CUSTOMER").count() == 1
    spans = Occupancy.objects.filter(session=carl.session_id).values_list("starts_at", flat=True)
    assert list(spans) == [taken.starts_at]
    assert list(find_all(business_id=None, now=LATER)) == []


def test_the_old_time_is_offered_to_the_next(salon: Salon, carl: Booking) -> None:
    on_friday = make_booking(
        service=salon.cut, starts_at=salon.at(28, 10), now=NOW, email="ida@example.com"
    )
    _wish, _taken = offered(salon, carl)
    tight = Wish(date(2026, 11, 27), date(2026, 11, 27), 600, 615)
    make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email="ben@example.com")
    ask(on_friday, tight)
    assert look() == 0

    waitlists.swap(booking=carl, offer=1, now=LATER)

    assert look() == 1
    assert MoveWish.objects.get(booking=on_friday).offered_starts_at == carl.starts_at


def test_a_time_that_a_stranger_took_meanwhile_is_gone_and_the_own_one_stays(
    salon: Salon, carl: Booking
) -> None:
    wish, taken = offered(salon, carl)
    make_booking(service=salon.cut, starts_at=taken.starts_at, now=LATER, email="sam@example.com")

    with pytest.raises(waitlists.OfferGone):
        waitlists.swap(booking=carl, offer=1, now=LATER)

    wish.refresh_from_db()
    assert (wish.state, len(wish.let_pass)) == ("WAITING", 1)
    assert fresh(carl).starts_at == carl.starts_at
    assert list(find_all(business_id=None, now=LATER)) == []


def test_an_offer_that_is_over_moves_nothing(salon: Salon, carl: Booking) -> None:
    offered(salon, carl)

    with pytest.raises(waitlists.OfferGone):
        waitlists.swap(booking=carl, offer=1, now=LATER + timedelta(minutes=60))
    with pytest.raises(waitlists.OfferGone):
        waitlists.swap(booking=carl, offer=2, now=LATER)

    assert fresh(carl).starts_at == carl.starts_at


# ----- let pass, over
def test_no_thanks_keeps_the_booking_and_the_wish(salon: Salon, carl: Booking) -> None:
    wish, taken = offered(salon, carl)

    for _time in range(2):
        waitlists.keep_own_time(booking=carl, offer=1, now=LATER)

    wish.refresh_from_db()
    assert wish.state == "WAITING"
    assert wish.let_pass == [[taken.starts_at.isoformat(), taken.ends_at.isoformat()]]
    assert fresh(carl).starts_at == carl.starts_at
    assert fresh(carl).history.filter(action="PASSED").count() == 1
    assert look() == 0
    with pytest.raises(waitlists.OfferGone):
        waitlists.swap(booking=carl, offer=1, now=LATER)


def test_an_offer_runs_out_by_itself(salon: Salon, carl: Booking) -> None:
    wish, _taken = offered(salon, carl)

    assert waitlists.expire_better_times(now=LATER + timedelta(minutes=59)) == 0
    assert waitlists.expire_better_times(now=MUCH_LATER) == 1

    wish.refresh_from_db()
    assert (wish.state, wish.offer_ends_at) == ("WAITING", None)
    assert look(MUCH_LATER) == 0


@pytest.mark.parametrize("how", ["move", "cancel", "cancel_own", "stop"])
def test_the_wish_ends_with_the_booking_that_it_is_for(
    salon: Salon, carl: Booking, how: str
) -> None:
    wish, _taken = offered(salon, carl)
    now = fresh(carl)
    named: dict[str, Any] = {"booking_id": now.pk, "business_id": now.business_id, "now": LATER}
    match how:
        case "move":
            bookings.move_booking(
                **named,
                revision=now.revision,
                starts_at=salon.at(28, 10),
                resource_id=None,
                by=None,
            )
        case "cancel":
            bookings.cancel_booking(**named, revision=now.revision, by=salon.olga)
        case "cancel_own":
            bookings.cancel_own(**named, revision=now.revision, seen_fee=0)
        case "stop":
            for _time in range(2):
                waitlists.end_wish(**named)
            assert now.history.filter(action="UNWISHED").count() == 1

    wish.refresh_from_db()
    assert (wish.state, wish.offer_ends_at) == ("ENDED", None)
    assert find_move_wish(booking=carl) is None
    assert list(find_all(business_id=None, now=LATER)) == []
    with pytest.raises(waitlists.NotInLine):
        waitlists.swap(booking=carl, offer=1, now=LATER)


def test_the_worker_ends_what_nothing_can_come_of(salon: Salon, carl: Booking) -> None:
    fill(salon)
    ask(carl)
    last_moment = carl.starts_at - timedelta(days=1)

    assert waitlists.close_wishes(now=last_moment) == 0
    assert waitlists.close_wishes(now=last_moment + timedelta(seconds=1)) == 1
    assert MoveWish.objects.get().state == "ENDED"


def test_a_wish_is_over_with_its_last_day(salon: Salon) -> None:
    booking = make_booking(
        service=salon.cut, starts_at=salon.at(30, 10), now=NOW, email="carl@example.com"
    )
    fill(salon)
    ask(booking)

    assert waitlists.close_wishes(now=salon.at(26, 23, 59)) == 0
    assert waitlists.close_wishes(now=salon.at(27, 0)) == 1


def test_a_wish_that_lives_on_without_its_booking_is_found(salon: Salon, carl: Booking) -> None:
    fill(salon)
    ask(carl)
    waitlists.end_wish(booking_id=carl.pk, business_id=carl.business_id, now=LATER)
    now = fresh(carl)
    bookings.cancel_booking(
        booking_id=now.pk,
        business_id=now.business_id,
        revision=now.revision,
        by=salon.olga,
        now=LATER,
    )
    MoveWish.objects.update(state="WAITING")

    assert [it.rule for it in find_all(business_id=None, now=LATER)] == ["a_wish_has_a_booking"]
    assert BookingEvent.objects.filter(action="WISHED").count() == 1
