"""A fee that stays of what was paid in person: the rest is for the team to hand over, and nobody
reads of more than that (rules M11, M33)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils.html import strip_tags

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.ledger.check import find_all
from apps.self_service.queries.money import money_of
from tests.factories import NOW, Salon, make_booking
from tests.factories.bookings import cancel_as_customer
from tests.factories.money import work
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
FINAL = NOW + timedelta(minutes=10)
LATER = FINAL + timedelta(minutes=1)
STILL_HERE = (
    "Juniper Hair still has your €48.00: €24.00 is the fee, and we’ll e-mail you when the other "
    "€24.00 is refunded."
)


@pytest.fixture
def cancelled(salon: Salon) -> Booking:
    """Carl's cut, for which he had put €48.00 on the counter; half of it is the fee."""
    salon.policy.fee_windows = [[3 * 24 * 60, 5_000, None]]
    salon.policy.cancel_until_minutes = 0
    salon.policy.save()
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    work(NOW)
    mail.outbox.clear()
    booking.refresh_from_db()
    cancel_as_customer(booking, fee=2400, now=NOW)
    checkout.finish_cancellations(now=FINAL)
    work(FINAL)
    booking.refresh_from_db()
    return booking


def is_clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


def test_mail_and_page_tell_the_fee_and_what_is_still_to_come(cancelled: Booking) -> None:
    (told,) = [it for it in mail.outbox if it.to == ["carl@example.com"]]

    assert STILL_HERE in " ".join(told.body.split())
    assert money_of(booking=cancelled, now=FINAL).notes == (STILL_HERE,)
    assert is_clean()


def test_the_team_hands_over_what_is_not_the_fee_once(cancelled: Booking, salon: Salon) -> None:
    for _tap in range(2):
        checkout.refund_the_rest(booking_id=cancelled.pk, by=salon.olga, now=LATER)
    work(LATER)

    cancelled.refresh_from_db()
    assert (cancelled.paid, cancelled.returned) == (2400, 2400)
    notes = money_of(booking=cancelled, now=LATER).notes
    assert notes == ("€24.00 is refunded in person.", "€24.00 stays with Juniper Hair.")
    assert is_clean()


def test_the_list_names_both_amounts_and_then_nothing(
    cancelled: Booking, salon: Salon, client: Client
) -> None:
    client.force_login(salon.olga.user)
    path = f"/own/{salon.business.slug}/conflicts/"

    words = " ".join(strip_tags(text_of(client.get(path))).split())
    assert "Their cancellation fee of €24.00 stays with you." in words
    assert "Refund €24.00" in words
    assert "€48.00" not in words

    client.post(f"/own/{salon.business.slug}/bookings/{cancelled.reference}/leftover/", {"back": 1})
    assert cancelled.reference not in text_of(client.get(path))


def test_the_team_may_keep_all_of_it(cancelled: Booking, salon: Salon) -> None:
    checkout.keep_money(booking_id=cancelled.pk, by=salon.olga, now=LATER)

    notes = money_of(booking=cancelled, now=LATER).notes
    assert notes == ("€48.00 stays with Juniper Hair.",)
    assert is_clean()
