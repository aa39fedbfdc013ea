"""What is still open with a booking stands in its row of My bookings: what is owed, what is
awaited, what was wished for, what can be taken (rules M34, B37, B38)."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.wishes import Wish
from apps.checkout import operations as checkout
from apps.checkout.models import Payment
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon, make_booking, make_request
from tests.pages import text_of
from tests.self_service.test_own_data import signed_in
from tests.waitlists.test_times import THURSDAY, cancel, fill, wait

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def words_of(page: Any) -> str:
    return " ".join(strip_tags(text_of(page)).replace("\xa0", " ").split())


def row_of(page: Any, booking: Booking) -> str:
    """The words of the row of a booking."""
    part = text_of(page).split(f'<li data-booking-reference="{booking.reference}"')[1]
    return " ".join(strip_tags(part.partition("</li>")[0].partition(">")[2]).split())


def cancel_late(salon: Salon, day: int = 26) -> Booking:
    """Carl cancels ten minutes ago, too late, what he would have paid at the salon."""
    salon.policy.fee_windows = [[10 * 24 * 60, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(day, 10), now=NOW)
    bookings.cancel_own(
        booking_id=booking.pk,
        business_id=booking.business_id,
        revision=booking.revision,
        seen_fee=2400,
        now=NOW - timedelta(minutes=10),
    )
    checkout.finish_cancellations(now=NOW)
    return booking


def test_a_fee_that_is_owed_stands_first_with_a_button_to_pay(client: Client, salon: Salon) -> None:
    ahead = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    owed = cancel_late(salon)

    page = signed_in(client).get("/me/")

    assert text_of(page).index(owed.reference) < text_of(page).index(ahead.reference)
    assert 'id="part-1">To pay</h2>' in text_of(page)
    assert "The cancellation fee is €24.00." in row_of(page, owed)
    assert "Pay €24.00 online" in row_of(page, owed)
    assert f'action="/manage/{owed.reference}/pay"' in text_of(page)
    answer = client.post(f"/manage/{owed.reference}/pay")
    assert (answer.status_code, answer["Location"]) == (303, Payment.objects.get().url)
    assert "A payment is in progress." in row_of(client.get("/me/"), owed)
    assert "/pay" not in text_of(client.get("/me/"))


def test_a_device_that_only_remembers_a_booking_learns_of_no_fee(
    client: Client, salon: Salon
) -> None:
    owed = cancel_late(salon)
    client.get(f"/m/{bookings.create_access_link(booking=owed, now=NOW)}")
    client.post(f"/done/{owed.reference}/remember")
    del client.cookies[settings.SESSION_COOKIE_NAME]

    text = text_of(client.get("/me/"))

    assert "Cut and finish" in text
    assert "fee" not in text
    assert "To pay" not in text


def test_a_request_tells_that_nobody_has_answered(client: Client, salon: Salon) -> None:
    salon.cut.requires_approval = True
    salon.cut.save()
    asked = make_request(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    assert "Juniper Hair has not answered yet." in row_of(signed_in(client).get("/me/"), asked)


def test_a_move_that_was_asked_for_stands_there(client: Client, salon: Salon) -> None:
    salon.cut.requires_approval = True
    salon.cut.save()
    asked = make_request(service=salon.cut, starts_at=salon.at(26, 10, 15), now=NOW)
    carl = bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=salon.olga, now=NOW
    )
    bookings.ask_to_move(
        booking_id=carl.pk,
        business_id=carl.business_id,
        revision=carl.revision,
        starts_at=salon.at(27, 14),
        resource_id=None,
        now=NOW,
    )

    told = row_of(signed_in(client).get("/me/"), carl)

    assert "You asked for Fri 27 Nov, 14:00. Juniper Hair has not answered yet." in told


def test_a_better_time_that_was_wished_for_and_then_is_free(client: Client, salon: Salon) -> None:
    carl = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    taken = fill(salon)[3]
    waitlists.wish_for_better_time(
        booking=carl, revision=carl.revision, wish=THURSDAY, resource_id=None, now=NOW
    )
    signed_in(client)

    told = row_of(client.get("/me/"), carl)
    assert "You asked for a better time: Thursday 26 November, any time." in told

    cancel(taken, salon)
    waitlists.offer_better_times(now=NOW + timedelta(minutes=1))

    told = row_of(client.get("/me/"), carl)
    assert "A better time is free: Thu 26 Nov, 11:15" in told
    assert "You asked for a better time" not in told


def test_a_time_that_opened_up_for_whoever_waits(client: Client, salon: Salon) -> None:
    taken = fill(salon)[3]
    entry = wait(salon, "Carl", Wish(THURSDAY.first_on, THURSDAY.last_on))
    cancel(taken, salon)
    waitlists.offer_what_came_free(now=NOW + timedelta(minutes=1))

    told = row_of(signed_in(client).get("/me/"), entry.booking)

    assert "A time has opened up. It’s yours until" in told


@pytest.mark.parametrize("count", [1, 4])
def test_many_rows_cost_no_more_questions(
    client: Client, salon: Salon, count: int, django_assert_num_queries: Any
) -> None:
    for day in range(26, 26 + count):
        cancel_late(salon, day)
    signed_in(client)

    with django_assert_num_queries(9):
        assert text_of(client.get("/me/")).count("mine-pay") == count
