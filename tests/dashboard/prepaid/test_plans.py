"""Plans on offer in the hands of an owner (rule M16)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.catalog.models import PricingPlan
from apps.checkout.models import PlanPurchase
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_salon
from tests.factories.prepaid import make_plan, make_purchase
from tests.pages import fields_of, text_of

pytestmark = pytest.mark.django_db
PLANS = "/own/juniper/plans/"
NEW = f"{PLANS}new/"


def typed(salon: Salon, **changes: Any) -> dict[str, Any]:
    """What Olga types of ten cuts for 400.00; None leaves a field out."""
    said = {
        "name": "Ten cuts",
        "summary": "For regulars",
        "kind": "PACKAGE",
        "credits": "10",
        "valid_days": "365",
        "period_months": "",
        "price": "400.00",
        "tax_rate": "19",
        "services": [str(salon.cut.pk)],
        "max_per_customer": "2",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def offered() -> PricingPlan:
    return PricingPlan.objects.get()


def test_a_package_is_offered_as_it_was_typed(olga: Client, salon: Salon) -> None:
    assert "No plans yet." in text_of(olga.get(PLANS))

    answer = olga.post(NEW, typed(salon))

    assert (answer.status_code, answer["Location"]) == (303, PLANS)
    plan = offered()
    assert (plan.kind, plan.slug, plan.price, plan.tax_rate) == (
        "PACKAGE",
        "ten-cuts",
        40000,
        1900,
    )
    assert (plan.credits, plan.valid_days, plan.period_months) == (10, 365, None)
    assert (plan.max_per_customer, plan.hidden) == (2, False)
    assert list(plan.services.all()) == [salon.cut]
    page = text_of(olga.get(PLANS))
    for words in ("Ten cuts", "€400.00", "10 visits. Valid for 365 days.", "No customers"):
        assert words in page


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        ("CREDITS", (4, None, 1)),
        ("UNLIMITED", (None, None, 1)),
    ],
)
def test_a_kind_takes_of_the_form_what_it_has(
    olga: Client, salon: Salon, kind: str, terms: tuple[int | None, ...]
) -> None:
    said = typed(salon, kind=kind, credits="4", valid_days="3", period_months="1")

    assert olga.post(NEW, said).status_code == 303

    plan = offered()
    assert (plan.credits, plan.valid_days, plan.period_months) == terms


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Enter a name."),
        ({"kind": None}, "Choose a type."),
        ({"price": ""}, "Enter the price."),
        ({"price": "four hundred"}, "Enter an amount like 12.50."),
        ({"price": "400.005"}, "Enter an amount with at most 2 decimals."),
        ({"tax_rate": "51"}, "Enter a rate from 0 to 50"),
        ({"credits": ""}, "Enter the number of visits."),
        ({"valid_days": "6"}, "A pass is valid for at least 7 days."),
        ({"kind": "CREDITS"}, "Enter the number of months per payment."),
        ({"services": None}, "Choose what it covers."),
    ],
)
def test_mistakes_are_named_and_the_text_is_kept(
    olga: Client, salon: Salon, changes: dict[str, Any], words: str
) -> None:
    page = olga.post(NEW, typed(salon, **changes))

    assert page.status_code == 422
    assert words in text_of(page)
    assert fields_of(page)["summary"] == "For regulars"
    assert not PricingPlan.objects.exists()


def test_a_free_plan_is_a_plan(olga: Client, salon: Salon) -> None:
    assert olga.post(NEW, typed(salon, price="0")).status_code == 303

    assert offered().price == 0


def test_what_has_to_be_approved_is_no_choice_and_the_page_says_so(
    olga: Client, salon: Salon
) -> None:
    page = olga.post(NEW, typed(salon, services=[str(salon.bridal.pk)]))

    assert page.status_code == 422
    assert "cannot be paid with plans: Bridal trial." in text_of(page)


def test_services_of_another_business_are_no_choice(olga: Client, salon: Salon) -> None:
    other = make_salon(slug="other")

    assert olga.post(NEW, typed(salon, services=[str(other.cut.pk)])).status_code == 422
    assert not PricingPlan.objects.exists()


def test_two_plans_of_one_name_have_two_addresses(olga: Client, salon: Salon) -> None:
    olga.post(NEW, typed(salon))
    olga.post(NEW, typed(salon))

    slugs = PricingPlan.objects.order_by("pk").values_list("slug", "position")
    assert list(slugs) == [("ten-cuts", 0), ("ten-cuts-2", 1)]


def test_a_plan_is_changed_and_who_has_it_keeps_the_old_terms(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])
    purchase = make_purchase(plan=plan, by=salon.olga)
    address = f"{PLANS}{plan.pk}/"
    assert fields_of(olga.get(address))["price"] == "160.00"

    said = typed(salon, revision="1", name="Twelve", credits="12", price="180", hidden="on")
    answer = olga.post(address, said)

    assert (answer.status_code, answer["Location"]) == (303, f"{address}?saved=1")
    plan.refresh_from_db()
    assert (plan.name, plan.credits, plan.price, plan.revision) == ("Twelve", 12, 18000, 2)
    assert (plan.slug, plan.kind, plan.hidden) == ("ten-classes", "PACKAGE", True)
    purchase.refresh_from_db()
    assert (purchase.name, purchase.credits, purchase.price) == ("Ten classes", 10, 16000)
    assert "Only at the desk" in text_of(olga.get(PLANS))


def test_the_kind_of_a_plan_cannot_be_changed(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut], kind="UNLIMITED")

    said = typed(salon, revision="1", kind="PACKAGE", period_months="3")
    assert olga.post(f"{PLANS}{plan.pk}/", said).status_code == 303

    plan.refresh_from_db()
    assert (plan.kind, plan.credits, plan.period_months) == ("UNLIMITED", None, 3)


def test_who_is_slower_sees_what_changed_and_keeps_the_text(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])
    address = f"{PLANS}{plan.pk}/"
    olga.post(address, typed(salon, revision="1", name="Twelve", price="180"))

    page = olga.post(address, typed(salon, revision="1", name="Fifteen", price="200"))

    assert page.status_code == 409
    assert "Somebody else has changed this plan." in text_of(page)
    assert "<b>Twelve</b>, €180.00" in text_of(page)
    kept = fields_of(page)
    assert (kept["name"], kept["price"], kept["revision"]) == ("Fifteen", "200", "2")
    plan.refresh_from_db()
    assert plan.name == "Twelve"
    assert olga.post(address, typed(salon, **{**kept, "services": [salon.cut.pk]})).status_code == (
        303
    )


def test_a_mistake_in_a_change_is_named(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])

    page = olga.post(f"{PLANS}{plan.pk}/", typed(salon, revision="1", credits=""))

    assert page.status_code == 422
    assert "Enter the number of visits." in text_of(page)
    plan.refresh_from_db()
    assert (plan.credits, plan.revision) == (10, 1)


def test_a_plan_is_sold_no_more(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])
    make_purchase(plan=plan, by=salon.olga)
    address = f"{PLANS}{plan.pk}/"

    answer = olga.post(f"{address}retire/", {"revision": "1"})

    assert (answer.status_code, answer["Location"]) == (303, PLANS)
    plan.refresh_from_db()
    assert (plan.retired_at, plan.revision) == (timezone.now(), 2)
    page = text_of(olga.get(PLANS))
    assert "No longer sold" in page
    assert "1 customer" in page
    assert f"{plan.pk}/sell/" not in page
    assert "Not sold since Tuesday 24 November 2026." in text_of(olga.get(address))
    assert PlanPurchase.objects.get().status == "ACTIVE"


def test_a_retired_plan_is_not_changed(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut], retired_at=NOW)
    address = f"{PLANS}{plan.pk}/"

    answers = [
        olga.post(address, typed(salon, revision="1", name="Twelve")),
        olga.post(f"{address}retire/", {"revision": "1"}),
    ]

    assert [it.status_code for it in answers] == [409, 409]
    plan.refresh_from_db()
    assert (plan.name, plan.revision) == ("Ten classes", 1)


@pytest.mark.parametrize(("revision", "status"), [("7", 409), ("", 422), ("x", 422)])
def test_an_old_page_does_not_retire(
    olga: Client, salon: Salon, revision: str, status: int
) -> None:
    plan = make_plan(services=[salon.cut])

    page = olga.post(f"{PLANS}{plan.pk}/retire/", {"revision": revision})

    assert page.status_code == status
    plan.refresh_from_db()
    assert plan.retired_at is None


def test_a_plan_of_another_business_is_not_found(olga: Client) -> None:
    foreign = make_plan(services=[make_salon(slug="other").cut])

    answers = [
        olga.get(f"{PLANS}{foreign.pk}/"),
        olga.post(f"{PLANS}{foreign.pk}/", {"revision": "1"}),
        olga.post(f"{PLANS}{foreign.pk}/retire/", {"revision": "1"}),
        olga.get(f"{PLANS}{foreign.pk}/sell/"),
        olga.get(f"{PLANS}holders/?plan={foreign.pk}"),
    ]

    assert {it.status_code for it in answers} == {404}


def test_the_list_costs_the_same_with_one_row_and_with_three(olga: Client, salon: Salon) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(PLANS).status_code == 200
        return len(queries)

    make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)
    one = cost()
    for number in range(2):
        plan = make_plan(services=[salon.cut, salon.colour], slug=f"plan-{number}")
        make_purchase(plan=plan, by=salon.olga, email=f"{number}@example.com")

    assert cost() == one


def test_the_front_desk_sells_plans_and_changes_none(seat: Sit, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])
    desk = seat("FRONT_DESK")

    page = desk.get(PLANS)

    assert page.status_code == 200
    assert f"{PLANS}{plan.pk}/sell/" in text_of(page)
    assert NEW not in text_of(page)
    assert f'"{PLANS}{plan.pk}/"' not in text_of(page)
    assert desk.get(f"{PLANS}{plan.pk}/").status_code == 403


def test_plans_are_beside_the_codes_in_the_rail(olga: Client, seat: Sit) -> None:
    links = (f'href="{PLANS}"', 'href="/own/juniper/gift-cards/"')

    assert [it in text_of(olga.get("/own/juniper/")) for it in links] == [True, True]
    staff = text_of(seat("STAFF").get("/own/juniper/"))
    assert [it in staff for it in links] == [False, False]
