"""A service takes another length while somebody types: what they saw is what they get, also where
their hold ran out and the time is taken anew."""

from datetime import timedelta

import pytest

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.bookings.queries.drafts import is_time_gone
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_draft
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

LATER = NOW + timedelta(minutes=11)
SEEN = timedelta(minutes=45)
each_length = pytest.mark.parametrize("minutes", [30, 90])


def change_length(salon: Salon, minutes: int) -> None:
    salon.cut.duration_minutes = minutes
    salon.cut.pays_online = True
    salon.cut.save()


def require_as_seen(booking: Booking) -> None:
    booking.refresh_from_db()
    kept = Occupancy.objects.get(session__bookings=booking)
    assert (booking.status, booking.ends_at - booking.starts_at) == ("CONFIRMED", SEEN)
    assert (kept.starts_at, kept.ends_at) == (booking.starts_at, booking.ends_at)
    assert [str(it) for it in find_all(business_id=None, now=LATER)] == []


@each_length
def test_a_hold_that_ran_out_is_taken_again_as_long_as_it_was_seen(
    salon: Salon, minutes: int
) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    change_length(salon, minutes)

    booked = bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=draft.price,
        now=LATER,
    )

    require_as_seen(booked)


@each_length
def test_what_is_paid_for_after_the_hold_is_as_long_as_it_was_seen(
    salon: Salon, minutes: int
) -> None:
    salon.cut.pays_online = True
    salon.cut.save()
    draft = make_prepared(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    change_length(salon, minutes)

    check_out(draft, Way.FULL, now=LATER)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    require_as_seen(draft)


def test_a_time_is_not_gone_because_the_service_takes_longer_now(salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    for person in (salon.ana, salon.ben):
        make_booking(
            service=salon.cut,
            starts_at=salon.at(27, 10, 45),
            now=NOW,
            email=f"{person.pk}@example.com",
            resource_id=person.resource_id,
        )
    change_length(salon, 90)

    assert not is_time_gone(booking=draft, now=LATER)
