"""The team offers a plan, sells it, and looks after it and a gift card."""

import pytest
from playwright.sync_api import Page, expect

from apps.catalog.models import PricingPlan
from apps.checkout.models import PlanPurchase
from apps.prepaid import operations as prepaid
from tests.factories import NOW, Salon
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def offer_ten_cuts(page: Page) -> None:
    page.get_by_role("link", name="Create your first plan").click()
    expect_page(page, "New plan")
    page.get_by_label("Name", exact=True).fill("Ten cuts")
    page.get_by_text("Membership: unlimited visits").click()
    expect(page.get_by_label("Visits", exact=True)).to_be_hidden()
    expect(page.get_by_label("Months per payment")).to_be_visible()
    page.get_by_text("Pass: a number of visits").click()
    expect(page.get_by_label("Months per payment")).to_be_hidden()
    page.get_by_label("Visits", exact=True).fill("10")
    page.get_by_label("Price in EUR").fill("400")
    page.get_by_text("Cut and finish").click()
    page.get_by_role("button", name="Offer plan").click()
    expect_page(page, "Plans")


@SCRIPTS
def test_a_plan_is_offered_sold_corrected_and_ended(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/own/juniper/plans/", member=salon.olga, scripts=scripts)
    offer_ten_cuts(page)

    page.get_by_role("link", name="Sell Ten cuts").click()
    expect_page(page, "Sell Ten cuts")
    page.get_by_label("Name").fill("Carl Vogt")
    page.get_by_label("E-mail").fill("carl@example.com")
    page.get_by_role("button", name="Sell for €400.00").click()
    expect_page(page, "Carl Vogt")
    page.get_by_text("Adjust visits").click()
    page.get_by_label("Number of visits").fill("2")
    page.get_by_label("Reason").first.fill("Two were used on paper")
    page.get_by_label("Change", exact=True).select_option("Remove visits")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".stub")).to_contain_text("8 visits left")
    page.get_by_text("End plan now").first.click()
    page.get_by_label("Amount to refund in EUR").fill("300")
    page.get_by_role("button", name="End plan now").click()

    expect(page.locator(".stub")).to_contain_text("Cancelled")
    expect(page.locator("#money")).to_contain_text("€300.00")
    purchase = PlanPurchase.objects.get()
    assert (purchase.status, purchase.balance) == ("CANCELED", 0)


@pytest.mark.long
def test_a_mistake_opens_the_form_where_it_was_made(open_page: OpenPage, salon: Salon) -> None:
    purchase = make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)
    page = open_page(f"/own/juniper/plans/held/{purchase.reference}/", member=salon.olga)

    page.get_by_text("Adjust visits").click()
    page.get_by_label("Number of visits").fill("11")
    page.get_by_label("Change", exact=True).select_option("Remove visits")
    page.get_by_label("Reason").first.fill("Counted on paper")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("#problem")).to_be_focused()
    expect(page.get_by_label("Number of visits")).to_have_value("11")
    expect_no_flaw(page)


@pytest.mark.long
def test_pages_about_plans_and_gift_cards_are_without_flaw(
    open_page: OpenPage, salon: Salon
) -> None:
    plan = make_plan(services=[salon.cut, salon.colour], name="Ten cuts and colours", hidden=True)
    old = make_plan(services=[salon.cut], slug="old", retired_at=NOW)
    purchase = make_purchase(plan=plan, by=salon.olga, email="a.very.long.address@example.com")
    prepaid.pause_plan(purchase_id=purchase.pk, revision=1, by=salon.olga, now=NOW)
    make_purchase(plan=PricingPlan.objects.get(pk=plan.pk), by=salon.olga)
    card = make_gift_card(by=salon.olga)
    page = open_page("/own/juniper/plans/", member=salon.olga)

    for path in (
        "plans/",
        "plans/new/",
        f"plans/{plan.pk}/",
        f"plans/{old.pk}/",
        f"plans/{plan.pk}/sell/",
        "plans/holders/",
        f"plans/held/{purchase.reference}/",
        "gift-cards/",
        "gift-cards/sell/",
        f"gift-cards/{card.reference}/",
    ):
        page.goto(f"/own/juniper/{path}")
        for summary in page.locator("main summary").all():
            summary.click()
        expect_no_flaw(page, schemes=SCHEMES)


@pytest.mark.long
def test_a_sale_with_mistakes_is_without_flaw(open_page: OpenPage, salon: Salon) -> None:
    page = open_page("/own/juniper/gift-cards/sell/", member=salon.olga)
    page.get_by_role("button", name="Take payment and issue card").click()

    expect(page.locator("#error-summary")).to_be_focused()
    expect_no_flaw(page)
    page.goto("/own/juniper/plans/new/")
    page.get_by_role("button", name="Offer plan").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect_no_flaw(page)
