"""The pay page where a plan is one of the ways, and classes a plan cannot pay for."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from apps.bookings.models import Booking
from apps.catalog.models import AddOn, AddOnGroup, PricingPlan
from apps.checkout.models import CreditEntry, Order, PlanPurchase
from apps.prepaid import operations as prepaid
from apps.prepaid.links import plan_token
from tests.factories import NOW
from tests.factories.prepaid import book_with_plan, make_purchase
from tests.factories.studio import Studio, make_session, make_studio
from tests.pages import fields_of, fill, text_of
from tests.prepaid.books import assert_the_books_add_up, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def carl(client: Client, purchase: PlanPurchase) -> Client:
    client.get(f"/p/{plan_token(purchase)}")
    return client


def to_pay_page(client: Client, studio: Studio, *, people: int = 1) -> str:
    """Hold places of a class, send the details; return the address of the pay page."""
    session = make_session(studio, starts_at=studio.at(27, 18))
    held = client.post(f"/harbor/classes/{session.pk}/hold", {"people": str(people)})
    answer = fill(client, held["Location"])
    assert answer.status_code == 303, text_of(answer)
    return str(answer["Location"])


def press(client: Client, path: str, **typed: str) -> object:
    page = client.get(path)
    return client.post(path, {**fields_of(page), **typed})


def test_a_plan_is_the_first_way_and_its_card_says_what_it_uses(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    path = to_pay_page(carl, studio, people=2)

    page = carl.get(path)

    assert path == f"/book/{Booking.objects.get().draft_id}/pay"
    assert "10 visits left, this uses 2" in text_of(page)
    assert f'value="PLAN-{purchase.pk}" checked' in text_of(page)
    done = carl.post(path, {**fields_of(page), "way": f"PLAN-{purchase.pk}"})
    assert done["Location"] == f"/done/{Booking.objects.get().reference}/"
    assert fresh(purchase).balance == 8
    assert_the_books_add_up()


def test_one_may_still_pay_at_the_place(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    path = to_pay_page(carl, studio)

    carl.post(path, {**fields_of(carl.get(path)), "way": "IN_PERSON"})

    booking = Booking.objects.get()
    assert (booking.payment_option, booking.price) == ("OFFLINE", 1800)
    assert fresh(purchase).balance == 10


def test_a_plan_that_does_not_pay_is_shown_with_the_reason_and_cannot_be_chosen(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    prepaid.pause_plan(purchase_id=purchase.pk, revision=1, by=studio.olga, now=NOW)
    path = to_pay_page(carl, studio)

    page = carl.get(path)

    assert "It is paused." in text_of(page)
    assert f'value="PLAN-{purchase.pk}" disabled' in text_of(page)
    answer = carl.post(path, {**fields_of(page), "way": f"PLAN-{purchase.pk}"})
    assert (answer.status_code, Booking.objects.get().status) == (409, "CREATED")
    assert not CreditEntry.objects.filter(kind="USED").exists()


def test_somebody_elses_plan_is_never_used_by_its_number(
    carl: Client, purchase: PlanPurchase, ten: PricingPlan, studio: Studio
) -> None:
    evas = make_purchase(plan=ten, by=studio.olga, email="eva@example.com")
    path = to_pay_page(carl, studio)

    answer = carl.post(path, {**fields_of(carl.get(path)), "way": f"PLAN-{evas.pk}"})

    assert answer.status_code == 422
    assert (fresh(evas).balance, fresh(purchase).balance) == (10, 10)


def test_without_a_plan_of_ones_own_the_way_is_not_there(
    client: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    studio.flow.pays_online = True
    studio.flow.save()
    path = to_pay_page(client, studio)
    page = client.get(path)
    assert "PLAN-" not in text_of(page)

    answer = client.post(path, {**fields_of(page), "way": f"PLAN-{purchase.pk}"})

    assert (answer.status_code, fresh(purchase).balance) == (422, 10)
    assert not Order.objects.filter(booking__isnull=False).exists()


def test_a_plan_that_was_used_up_meanwhile_is_told_and_nothing_is_booked(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    path = to_pay_page(carl, studio, people=2)
    page = carl.get(path)
    prepaid.adjust_plan(
        purchase_id=purchase.pk, revision=1, visits=-9, reason="", by=studio.olga, now=NOW
    )

    answer = carl.post(path, {**fields_of(page), "way": f"PLAN-{purchase.pk}"})

    assert answer.status_code == 409
    assert "Your plan cannot pay for this. Too few visits are left" in text_of(answer)
    assert (Booking.objects.get().status, fresh(purchase).balance) == ("CREATED", 1)


def test_a_way_that_the_page_never_showed_is_refused(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    path = to_pay_page(carl, studio)

    answer = carl.post(path, {"way": f"PLAN-{purchase.pk}", "amounts": "x"})

    assert (answer.status_code, fresh(purchase).balance) == (422, 10)


def test_extras_that_cannot_be_paid_at_the_place_are_no_case_for_a_plan(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    studio.flow.pays_online, studio.flow.pays_in_person = True, False
    studio.flow.save()
    path = to_pay_page(carl, studio)
    mat = AddOn.objects.create(
        group=AddOnGroup.objects.create(service=studio.flow, name="Extras"), name="Mat", price=300
    )
    Booking.objects.get().add_ons.create(add_on=mat, name="Mat", price=300, duration_minutes=0)

    page = carl.get(path)

    assert f'value="PLAN-{purchase.pk}" disabled' in text_of(page)


@pytest.mark.parametrize(
    "columns", [{"price_kind": "FREE", "price": 0}, {"price_kind": "CUSTOM", "price_text": "Gifts"}]
)
def test_a_class_without_a_price_is_not_booked_with_a_plan(
    carl: Client, purchase: PlanPurchase, studio: Studio, columns: dict[str, object]
) -> None:
    for name, value in columns.items():
        setattr(studio.flow, name, value)
    studio.flow.save()
    path = f"/harbor/classes/{make_session(studio, starts_at=studio.at(27, 18)).pk}/"

    assert "Book with my plan" not in text_of(carl.get(path))
    assert "Ten classes" not in text_of(carl.get(f"{path}plan"))
    answer = carl.post(f"{path}plan")

    assert answer.status_code == 422
    assert "This cannot be paid with a plan." in text_of(answer)
    assert (Booking.objects.count(), fresh(purchase).balance) == (0, 10)


def test_what_was_used_up_between_the_look_and_the_tap_is_told(
    carl: Client, purchase: PlanPurchase, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another device takes the last visits while this one is being answered."""
    session = make_session(studio, starts_at=studio.at(27, 18))
    book = prepaid.book_with_plan

    def slower(**named: object) -> object:
        prepaid.adjust_plan(
            purchase_id=purchase.pk, revision=1, visits=-10, reason="", by=studio.olga, now=NOW
        )
        return book(**named)  # type: ignore[arg-type]

    monkeypatch.setattr(prepaid, "book_with_plan", slower)

    answer = carl.post(f"/harbor/classes/{session.pk}/plan")

    assert answer.status_code == 409
    words = "Your plan cannot pay for this. Too few visits are left: 0 visits left."
    assert words in text_of(answer)
    assert not Booking.objects.exists()


def test_taps_that_come_too_often_wait(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    starts = [studio.at(day, hour) for day in (26, 27, 28) for hour in range(8, 15)]
    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        codes = [
            carl.post(f"/harbor/classes/{make_session(studio, starts_at=at).pk}/plan").status_code
            for at in starts
        ]

    assert 429 in codes
    assert fresh(purchase).balance == 10 - codes.count(303)


def test_a_plan_elsewhere_is_no_plan_here(carl: Client, studio: Studio) -> None:
    sams = make_studio(slug="sams")
    session = make_session(sams, starts_at=sams.at(27, 18))
    foreign = make_purchase(plan=PricingPlan.objects.get(), by=studio.olga)

    answer = carl.post(f"/sams/classes/{session.pk}/plan")

    assert (answer.status_code, fresh(foreign).balance) == (422, 10)
    assert book_with_plan(make_session(studio, starts_at=studio.at(28, 18)), foreign)
