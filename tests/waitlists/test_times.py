"""Any time on these days: who waits for an appointment is offered what comes free (rule B20)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.availability.models import Occupancy, Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.wishes import Wish, first_that_suits, suits, wanted_span
from apps.catalog.queries import choose
from apps.ledger.check import find_all
from apps.messages.queries import get_booking_facts
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, Salon, make_booking
from tests.factories.bookings import make_visitor

BERLIN = ZoneInfo("Europe/Berlin")
LATER = NOW + timedelta(minutes=1)
AN_HOUR_LATER = NOW + timedelta(minutes=62)
THURSDAY = Wish(first_on=date(2026, 11, 26), last_on=date(2026, 11, 26))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("wish", "starts_at", "expected"),
    [
        (THURSDAY, at(26, 0), True),
        (THURSDAY, at(26, 23, 45), True),
        (THURSDAY, at(27, 0), False),
        (THURSDAY, at(25, 23, 45), False),
        (Wish(date(2026, 11, 26), date(2026, 11, 28), 720, 1020), at(27, 12), True),
        (Wish(date(2026, 11, 26), date(2026, 11, 28), 720, 1020), at(27, 17), False),
        (Wish(date(2026, 11, 26), date(2026, 11, 28), 720, 1020), at(27, 11, 45), False),
    ],
)
def test_a_time_suits_within_the_wanted_days_and_hours_of_the_venue(
    wish: Wish, starts_at: datetime, *, expected: bool
) -> None:
    ends_at = starts_at + timedelta(minutes=45)

    assert suits(wish, starts_at=starts_at, ends_at=ends_at, zone=BERLIN) is expected


def test_nobody_is_asked_again_about_a_time_they_let_pass() -> None:
    passed = ((at(26, 10), at(26, 10, 45)),)
    wish = Wish(date(2026, 11, 26), date(2026, 11, 26), let_pass=passed)
    starts = [at(26, 9, 30), at(26, 10), at(26, 10, 30), at(26, 10, 45)]

    found = first_that_suits(
        starts, wish=wish, lasts=timedelta(minutes=45), zone=BERLIN, told_at=NOW
    )

    assert found == at(26, 10, 45)


def test_whoever_needs_a_day_to_get_ready_is_not_offered_the_next_hour() -> None:
    wish = Wish(date(2026, 11, 24), date(2026, 11, 26), notice_minutes=1440)
    starts = [at(24, 12), at(25, 10, 42), at(25, 11)]

    found = first_that_suits(
        starts, wish=wish, lasts=timedelta(minutes=45), zone=BERLIN, told_at=NOW
    )

    assert found == at(25, 11)


def test_wanted_days_are_days_of_the_venue_also_when_the_clocks_change() -> None:
    wish = Wish(date(2026, 10, 25), date(2026, 10, 25))

    first, last = wanted_span(wish, zone=BERLIN)

    assert last - first == timedelta(hours=25)


def fill(salon: Salon, *, staff: str = "both") -> list[Booking]:
    """Every hour of Thursday is taken, at both chairs or at Ana's."""
    people = {"both": (salon.ana, salon.ben), "ana": (salon.ana,)}[staff]
    return [
        make_booking(
            service=salon.cut,
            starts_at=salon.at(26, hour, minute),
            now=NOW,
            email=f"{person.pk}-{hour}-{minute}@example.com",
            resource_id=person.resource_id,
        )
        for person in people
        for hour, minute in _hours()
    ]


