"""Nobody chooses twice: changing the time, going back and booking again keep what was chosen."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.bookings.models import Booking
from apps.catalog.models import AddOn, AddOnGroup, BookingForm
from apps.checkout.models import PlanPurchase
from apps.prepaid.links import plan_token
from tests.factories import NOW, Salon, make_booking, make_hours, make_variant
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.studio import Studio, make_session, make_studio
from tests.pages import fill, hold, slots_of, text_of, times_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(db: None, at_now: Any) -> Studio:
    return make_studio()


def extras(salon: Salon) -> dict[str, Any]:
    """Everything there is to choose of a cut, as a form sends it."""
    long = make_variant(service=salon.cut, name="Long", price=6200, duration_minutes=60)
    make_variant(service=salon.cut, name="Short", price=4800)
    group = AddOnGroup.objects.create(service=salon.cut, name="Extras")
    wash = AddOn.objects.create(group=group, name="Wash", price=500, duration_minutes=15)
    salon.policy.max_participants = 3
    salon.policy.save()
    return {"variant": long.pk, "add_on": wash.pk, "people": 2, "staff": salon.ben.resource_id}


def test_change_time_keeps_everything_that_was_chosen(client: Client, salon: Salon) -> None:
    chosen = extras(salon)
    picker = client.get(times_url(salon.cut), {**chosen, "date": "2026-11-27"})
    held = client.post(
        "/juniper/hold", {**dict(picker.context["hold_fields"]), "slot": slots_of(picker)[3]}
    )
    details = client.get(held["Location"])

    back = client.get(details.context["back_url"])

    assert back.context["chosen_on"] == date(2026, 11, 27)
    assert back.context["hold_fields"] == picker.context["hold_fields"]
    assert "1 h 15 min, €129.00, Wash" in text_of(back)
    assert [it.label for it in back.context["staff"] if it.chosen] == ["Ben"]


def test_giving_the_time_back_keeps_it_too(client: Client, salon: Salon) -> None:
    at = salon.at(27, 10).astimezone(salon.business.zone)
    address = hold(client, salon.cut, at)

    answer = client.post(f"{address}release")

    assert (answer.status_code, answer["Location"]) == (
        303,
        f"{times_url(salon.cut)}?date=2026-11-27",
    )


def test_a_booking_that_is_over_is_booked_again_as_it_was(client: Client, salon: Salon) -> None:
    chosen = extras(salon)
    picker = client.get(times_url(salon.cut), {**chosen, "date": "2026-11-27"})
    held = client.post(
        "/juniper/hold", {**dict(picker.context["hold_fields"]), "slot": slots_of(picker)[3]}
    )
    done = fill(client, held["Location"])
    Booking.objects.update(status="CANCELED")

    page = client.get(done["Location"].replace("done", "manage"))

    query = (
        f"variant={chosen['variant']}&add_on={chosen['add_on']}&people=2&staff={chosen['staff']}"
    )
    assert page.context["again_url"] == f"{times_url(salon.cut)}?{query}"


def test_another_person_jumps_to_the_first_day_that_has_times(client: Client, salon: Salon) -> None:
    make_hours(business=salon.business, resource=salon.ben.resource, weekdays=[5])
    picker = client.get(times_url(salon.cut), {"date": "2026-11-25"})
    assert 'name="near" value="2026-11-25" form="picks"' in text_of(picker)

    near = f"{times_url(salon.cut)}?near=2026-11-25&staff="
    ben = client.get(f"{near}{salon.ben.resource_id}")
    ana = client.get(f"{near}{salon.ana.resource_id}")

    assert ben.context["chosen_on"] == date(2026, 11, 28)
    assert slots_of(ben)[0].startswith("2026-11-28T09:00+01:00")
    assert ana.context["chosen_on"] == date(2026, 11, 25)


def test_a_person_with_times_before_the_shown_day_only_is_shown_there(
    client: Client, salon: Salon
) -> None:
    salon.policy.horizon_days = 9
    salon.policy.save()
    make_hours(business=salon.business, resource=salon.ben.resource, weekdays=[2])

    page = client.get(f"{times_url(salon.cut)}?near=2026-12-03&staff={salon.ben.resource_id}")

    assert page.context["chosen_on"] == date(2026, 11, 25)


def test_the_next_class_is_in_the_week_that_opens(client: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(25, 18))
    make_session(studio, starts_at=studio.at(30, 7))

    with time_machine.travel(studio.at(26, 12), tick=False):
        page = client.get("/harbor/classes/?class=flow")

    assert page.context["week"].first == date(2026, 11, 30)
    assert page.context["week"].count == 1
    assert page.context["earlier_url"] == "/harbor/classes/?week=2026-W48&class=flow"


def test_the_way_back_from_a_class_leads_to_its_week(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(39, 18))

    page = client.get(f"/harbor/classes/{session.pk}/")

    assert page.context["back_url"] == "/harbor/classes/?week=2026-W50"


def test_next_after_an_empty_week_is_a_class_that_is_wanted(client: Client, studio: Studio) -> None:
    make_session(studio, starts_at=studio.at(37, 7))
    make_session(studio, starts_at=studio.at(45, 18))

    week = client.get("/harbor/classes/?week=2026-W48&part=evening").context["week"]

    assert week.coming.starts_at == studio.at(45, 18)


def test_change_keeps_the_people_of_a_class(client: Client, studio: Studio) -> None:
    session = make_session(studio, starts_at=studio.at(25, 18))
    held = client.post(f"/harbor/classes/{session.pk}/hold", {"people": 2})

    details = client.get(held["Location"])

    assert details.context["back_url"] == f"/harbor/classes/{session.pk}/?people=2"


@pytest.fixture
def purchase(studio: Studio) -> PlanPurchase:
    return make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)


def test_book_with_my_plan_keeps_the_plan_where_more_is_asked(
    client: Client, studio: Studio, purchase: PlanPurchase
) -> None:
    BookingForm.objects.update(phone_rule="REQUIRED")
    session = make_session(studio, starts_at=studio.at(25, 18))
    client.get(f"/p/{plan_token(purchase)}")

    asked = client.post(f"/harbor/classes/{session.pk}/plan", {"people": 1})
    details = client.get(asked["Location"])
    assert details.context["form"]["name"].value() == "Carl Vogt"
    assert details.context["form"]["email"].value() == "carl@example.com"
    typed = {"name": "Carl Vogt", "email": "carl@example.com", "phone": "+12125550142"}
    paying = fill(client, asked["Location"], typed)
    till = client.get(paying["Location"])

    assert paying["Location"].endswith(f"/pay?way=PLAN-{purchase.pk}")
    assert [(it.value, it.chosen) for it in till.context["cards"]][:1] == [
        (f"PLAN-{purchase.pk}", True)
    ]
    assert "Book with my plan" in text_of(till)


def test_what_is_booked_meanwhile_does_not_matter_to_the_choice(
    client: Client, salon: Salon
) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(27, 9), now=NOW)

    page = client.get(times_url(salon.cut), {"near": "2026-11-27"})

    assert page.context["chosen_on"] == date(2026, 11, 27)
