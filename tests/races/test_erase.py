"""Somebody is erased while they book: either they are still known, or the booking is of somebody
new; never is a booking ahead of nobody (rule D10)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.customers.models import Customer
from apps.ledger.check import find_all
from apps.privacy import operations as privacy
from apps.privacy.models import PrivacyEntry
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS, TAPS = 6, 4


@pytest.fixture
def salon(transactional_db: None) -> Salon:
    return make_salon()


def test_nobody_has_a_booking_ahead(salon: Salon) -> None:
    told: Counter[str] = Counter()
    for number in range(ROUNDS):
        email, at = f"carl{number}@example.com", salon.at(26, 9 + number)
        known = make_booking(service=salon.cut, starts_at=at, now=NOW, email=email)
        bookings.cancel_booking(
            booking_id=known.pk,
            business_id=known.business_id,
            revision=known.revision,
            by=salon.olga,
            now=NOW,
            reason="Ill",
        )
        at = salon.at(27, 9 + number)
        draft = make_draft(service=salon.cut, starts_at=at, now=NOW, visitor=email)
        told.update(_at_once(draft, email))

    assert set(told) <= {"booked", "erased", "again", "not yet"}
    ahead = Booking.objects.filter(status="CONFIRMED")
    assert [it.contact_name for it in ahead] == ["Carl Vogt"] * ROUNDS
    assert not ahead.filter(customer__erased_at__isnull=False).exists()
    assert [str(it) for it in find_all(business_id=None, now=NOW)] == []
    assert PrivacyEntry.objects.count() == Customer.objects.exclude(erased_at=None).count()


def _at_once(draft: Booking, email: str) -> list[str]:
    def act(number: int) -> str:
        try:
            return _book(draft, email) if number == 0 else _erase(draft.business_id, email)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TAPS) as pool:
        return list(pool.map(act, range(TAPS)))


def _book(draft: Booking, email: str) -> str:
    details = Details(name="Carl Vogt", email=email)
    bookings.submit_draft(draft_id=draft.draft_id, details=details, seen_price=draft.price, now=NOW)
    return "booked"


def _erase(business_id: int, email: str) -> str:
    try:
        entry = privacy.erase_mailbox(business_id=business_id, email=email, now=NOW)
    except privacy.StillOpen:
        return "not yet"
    return "erased" if entry else "again"