def _hours() -> list[tuple[int, int]]:
    starts = [9 * 60 + 45 * n for n in range(12)]
    return [(minute // 60, minute % 60) for minute in starts]


def wait(
    salon: Salon, name: str, wish: Wish = THURSDAY, *, resource_id: int | None = None
) -> WaitlistEntry:
    email = f"{name.lower()}@example.com"
    return waitlists.wait_for_time(
        choice=choose(service=salon.cut, resource_id=resource_id),
        wish=wish,
        details=WaitingDetails(name=name, email=email),
        visitor=make_visitor(email),
        now=NOW,
    )


def cancel(booking: Booking, salon: Salon) -> None:
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        revision=booking.revision,
        by=salon.olga,
        now=LATER,
    )


def states() -> dict[str, str]:
    entries = WaitlistEntry.objects.select_related("booking").order_by("pk")
    return {it.booking.contact_name: it.state for it in entries}


@pytest.mark.django_db
def test_a_time_that_comes_free_is_kept_for_the_first_in_line(salon: Salon) -> None:
    taken = fill(salon)
    eva, _ida = wait(salon, "Eva"), wait(salon, "Ida")
    assert waitlists.offer_what_came_free(now=NOW) == 0
    cancel(taken[3], salon)

    assert waitlists.offer_what_came_free(now=LATER) == 1

    assert states() == {"Eva": "OFFERED", "Ida": "WAITING"}
    offered = Booking.objects.get(pk=eva.booking_id)
    assert (offered.status, offered.starts_at) == ("WAITING_LIST", taken[3].starts_at)
    with pytest.raises(bookings.SlotGone):
        make_booking(
            service=salon.cut, starts_at=taken[3].starts_at, now=LATER, email="sam@example.com"
        )
    booked = waitlists.take_offer(booking=offered, now=LATER)
    again = waitlists.take_offer(booking=offered, now=LATER)
    assert (booked.status, again.pk) == ("CONFIRMED", booked.pk)
    assert list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.django_db
def test_an_offer_that_runs_out_goes_to_the_next_and_then_to_everybody(salon: Salon) -> None:
    taken = fill(salon)
    eva, ida = wait(salon, "Eva"), wait(salon, "Ida")
    cancel(taken[3], salon)
    waitlists.offer_what_came_free(now=LATER)

    assert waitlists.expire_offers(now=AN_HOUR_LATER) == 1
    waitlists.offer_what_came_free(now=AN_HOUR_LATER)
    assert states() == {"Eva": "WAITING", "Ida": "OFFERED"}
    with pytest.raises(waitlists.OfferGone):
        waitlists.take_offer(booking=eva.booking, now=AN_HOUR_LATER)

    waitlists.refuse_offer(booking=ida.booking, now=AN_HOUR_LATER)
    assert waitlists.offer_what_came_free(now=AN_HOUR_LATER) == 0
    sam = make_booking(
        service=salon.cut, starts_at=taken[3].starts_at, now=AN_HOUR_LATER, email="sam@example.com"
    )
    assert sam.status == "CONFIRMED"
    assert list(find_all(business_id=None, now=AN_HOUR_LATER)) == []


@pytest.mark.django_db
def test_whoever_waits_for_ana_is_not_offered_ben(salon: Salon) -> None:
    taken = fill(salon)
    at_ana, at_ben = taken[0], taken[12]
    wait(salon, "Eva", resource_id=salon.ana.resource_id)

    cancel(at_ben, salon)
    assert waitlists.offer_what_came_free(now=LATER) == 0
    cancel(at_ana, salon)
    assert waitlists.offer_what_came_free(now=LATER) == 1

    kept = Occupancy.objects.get(session__bookings__contact_name="Eva")
    assert kept.resource_id == salon.ana.resource_id


@pytest.mark.django_db
def test_where_times_are_free_there_is_no_line(salon: Salon) -> None:
    with pytest.raises(waitlists.TimesAreFree) as free:
        wait(salon, "Eva")

    assert free.value.starts[0] == salon.at(26, 9)
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_what_the_team_decides_about_is_asked_for_not_waited_for(salon: Salon) -> None:
    with pytest.raises(bookings.NotBookable):
        waitlists.wait_for_time(
            choice=choose(service=salon.bridal),
            wish=THURSDAY,
            details=WaitingDetails(name="Eva", email="eva@example.com"),
            visitor=make_visitor(),
            now=NOW,
        )


@pytest.mark.django_db
def test_nobody_waits_twice_for_a_day_nor_for_one_that_is_over(salon: Salon) -> None:
    fill(salon)
    wait(salon, "Eva")

    with pytest.raises(waitlists.AlreadyInLine):
        wait(salon, "Eva", Wish(date(2026, 11, 26), date(2026, 11, 26), 720, 1020))
    with pytest.raises(waitlists.WishIsOver):
        wait(salon, "Ida", Wish(date(2026, 11, 23), date(2026, 11, 23)))


@pytest.mark.django_db
def test_nobody_waits_for_hours_that_are_closed(salon: Salon) -> None:
    fill(salon)

    with pytest.raises(waitlists.WishIsClosed):
        wait(salon, "Eva", Wish(date(2026, 11, 26), date(2026, 11, 26), 1080, 1440))


@pytest.mark.django_db
def test_a_line_ends_where_the_owner_says(salon: Salon) -> None:
    fill(salon)
    type(salon.policy).objects.update(waitlist_capacity=1)
    salon.cut.refresh_from_db()
    wait(salon, "Eva")

    with pytest.raises(waitlists.LineIsFull):
        wait(salon, "Ida")


@pytest.mark.django_db
def test_leaving_gives_an_offered_time_back(salon: Salon) -> None:
    taken = fill(salon)
    eva = wait(salon, "Eva")
    cancel(taken[3], salon)
    waitlists.offer_what_came_free(now=LATER)

    left = waitlists.leave_waitlist(booking=eva.booking, by=None, now=LATER)

    assert (left.status, states()) == ("CANCELED", {"Eva": "LEFT"})
    assert not Occupancy.objects.filter(session_id=left.session_id or 0).exists()
    assert list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.django_db
def test_whoever_waited_in_vain_hears_of_it_when_the_day_is_over(salon: Salon) -> None:
    fill(salon)
    eva = wait(salon, "Eva")

    assert waitlists.close_waitlists(now=salon.at(26, 23, 59)) == 0
    assert waitlists.close_waitlists(now=salon.at(27, 0)) == 1

    assert Booking.objects.get(pk=eva.booking_id).status == "DECLINED"
    assert states() == {"Eva": "LEFT"}
    assert list(find_all(business_id=None, now=salon.at(27, 0))) == []


@pytest.mark.django_db
def test_the_team_gives_a_time_to_whom_it_wants(salon: Salon) -> None:
    taken = fill(salon)
    eva, ida = wait(salon, "Eva"), wait(salon, "Ida")
    cancel(taken[3], salon)

    waitlists.give_time(booking=ida.booking, starts_at=taken[3].starts_at, by=salon.olga, now=LATER)

    assert states() == {"Eva": "WAITING", "Ida": "ENROLLED"}
    with pytest.raises(bookings.SlotGone):
        waitlists.offer_time(
            booking=eva.booking, starts_at=taken[3].starts_at, by=salon.olga, now=LATER
        )
    assert list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.django_db
def test_the_team_changes_the_order_and_offers_at_once(salon: Salon) -> None:
    taken = fill(salon)
    _eva, ida = wait(salon, "Eva"), wait(salon, "Ida")
    waitlists.move_to_front(booking=ida.booking, now=LATER)
    assert get_booking_facts(booking_id=ida.booking_id).position_in_line == 1
    cancel(taken[3], salon)

    waitlists.offer_what_came_free(now=LATER)

    assert states() == {"Eva": "WAITING", "Ida": "OFFERED"}


def test_a_time_is_offered_only_to_somebody_who_waits(salon: Salon) -> None:
    booked = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    with pytest.raises(waitlists.NotInLine):
        waitlists.offer_time(booking=booked, starts_at=salon.at(27, 12), by=salon.olga, now=NOW)
