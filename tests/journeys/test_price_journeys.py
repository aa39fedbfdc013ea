"""Olga prices a service and sees what a customer will see; Carl sees it (rules M5, M2)."""

import pytest
from playwright.sync_api import expect

from apps.catalog.models import Service
from tests.factories import Salon, make_variant
from tests.journeys.conftest import SCHEMES, OpenPage, expect_no_flaw, expect_page
from tests.journeys.test_customer_journeys import SCRIPTS

pytestmark = [pytest.mark.real_time, pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@SCRIPTS
def test_a_deposit_is_asked_for_and_the_customer_sees_it(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    page = open_page("/own/juniper/", member=salon.olga, scripts=scripts)
    page.locator("p").get_by_role("link", name="Services").click()
    expect_page(page, "Services")
    page.get_by_role("link", name="Cut and finish").click()
    expect_page(page, "Cut and finish")
    preview = page.locator("#preview")
    expect(preview).to_contain_text("€48.00 at the studio")

    page.get_by_label("Price in EUR").fill("40")
    page.get_by_role("checkbox", name="Online").check()
    page.get_by_label("Deposit in EUR").fill("12")
    page.get_by_label("Tax rate (%)").fill("19")
    if scripts:
        expect(preview).to_contain_text("€12.00 now, €28.00 at the studio")
        expect(preview).to_contain_text("incl. 19 % VAT €6.39")
        expect(page.locator("#announce")).to_contain_text("€12.00 now, €28.00 at the studio")
        page.get_by_label("Deposit in EUR").fill("40")
        expect(preview).to_contain_text("A deposit must be less than the lowest price")
        page.get_by_label("Deposit in EUR").fill("12")
        expect(preview).to_contain_text("€12.00 now")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved. This applies from now on.")).to_be_visible()
    expect(preview).to_contain_text("€12.00 now, €28.00 at the studio")
    if scripts:
        expect_no_flaw(page)
    carl = open_page("/juniper/", scripts=scripts)
    expect(carl.get_by_role("link", name="Cut and finish")).to_contain_text("€40.00")


@SCRIPTS
@pytest.mark.long
def test_only_what_the_kind_of_price_asks_for_is_shown(
    open_page: OpenPage, salon: Salon, *, scripts: bool
) -> None:
    path = f"/own/juniper/services/{salon.cut.pk}/payment/"
    page = open_page(path, member=salon.olga, scripts=scripts)
    expect(page.get_by_label("Words instead of a price")).to_be_hidden()

    page.get_by_text("On request", exact=True).click()

    expect(page.get_by_label("Price in EUR")).to_be_hidden()
    page.get_by_label("Words instead of a price").fill("after a first look")
    if scripts:
        expect(page.locator("#preview")).to_contain_text("after a first look")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#preview")).to_contain_text("after a first look")
    assert Service.objects.get(pk=salon.cut.pk).price_text == "after a first look"


@pytest.mark.long
def test_a_page_that_grew_old_keeps_what_was_typed(open_page: OpenPage, salon: Salon) -> None:
    path = f"/own/juniper/services/{salon.cut.pk}/payment/"
    page = open_page(path, member=salon.olga)
    expect_page(page, "Cut and finish")
    Service.objects.filter(pk=salon.cut.pk).update(price=5000, revision=2)

    page.get_by_label("Price in EUR").fill("60")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#stale")).to_be_focused()
    expect(page.locator("#stale")).to_contain_text("Now it is: €50.00, At the studio.")
    expect_no_flaw(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. This applies from now on.")).to_be_visible()
    assert Service.objects.get(pk=salon.cut.pk).price == 6000


@pytest.mark.long
def test_pages_about_prices_are_without_flaw(open_page: OpenPage, salon: Salon) -> None:
    make_variant(service=salon.colour, name="Shoulder length and below", price=7400)
    make_variant(service=salon.colour, name="Long", price=9400)
    Service.objects.filter(pk=salon.colour.pk).update(
        pays_online=True, deposit=2000, hidden=True, retired_at=salon.at(1, 9)
    )
    page = open_page("/own/juniper/services/", member=salon.olga)
    expect_no_flaw(page, schemes=SCHEMES)
    for service in (salon.colour, salon.bridal):
        page.goto(f"/own/juniper/services/{service.pk}/payment/")
        expect_no_flaw(page, schemes=SCHEMES)
    page.get_by_label("Price in EUR").fill("x")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect_no_flaw(page, schemes=SCHEMES)
