"""Links to one booking (rule S3)."""

from datetime import datetime, timedelta

import pytest

from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking
from tests.factories import NOW, make_booking, make_salon

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    salon = make_salon()
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def opened_by(token: str, *, now: datetime = NOW) -> Booking | None:
    link = bookings.exchange_link(token=token, now=now)
    return link.booking if link else None


def test_a_link_opens_its_booking_as_often_as_it_is_used(booking: Booking) -> None:
    token = bookings.create_access_link(booking=booking, now=NOW)

    opened = [opened_by(token) for _mail_scanner_and_human in range(3)]

    assert opened == [booking] * 3


def test_the_database_does_not_know_the_token(booking: Booking) -> None:
    token = bookings.create_access_link(booking=booking, now=NOW)

    link = AccessLink.objects.get()
    stored = " ".join(str(getattr(link, field.attname)) for field in AccessLink._meta.fields)
    assert token not in stored
    assert len(link.token_hash) == 64


def test_tokens_have_256_bits_and_nothing_in_common(booking: Booking) -> None:
    tokens = [bookings.create_access_link(booking=booking, now=NOW) for _ in range(50)]

    assert len(set(tokens)) == 50
    assert {len(token) for token in tokens} == {43}
    assert len({token[:6] for token in tokens}) == 50


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.upper(),
        lambda token: token + "=",
        lambda token: token + "\x00",
        lambda token: token[:0],
        lambda token: token * 250,
    ],
)
def test_a_token_that_is_not_quite_right_opens_nothing(booking: Booking, spoil: object) -> None:
    token = bookings.create_access_link(booking=booking, now=NOW)

    assert bookings.exchange_link(token=spoil(token), now=NOW) is None  # type: ignore[operator]


def test_a_link_ends_seven_days_after_the_visit(booking: Booking) -> None:
    token = bookings.create_access_link(booking=booking, now=NOW)
    end = booking.ends_at + timedelta(days=7)

    assert opened_by(token, now=end - timedelta(seconds=1)) == booking
    assert opened_by(token, now=end) is None


def test_a_revoked_link_is_dead_and_a_new_one_lives(booking: Booking) -> None:
    old = bookings.create_access_link(booking=booking, now=NOW)
    closed = bookings.revoke_links(booking=booking, now=NOW)
    new = bookings.create_access_link(booking=booking, now=NOW)

    assert closed == 1
    assert bookings.exchange_link(token=old, now=NOW) is None
    assert opened_by(new) == booking
