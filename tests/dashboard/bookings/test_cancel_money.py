"""What happens to the money stands on the page before the team cancels, and is what is done
(rule B35)."""

import re

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(salon: Salon) -> Booking:
    """Paid at the desk, €48.00; half of it is the fee by now."""
    salon.policy.fee_windows = [[3 * 24 * 60, 5_000, None]]
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    booking.refresh_from_db()
    return booking


def page_of(booking: Booking) -> str:
    return f"/own/juniper/bookings/{booking.reference}/"


def words(client: Client, booking: Booking) -> str:
    html = client.get(page_of(booking)).content.decode()
    form = re.search(r"<details[^>]*><summary>Cancel this booking.*?</details>", html, re.DOTALL)
    assert form is not None
    return " ".join(re.sub(r"<[^>]+>", " ", form[0]).split())


def cancel(client: Client, booking: Booking, **said: str) -> int:
    sent = {"revision": str(booking.revision), "reason": "", "seen_fee": "2400", **said}
    return client.post(f"{page_of(booking)}cancel/", sent).status_code


def test_the_owner_reads_it_before_the_tap(olga: Client, booking: Booking) -> None:
    told = words(olga, booking)

    for line in (
        "Paid €48.00",
        "Cancellation fee by the policy, now €24.00",
        "Refund everything €48.00 is refunded from your till: hand it over. Give a reason",
        "Charge the cancellation fee €24.00 is refunded from your till: hand it over. €24.00 stays",
        "Refund nothing €48.00 stays with you. Give a reason",
        "Up to €24.00; you can charge less.",
    ):
        assert line in told


def test_and_it_is_what_is_done(olga: Client, booking: Booking) -> None:
    assert cancel(olga, booking, money="POLICY", fee="10.00", reason="A regular") == 303

    booking.refresh_from_db()
    assert (booking.status, booking.paid, booking.cancellation_fee) == ("CANCELED", 1000, 1000)


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        ({"money": "KEEP"}, 422, "Say why: the policy says otherwise."),
        ({"money": "BACK"}, 422, "Say why: the policy says otherwise."),
        ({"money": "POLICY", "fee": "24.01"}, 422, "A fee can be lowered, not raised."),
        ({"money": "POLICY", "fee": "lots"}, 422, "Enter an amount like"),
        ({"money": "ALL"}, 422, "Select a valid choice"),
        ({"money": "POLICY", "seen_fee": "0"}, 409, "Here is how it stands now."),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    olga: Client, booking: Booking, said: dict[str, str], status: int, told: str
) -> None:
    sent = {"revision": str(booking.revision), "reason": "", "seen_fee": "2400", **said}
    answer = olga.post(f"{page_of(booking)}cancel/", sent)

    page = answer.content.decode()
    assert answer.status_code == status
    assert told in page
    booking.refresh_from_db()
    assert (booking.status, booking.paid) == ("CONFIRMED", 4800)
    if said["money"] in {"KEEP", "POLICY"}:
        assert re.search(f'value="{said["money"]}" checked', page)
    if "fee" in said:
        assert f'value="{said["fee"]}"' in page


def test_the_front_desk_cancels_and_leaves_the_money_to_whoever_may_refund(
    seat: Sit, booking: Booking
) -> None:
    desk = seat("FRONT_DESK")

    assert "What happens to the money" not in words(desk, booking)
    assert cancel(desk, booking, money="KEEP") == 303

    booking.refresh_from_db()
    assert (booking.status, booking.paid, booking.order.kept_at) == ("CANCELED", 4800, None)


def test_where_there_is_nothing_to_decide_nothing_is_asked(olga: Client, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    assert "What happens to the money" not in words(olga, booking)


def test_a_fee_of_what_was_not_paid_is_told_as_owed(olga: Client, salon: Salon) -> None:
    salon.policy.fee_windows = [[3 * 24 * 60, 5_000, None]]
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    told = words(olga, booking)

    assert "Charge no fee" in told
    assert "Charge the cancellation fee €24.00 is still to be paid." in told
    assert "Refund nothing" not in told
