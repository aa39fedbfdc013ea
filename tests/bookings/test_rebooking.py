"""How often one customer may book one service (rules B46, S27)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.bookings.rebooking import RebookingLimit, may_book_again
from apps.catalog.models import BookingPolicy, Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.customers.models import Customer
from apps.ledger.check import find_all
from apps.waitlists import operations as waitlists
from apps.waitlists.operations.join import WaitingDetails
from tests.factories import NOW, Salon, make_booking, make_draft, make_request
from tests.factories.bookings import cancel_as_customer, make_visitor
from tests.factories.studio import join, make_session, make_studio
from tests.pages import DETAILS, fill, hold, text_of, times_url

DAY = timedelta(days=1)
CARL = "carl@example.com"
pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def limit(most: int | None, days: int | None = None) -> None:
    BookingPolicy.objects.update(rebooking_limit=most, rebooking_days=days)


def fresh(service: Service) -> Service:
    return Service.objects.select_related("business", "policy").get(pk=service.pk)


def book(salon: Salon, day: int, hour: int = 10, **named: Any) -> Booking:
    service = fresh(named.pop("service", salon.cut))
    facts: dict[str, Any] = {"starts_at": salon.at(day, hour, 15), "now": NOW, **named}
    return make_booking(service=service, **facts)


@pytest.mark.parametrize(
    ("most", "days", "made", "allowed", "opens"),
    [
        (1, None, [], True, None),
        (1, None, [400], False, None),
        (2, None, [400], True, None),
        (1, 30, [31], True, None),
        (1, 30, [30], True, None),
        (1, 30, [29], False, 1),
        (2, 30, [29, 1], False, 1),
        (2, 30, [40, 1], True, None),
        (2, 30, [29, 20, 1], False, 10),
    ],
)
def test_the_rule(
    *, most: int, days: int | None, made: list[int], allowed: bool, opens: int | None
) -> None:
    times = [NOW - number * DAY for number in made]

    again = may_book_again(RebookingLimit(most, days), made=times, now=NOW)

    assert again.allowed is allowed
    assert again.opens_at == (None if opens is None else NOW + opens * DAY)


def test_without_a_limit_anybody_books_as_often_as_they_like() -> None:
    assert may_book_again(None, made=[NOW] * 50, now=NOW).allowed


def test_two_are_two_and_the_team_and_others_are_not_bound(salon: Salon) -> None:
    limit(2)
    book(salon, 26)
    book(salon, 27)

    with pytest.raises(bookings.BookedOften):
        book(salon, 28)
    book(salon, 28, name="Eva Lind", email="eva@example.com")
    book(salon, 28, 14, service=salon.colour)

    assert Booking.objects.filter(status="CONFIRMED").count() == 4
    assert list(find_all(business_id=None, now=NOW)) == []


def test_whoever_is_refused_gives_the_time_back(salon: Salon) -> None:
    limit(1)
    book(salon, 26)
    with pytest.raises(bookings.BookedOften):
        book(salon, 27)

    refused = Booking.objects.get(status="CREATED")

    assert not refused.is_held(NOW)


@pytest.mark.parametrize("spelt", ["Carl@Example.com".lower(), "carl+salon@example.com"])
def test_another_spelling_is_the_same_customer(salon: Salon, spelt: str) -> None:
    limit(1)
    book(salon, 26)

    with pytest.raises(bookings.BookedOften):
        book(salon, 27, email=spelt)


def test_the_same_phone_is_the_same_customer(salon: Salon) -> None:
    limit(1)
    for address, day in (("a@example.com", 26), ("b@example.com", 27)):
        draft = make_draft(service=fresh(salon.cut), starts_at=salon.at(day, 10, 15), now=NOW)
        details = Details(name="Carl", email=address, phone="+4930123456")
        facts: Any = {"draft_id": draft.draft_id, "details": details, "seen_price": draft.price}
        if day == 26:
            bookings.submit_draft(**facts, now=NOW)
            continue
        with pytest.raises(bookings.BookedOften):
            bookings.submit_draft(**facts, now=NOW)


def test_a_cancelled_one_counts_until_it_cannot_be_taken_back(salon: Salon) -> None:
    limit(1)
    first = book(salon, 26)
    cancel_as_customer(first, now=NOW)

    with pytest.raises(bookings.BookedOften):
        book(salon, 27)
    later = NOW + timedelta(minutes=11)
    Booking.objects.filter(pk=first.pk).update(hold_expires_at=None)  # as the worker leaves it

    assert book(salon, 27, now=later).status == "CONFIRMED"


def test_a_declined_request_does_not_count(salon: Salon) -> None:
    limit(1)
    asked = make_request(service=fresh(salon.bridal), starts_at=salon.at(26, 10), now=NOW)
    bookings.decline_request(booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW)

    assert book(salon, 27, service=salon.bridal).status == "PENDING"


def test_a_window_ends_and_a_limit_of_today_counts_for_whoever_books_today(salon: Salon) -> None:
    book(salon, 26)
    limit(1, 2)

    with pytest.raises(bookings.BookedOften):
        book(salon, 27)

    assert book(salon, 28, now=NOW + 2 * DAY).status == "CONFIRMED"


def test_moving_and_sending_again_are_no_second_booking(salon: Salon) -> None:
    limit(1)
    carl = book(salon, 26)

    again = bookings.submit_draft(
        draft_id=carl.draft_id,
        details=Details(name="Carl Vogt", email=CARL),
        seen_price=carl.price,
        now=NOW,
    )
    moved = bookings.move_booking(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        starts_at=salon.at(27, 14),
        resource_id=None,
        by=None,
        now=NOW,
    )

    assert (again.pk, moved.pk) == (carl.pk, carl.pk)
    assert moved.starts_at == salon.at(27, 14)


def test_the_line_is_asked_as_well_and_the_team_puts_in_whom_it_likes(at_now: datetime) -> None:
    studio = make_studio(rebooking_limit=1)
    first, second = (make_session(studio, starts_at=studio.at(day, 18)) for day in (26, 27))
    join(first, email=CARL)
    for number in range(second.capacity):
        join(second, email=f"guest{number}@example.com")
    details = WaitingDetails(name="Carl Vogt", email=CARL)
    choice = choose(service=fresh(studio.flow))
    facts: Any = {"choice": choice, "target": second, "details": details, "now": NOW}

    with pytest.raises(bookings.BookedOften):
        waitlists.join_waitlist(**facts, visitor=make_visitor("carl"))
    third = make_session(studio, starts_at=studio.at(28, 18))
    booking = classes.add_booking(
        choice=choice, target=third, details=details, by=studio.olga, now=NOW
    )

    assert booking.status == "CONFIRMED"


def test_a_place_from_the_line_is_not_one_too_many(at_now: datetime) -> None:
    studio = make_studio(rebooking_limit=1)
    first, second = (
        make_session(studio, starts_at=studio.at(day, 18), capacity=1) for day in (26, 27)
    )
    eva = join(second, email="eva@example.com")
    entry = waitlists.join_waitlist(
        choice=choose(service=fresh(studio.flow)),
        target=second,
        details=WaitingDetails(name="Carl Vogt", email=CARL),
        visitor=make_visitor("carl"),
        now=NOW,
    )
    carl = join(first, email=CARL)
    facts: Any = {"business_id": studio.business.pk, "by": studio.olga, "now": NOW}
    bookings.cancel_booking(booking_id=eva.pk, revision=eva.revision, **facts)

    with pytest.raises(bookings.BookedOften):
        waitlists.take_offer(booking=entry.booking, now=NOW)
    bookings.cancel_booking(booking_id=carl.pk, revision=carl.revision, **facts)

    assert waitlists.take_offer(booking=entry.booking, now=NOW).status == "CONFIRMED"


# Pages


def details_page(client: Client, salon: Salon, day: int) -> str:
    return hold(client, salon.cut, salon.at(day, 10, 15).astimezone(salon.business.zone))


def test_the_limit_is_told_before_anybody_books(client: Client, salon: Salon) -> None:
    limit(2, 30)

    times = text_of(client.get(times_url(salon.cut)))
    details = text_of(client.get(details_page(client, salon, 26)))

    for page in (times, details):
        assert "Each customer can book this 2 times within 30 days." in page


@pytest.mark.usefixtures("at_now")
def test_a_guest_who_types_an_address_learns_nothing_of_it(client: Client, salon: Salon) -> None:
    """What a blocked person reads is what somebody at the limit reads, to the letter."""
    limit(1, 30)
    book(salon, 26)
    address = details_page(client, salon, 27)
    assert "already booked" not in text_of(client.get(address))
    often = fill(client, address, {**DETAILS, "note": "ten minutes of words"})
    other = Client()
    blocked_at = details_page(other, salon, 28)
    Customer.objects.update(blocked=True)
    limit(9, 30)
    blocked = fill(other, blocked_at, {**DETAILS, "note": "ten minutes of words"})

    def notice(answer: Any) -> str:
        return text_of(answer).partition('<p class="note" role="status">')[2].partition("</p>")[0]

    assert (often.status_code, blocked.status_code) == (422, 422)
    assert notice(often) == notice(blocked)
    assert "This cannot be booked online." in notice(often)
    assert 'href="/me/sign-in/"' in notice(often)
    assert "ten minutes of words" in text_of(often)
    assert Booking.objects.filter(status="CONFIRMED").count() == 1


@pytest.mark.usefixtures("at_now")
def test_the_device_that_booked_is_told_early_and_what_can_be_done(
    client: Client, salon: Salon
) -> None:
    limit(1, 30)
    fill(client, details_page(client, salon, 26), DETAILS)
    address = details_page(client, salon, 27)

    refused = fill(client, address, DETAILS)

    assert refused.status_code == 422
    page = text_of(refused)
    assert "You have already booked this. You can book it again from" in page
    assert 'href="/me/"' in page
