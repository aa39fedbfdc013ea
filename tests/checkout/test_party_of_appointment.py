"""Fewer or more people come to an appointment: its time stays, its money follows (rules
B42, M35)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import CannotJoin, Details, TooManyPeople
from apps.catalog.models import BookingPolicy, Service
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, Refund
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.queries.party import plan_party
from apps.classes.queries.party import Obstacle, PartyFixed
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_draft
from tests.factories.money import check_out, pay_in_sandbox, work
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def carl(salon: Salon) -> Booking:
    """Carl and his sons, three cuts of €48.00 in one appointment, paid online."""
    BookingPolicy.objects.update(max_participants=4)
    draft = make_draft(service=salon.cut, starts_at=salon.at(27, 10), now=NOW, party_size=3)
    prepared = bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name="Carl Vogt", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    check_out(prepared, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    return Booking.objects.select_related("service__business").get(pk=draft.pk)


def change(booking: Booking, people: int, *, now: Any = LATER) -> Booking:
    fresh = Booking.objects.select_related("service__business").get(pk=booking.pk)
    planned = plan_party(booking=fresh, wanted={0: people}, now=now)
    return checkout.change_party(
        booking=fresh,
        wanted={0: people},
        revision=fresh.revision,
        seen_price=planned.money.price,
        now=now,
    )


def test_fewer_people_get_their_share_back_and_the_time_stays(carl: Booking) -> None:
    before = list(Occupancy.objects.order_by("pk").values_list("starts_at", "ends_at"))

    change(carl, 2)
    work(LATER)

    carl.refresh_from_db()
    assert (carl.party_size, carl.price, carl.paid) == (2, 9600, 9600)
    assert Refund.objects.get().amount == 4800
    assert list(Occupancy.objects.order_by("pk").values_list("starts_at", "ends_at")) == before
    assert list(find_all(business_id=None, now=LATER)) == []


def test_more_people_are_owed_up_to_the_limit_and_until_it_begins(carl: Booking) -> None:
    with pytest.raises(TooManyPeople):
        change(carl, 5)
    with pytest.raises(CannotJoin):
        change(carl, 4, now=carl.starts_at)

    change(carl, 4)

    carl.refresh_from_db()
    assert (carl.party_size, carl.price, carl.payment_status) == (4, 19200, "PARTIALLY_PAID")
    assert list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.parametrize("columns", [{"requires_approval": True}, {"min_participants": 2}])
def test_what_the_team_answers_or_what_waits_for_people_stays(
    carl: Booking, columns: dict[str, Any]
) -> None:
    Service.objects.filter(pk=carl.service_id).update(pays_online=False, deposit=None, **columns)

    with pytest.raises(PartyFixed) as no:
        change(carl, 2)
    assert no.value.obstacle is Obstacle.FIXED


def test_the_page_offers_it_and_promises_no_free_place(client: Client, carl: Booking) -> None:
    client.get(f"/m/{bookings.create_access_link(booking=carl, now=NOW)}")
    path = f"/manage/{carl.reference}/people"
    assert f'href="{path}"' in text_of(client.get(f"/manage/{carl.reference}/"))

    check = client.get(path, {"people": "1"})
    assert "You get back" in text_of(check)
    assert "Places that become free" not in text_of(check)
    client.post(path, {**fields_of(check), "people": "1"})

    carl.refresh_from_db()
    assert (carl.party_size, carl.paid) == (1, 4800)
