"""Numbers of receipts: one for each order with money, by business and year, without gaps
(rule M12)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Receipt, ReceiptCounter
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.pages import text_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


def take(salon: Salon, *, hour: int, at: datetime = LATER) -> Booking:
    booking = make_booking(
        service=salon.colour,
        starts_at=salon.at(26, hour),
        now=NOW,
        email=f"{salon.business.slug}{hour}@example.com",
    )
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=at)
    return booking


def numbers(salon: Salon) -> list[str]:
    return [str(it) for it in Receipt.objects.filter(business=salon.business).order_by("pk")]


def broken_rules() -> set[str]:
    return {finding.rule for finding in find_all(business_id=None, now=LATER)}


def test_money_in_person_and_online_count_in_one_row(salon: Salon) -> None:
    take(salon, hour=9)
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 13), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    assert numbers(salon) == ["2026-00001"]
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=LATER)
    work(LATER)

    assert numbers(salon) == ["2026-00001", "2026-00002"]
    assert broken_rules() == set()


def test_an_order_keeps_its_number_whatever_becomes_of_its_money(salon: Salon) -> None:
    booking = take(salon, hour=9)
    payment = Payment.objects.get()
    checkout.undo_mark_paid(booking_id=booking.pk, payment_id=payment.pk, by=salon.olga, now=LATER)
    booking.refresh_from_db()
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER)
    checkout.refund_order(
        booking_id=booking.pk, amount=7400, seen_refunded=0, reason="", by=salon.olga, now=LATER
    )

    assert numbers(salon) == ["2026-00001"]
    assert broken_rules() == set()


def test_every_business_counts_for_itself(salon: Salon) -> None:
    other = make_salon(slug="other")
    take(salon, hour=9)
    take(other, hour=9)

    assert numbers(salon) == numbers(other) == ["2026-00001"]


def test_the_year_is_that_of_the_business_s_calendar(salon: Salon) -> None:
    take(salon, hour=9, at=datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    take(salon, hour=13, at=datetime(2026, 12, 31, 23, 0, tzinfo=UTC))

    assert numbers(salon) == ["2026-00001", "2027-00001"]
    assert broken_rules() == set()


def test_what_is_not_paid_has_no_number(salon: Salon) -> None:
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 13), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.DECLINE, now=LATER)
    work(LATER)

    assert (Receipt.objects.count(), ReceiptCounter.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (lambda: Receipt.objects.filter(number=1).delete(), "receipts_have_no_gap"),
        (lambda: Receipt.objects.filter(number=2).update(number=3), "receipts_have_no_gap"),
        (lambda: ReceiptCounter.objects.update(last=3), "receipts_have_no_gap"),
        (lambda: ReceiptCounter.objects.all().delete(), "receipts_have_no_gap"),
        (lambda: Receipt.objects.filter(number=2).delete(), "money_has_a_receipt"),
    ],
)
def test_a_gap_is_found(salon: Salon, damage: Callable[[], object], rule: str) -> None:
    take(salon, hour=9)
    take(salon, hour=13)

    damage()

    assert rule in broken_rules()


def test_the_number_is_shown_where_the_money_is(salon: Salon, client: Client) -> None:
    booking = take(salon, hour=9)
    carl = Client()
    carl.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    pages = [
        text_of(carl.get(f"/manage/{booking.reference}/receipt")),
        text_of(client.get(f"/own/juniper/bookings/{booking.reference}/")),
        text_of(client.get("/own/juniper/money/")),
    ]

    assert ["2026-00001" in page for page in pages] == [True, True, True]


def test_money_from_before_there_were_numbers_is_numbered_by_age(salon: Salon) -> None:
    for hour, at in ((9, LATER), (13, NOW), (15, LATER)):
        take(salon, hour=hour, at=at)
    Receipt.objects.all().delete()
    ReceiptCounter.objects.all().delete()

    import_module("apps.checkout.migrations.0010_number_old_receipts").number_them(apps, None)

    found = Receipt.objects.order_by("number").values_list("number", "order__booking__starts_at")
    assert [(n, at.astimezone(UTC).hour + 1) for n, at in found] == [(1, 13), (2, 9), (3, 15)]
    assert broken_rules() == set()
