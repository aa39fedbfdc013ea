"""What is older than its business keeps it ends by itself, and nothing else does (rule D13)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from django.test import Client

from apps.bookings.models import Answer, Booking
from apps.customers.models import Customer
from apps.ledger.check import find_all
from apps.messages.models import Message
from apps.privacy import operations as privacy
from apps.privacy.models import PrivacyEntry, Retention
from apps.privacy.operations import retention
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.money import work
from tests.factories.prepaid import make_plan, make_purchase
from tests.pages import text_of
from tests.privacy.people import Zenobia, traces

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.detail]
NEVER = dict.fromkeys(Retention.PERIODS)
MONTH = timedelta(days=30)
LATER = NOW + timedelta(days=400)


def keep(salon: Salon, **months: int) -> None:
    known = Retention.objects.filter(business=salon.business).first()
    privacy.set_periods(
        periods={**NEVER, **months},
        revision=known.revision if known else 0,
        by=salon.olga,
        now=NOW,
    )


def expired() -> list[Mapping[str, int]]:
    """How much the worker has written down, by the order of its looks."""
    return [it.counts for it in PrivacyEntry.objects.filter(what="EXPIRED").order_by("pk")]


@pytest.fixture
def booked(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def test_nothing_ends_by_itself_until_it_was_saved(booked: Booking) -> None:
    assert privacy.keep_to_periods(now=LATER) == 0

    booked.refresh_from_db()
    assert booked.contact_name == "Carl Vogt"


def test_a_visit_ends_to_the_second_and_its_customer_with_it(salon: Salon, booked: Booking) -> None:
    keep(salon, contact_months=6)
    end = booked.ends_at + 6 * MONTH

    privacy.keep_to_periods(now=end)
    booked.refresh_from_db()
    assert booked.erased_at is None

    privacy.keep_to_periods(now=end + timedelta(seconds=1))
    booked.refresh_from_db()
    assert (booked.contact_name, Customer.objects.get().name) == ("Erased", "Erased")
    assert expired() == [{"bookings": 1, "people": 1}]


def test_a_second_look_finds_nothing_to_do(salon: Salon, booked: Booking) -> None:
    keep(salon, contact_months=6)

    assert [privacy.keep_to_periods(now=LATER) for _look in range(2)] == [1, 0]


def test_all_that_is_old_goes_and_the_books_stay_right(salon: Salon, zenobia: Zenobia) -> None:
    keep(salon, contact_months=6, unmet_months=6, sensitive_months=6, mail_months=6)

    privacy.keep_to_periods(now=LATER)

    # Her gift card still has its value, and whoever bought it may ask about it.
    kept = [it for it in traces() if "GiftCard" not in it and "GiftEntry" not in it]
    assert kept == []
    assert [str(it) for it in find_all(business_id=None, now=LATER)] == []


def test_a_customer_who_came_lately_stays_with_the_visit_of_then(
    salon: Salon, booked: Booking
) -> None:
    keep(salon, contact_months=6)
    Booking.objects.filter(pk=booked.pk).update(
        starts_at=booked.starts_at - 12 * MONTH, ends_at=booked.ends_at - 12 * MONTH
    )
    late = make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)

    privacy.keep_to_periods(now=NOW + timedelta(days=7))

    late.refresh_from_db()
    assert (late.contact_name, Customer.objects.get().name) == ("Carl Vogt", "Carl Vogt")
    assert Booking.objects.filter(erased_at=None).count() == 1


def test_a_live_plan_keeps_its_customer(salon: Salon) -> None:
    plan = make_purchase(plan=make_plan(services=[salon.cut], valid_days=None), by=salon.olga)
    keep(salon, contact_months=1)

    privacy.keep_to_periods(now=LATER)

    plan.customer.refresh_from_db()
    assert plan.customer.name == "Carl Vogt"


@pytest.mark.parametrize(("months", "gone"), [(1, True), (24, False)])
def test_what_came_to_nothing_has_a_time_of_its_own(
    salon: Salon, zenobia: Zenobia, months: int, *, gone: bool
) -> None:
    keep(salon, unmet_months=months)

    privacy.keep_to_periods(now=LATER)

    zenobia.canceled.refresh_from_db()
    zenobia.visit.refresh_from_db()
    assert (zenobia.canceled.erased_at is not None) is gone
    assert zenobia.visit.erased_at is None


def test_only_sensitive_answers_go_early(salon: Salon, booked: Booking) -> None:
    for sensitive in (True, False):
        Answer.objects.create(
            booking=booked, label="?", kind="SHORT", value="Yes", sensitive=sensitive
        )
    keep(salon, sensitive_months=1)

    privacy.keep_to_periods(now=LATER)

    assert [it.sensitive for it in Answer.objects.all()] == [False]
    assert expired() == [{"answers": 1}]


def test_the_text_of_mails_goes_and_that_they_were_sent_stays(
    salon: Salon, booked: Booking
) -> None:
    work(NOW + timedelta(minutes=20))
    sent = Message.objects.filter(status="SENT").count()
    keep(salon, mail_months=1)

    privacy.keep_to_periods(now=LATER)

    assert sent > 0
    assert Message.objects.filter(status="SENT", body_text="", subject="").count() == sent
    assert not Message.objects.filter(to_address="").exists()
    assert expired() == [{"mails": sent}]


def test_another_business_keeps_what_it_has(salon: Salon, booked: Booking) -> None:
    other = make_salon(slug="rosewood")
    make_booking(service=other.cut, starts_at=other.at(26, 10), now=NOW)
    keep(salon, contact_months=1)

    privacy.keep_to_periods(now=LATER)

    assert Booking.objects.filter(erased_at=None).get().business == other.business


def test_a_look_that_is_cut_short_is_made_good_at_the_next(
    salon: Salon, booked: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email="eva@example.com")
    keep(salon, contact_months=1)
    erase = retention._erase_booking

    def dies(booking_id: int, *, business: object, now: datetime) -> int:
        if booking_id != booked.pk:
            raise ValueError("killed")
        return erase(booking_id, business=booked.business, now=now)

    with monkeypatch.context() as broken:
        broken.setattr(retention, "_erase_booking", dies)
        privacy.keep_to_periods(now=LATER)
    half = Booking.objects.exclude(erased_at=None).count()
    privacy.keep_to_periods(now=LATER)

    assert (half, Booking.objects.exclude(erased_at=None).count()) == (1, 2)


def test_a_stale_page_changes_nothing(salon: Salon) -> None:
    keep(salon, contact_months=6)

    with pytest.raises(privacy.PeriodsChanged):
        privacy.set_periods(periods=NEVER, revision=0, by=salon.olga, now=NOW)

    assert Retention.objects.get().contact_months == 6


def test_where_nothing_was_set_the_public_page_promises_no_end(
    client: Client, salon: Salon
) -> None:
    page = text_of(client.get("/juniper/privacy/"))

    assert "are kept until you have them erased, or the business erases them." in page
