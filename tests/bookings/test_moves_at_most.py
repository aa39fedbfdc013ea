"""How often a customer may move one booking, by the policy frozen with it (rule B39)."""

from typing import Any

import pytest
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.policy import Reason
from apps.catalog.models import BookingPolicy
from apps.classes import operations as classes
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_request
from tests.factories.studio import join, make_session, make_studio
from tests.pages import text_of, times_url

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def booked(salon: Salon, *, most: int | None) -> Booking:
    """Thursday at 10:15, by a policy that lets it be moved so often."""
    BookingPolicy.objects.filter(pk=salon.policy.pk).update(max_moves=most)
    cut = type(salon.cut).objects.select_related("business", "policy").get(pk=salon.cut.pk)
    return make_booking(service=cut, starts_at=salon.at(26, 10, 15), now=NOW)


def move(booking: Booking, at: Any, **named: Any) -> Booking:
    booking.refresh_from_db()
    facts = {"revision": booking.revision, "resource_id": None, "by": None, "now": NOW}
    return bookings.move_booking(
        booking_id=booking.pk, business_id=booking.business_id, starts_at=at, **{**facts, **named}
    )


def page_of(client: Client, booking: Booking) -> str:
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    return text_of(client.get(f"/manage/{booking.reference}/"))


def test_once_is_once_and_the_team_is_not_bound(salon: Salon) -> None:
    carl = booked(salon, most=1)
    move(carl, salon.at(27, 14))

    with pytest.raises(bookings.NotAllowed) as often:
        move(carl, salon.at(28, 9))
    moved = move(carl, salon.at(28, 9), by=salon.olga)

    assert often.value.reason is Reason.MOVED_OFTEN
    assert moved.starts_at == salon.at(28, 9)
    assert list(find_all(business_id=None, now=NOW)) == []


def test_what_the_team_moved_does_not_count(salon: Salon) -> None:
    carl = booked(salon, most=1)
    move(carl, salon.at(27, 14), by=salon.olga)

    assert move(carl, salon.at(28, 9)).starts_at == salon.at(28, 9)


def test_a_limit_that_came_later_does_not_bind_what_was_booked_before(salon: Salon) -> None:
    carl = booked(salon, most=None)
    BookingPolicy.objects.update(max_moves=1)
    move(carl, salon.at(27, 14))

    assert move(carl, salon.at(28, 9)).starts_at == salon.at(28, 9)


def test_the_same_tap_twice_is_one_move(salon: Salon) -> None:
    carl = booked(salon, most=1)
    first = carl.revision
    move(carl, salon.at(27, 14), revision=first)

    assert move(carl, salon.at(27, 14), revision=first).starts_at == salon.at(27, 14)


def test_a_move_that_the_team_agreed_to_counts_and_a_no_does_not(salon: Salon) -> None:
    BookingPolicy.objects.update(max_moves=1)
    salon.cut.requires_approval = True
    salon.cut.save()
    cut = type(salon.cut).objects.select_related("business", "policy").get(pk=salon.cut.pk)
    asked = make_request(service=cut, starts_at=salon.at(26, 10, 15), now=NOW)
    found = bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )
    named: Any = {"booking_id": found.pk, "business_id": found.business_id, "now": NOW}

    def ask(day: int) -> None:
        found.refresh_from_db()
        bookings.ask_to_move(
            **named, revision=found.revision, starts_at=salon.at(day, 14), resource_id=None
        )
        found.refresh_from_db()

    ask(27)
    bookings.decline_move(**named, revision=found.revision, by=salon.olga)
    ask(27)
    bookings.accept_move(**named, revision=found.revision, by=salon.olga)

    with pytest.raises(bookings.NotAllowed) as often:
        ask(28)
    assert often.value.reason is Reason.MOVED_OFTEN


def test_the_page_says_how_often(client: Client, salon: Salon) -> None:
    carl = booked(salon, most=2)
    assert "You can do that 2 times." in page_of(client, carl)

    move(carl, salon.at(27, 14))
    assert "You can do that one more time." in page_of(client, carl)

    move(carl, salon.at(28, 9))
    page = page_of(client, carl)
    assert "You have moved this booking 2 times, which is as often as you can do it yourself." in (
        page
    )
    assert '/move"' not in page
    answer = client.get(f"/manage/{carl.reference}/move")
    assert answer.status_code == 409


def test_it_is_said_before_anybody_books(client: Client, salon: Salon) -> None:
    BookingPolicy.objects.update(max_moves=1)

    page = text_of(client.get(times_url(salon.cut)))

    assert "You can move it once." in page


def test_without_a_limit_nothing_is_said(client: Client, salon: Salon) -> None:
    carl = booked(salon, most=None)

    page = page_of(client, carl)

    assert "You can move it yourself until Wed 25 Nov, 10:15." in page
    assert "You can do that" not in page


def test_classes_are_moved_as_often_and_no_oftener(client: Client, at_now: Any) -> None:
    studio = make_studio(max_moves=1)
    first, second, third = (
        make_session(studio, starts_at=studio.at(day, 18)) for day in (26, 27, 28)
    )
    carl = join(first)
    assert "Move to another day" in page_of(client, carl)
    classes.move_places(booking=carl, target=second, by=None, now=NOW)
    carl.refresh_from_db()

    assert "Move to another day" not in page_of(client, carl)
    with pytest.raises(bookings.CannotMove):
        classes.move_places(booking=carl, target=third, by=None, now=NOW)
    classes.move_places(booking=carl, target=third, by=studio.olga, now=NOW)
