"""Codes and gift cards on the page where the team sells a plan, without scripts."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from apps.catalog.models import PricingPlan
from apps.checkout.gifts import spell_code
from apps.checkout.models import Coupon, GiftCard, Order, Payment, PlanPurchase
from apps.prepaid import operations as prepaid
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_booking, make_member, make_salon
from tests.factories.coupons import make_coupon
from tests.factories.prepaid import make_gift_card, make_plan
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up

pytestmark = pytest.mark.django_db
CARL = {"name": "Carl Vogt", "email": "carl@example.com", "is_paid": "on"}


def page_of(plan: PricingPlan) -> str:
    return f"/own/juniper/plans/{plan.pk}/sell/"


def press(browser: Client, plan: PricingPlan, page: Any = None, **typed: str) -> Any:
    """Press a button of the page as it is, or of one that is opened."""
    fields = fields_of(page or browser.get(page_of(plan)))
    fields.pop("update", None)
    return browser.post(page_of(plan), {**fields, **CARL, **typed})


def sum_of(page: Any) -> list[str]:
    """The amounts of the table, from top to bottom."""
    table = text_of(page).partition('id="sum">')[2].partition("</table>")[0]
    return re.findall(r"<td>(?:− )?(€[0-9.]+|Nothing)</td>", table)


def test_without_any_code_or_card_nothing_is_asked(olga: Client, ten_visits: PricingPlan) -> None:
    assert "Code or gift card" not in text_of(olga.get(page_of(ten_visits)))


def test_the_new_amount_is_shown_and_then_it_is_sold(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon, gift_card: GiftCard
) -> None:
    number = spell_code(gift_card.code)
    assert "Code or gift card" in text_of(olga.get(page_of(ten_visits)))

    shown = press(olga, ten_visits, code="winter10", gift=number, update="1")

    assert (shown.status_code, PlanPurchase.objects.count()) == (200, 0)
    assert sum_of(shown) == ["€160.00", "€16.00", "€50.00", "€94.00"]
    assert 'value="Carl Vogt"' in text_of(shown)

    sold = press(olga, ten_visits, shown)

    purchase = PlanPurchase.objects.get()
    assert (sold.status_code, sold["Location"]) == (
        303,
        f"/own/juniper/plans/held/{purchase.reference}/?done=sold",
    )
    paid = Payment.objects.filter(order__purchase=purchase).order_by("pk")
    assert list(paid.values_list("kind", "captured")) == [("GIFT", 5000), ("IN_PERSON", 9400)]
    assert Order.objects.get(purchase=purchase).payment_status == "PAID"
    assert_the_books_add_up()


def test_nobody_has_to_be_named_to_see_the_new_amount(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    shown = press(olga, ten_visits, name="", email="", code="WINTER10", update="1")

    assert (shown.status_code, sum_of(shown)) == (200, ["€160.00", "€16.00", "€144.00"])
    assert text_of(shown).count("(optional)") == 3  # code, gift card, paid now
    assert press(olga, ten_visits, shown, name="").status_code == 422


@pytest.mark.parametrize("typed", [{"code": "WINTER10"}, {"gift": "card"}])
def test_a_code_that_was_not_shown_sells_nothing_yet(
    olga: Client,
    ten_visits: PricingPlan,
    winter10: Coupon,
    gift_card: GiftCard,
    typed: dict[str, str],
) -> None:
    typed = {name: gift_card.code if it == "card" else it for name, it in typed.items()}

    shown = press(olga, ten_visits, **typed)

    assert (shown.status_code, len(sum_of(shown))) == (200, 3)
    assert not PlanPurchase.objects.exists()
    assert press(olga, ten_visits, shown).status_code == 303


def test_a_code_that_is_taken_out_again_is_shown_as_well(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    shown = press(olga, ten_visits, code="WINTER10", update="1")

    without = press(olga, ten_visits, shown, code="")

    assert (without.status_code, sum_of(without)) == (200, [])
    assert "Sell for €160.00" in text_of(without)
    assert not PlanPurchase.objects.exists()


def test_what_the_card_does_not_pay_may_be_paid_later(
    olga: Client, ten_visits: PricingPlan, gift_card: GiftCard
) -> None:
    shown = press(olga, ten_visits, gift=gift_card.code, update="1")

    press(olga, ten_visits, shown, is_paid="")

    purchase, order = PlanPurchase.objects.get(), Order.objects.get(purchase__isnull=False)
    assert (purchase.status, order.payment_status) == ("ACTIVE", "PARTIALLY_PAID")
    held = olga.get(f"/own/juniper/plans/held/{purchase.reference}/")
    assert "Take €110.00" in text_of(held)
    assert_the_books_add_up()


def test_a_card_that_pays_all_leaves_nothing_to_be_said(
    olga: Client, salon: Salon, ten_visits: PricingPlan
) -> None:
    gift_card = make_gift_card(by=salon.olga, value=20000)

    shown = press(olga, ten_visits, gift=gift_card.code, update="1")

    assert sum_of(shown) == ["€160.00", "€160.00", "Nothing"]
    assert "Paid now, in person" not in text_of(shown)
    assert press(olga, ten_visits, shown).status_code == 303
    gift_card.refresh_from_db()
    assert gift_card.balance == 4000


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"code": "WINTER11"}, "We don’t recognise this code."),
        ({"code": "OTHER"}, "This code does not apply here."),
        (
            {"gift": "G-AAAA-BBBB-CCCC"},
            "We don’t recognise this gift card, or nothing is left on it.",
        ),
    ],
)
def test_a_wrong_one_is_named_beside_its_field_and_kept(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon, typed: dict[str, str], words: str
) -> None:
    make_coupon(business=ten_visits.business, code="OTHER", covers_plans=False)

    for button in ({}, {"update": "1"}):
        page = press(olga, ten_visits, **typed, **button)

        ((name, value),) = typed.items()
        assert (page.status_code, page.context["form"].errors) == (422, {name: [words]})
        kept = fields_of(page)
        assert (kept[name], kept["name"]) == (value, "Carl Vogt")
        assert (kept["used_code"], kept["used_gift"]) == ("", "")
    assert not PlanPurchase.objects.exists()


def test_a_code_that_this_customer_has_used_is_refused(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    press(olga, ten_visits, press(olga, ten_visits, code="WINTER10", update="1"))

    unnamed = press(olga, ten_visits, name="", email="", code="WINTER10", update="1")
    page = press(olga, ten_visits, unnamed)

    assert page.status_code == 422
    assert page.context["form"].errors == {"code": ["This customer has already used this code."]}
    assert (fields_of(page)["code"], PlanPurchase.objects.count()) == ("WINTER10", 1)


def test_the_form_sent_twice_sells_once(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon, gift_card: GiftCard
) -> None:
    shown = press(olga, ten_visits, code="WINTER10", gift=gift_card.code, update="1")

    answers = [press(olga, ten_visits, shown) for _time in range(2)]

    assert [it.status_code for it in answers] == [303, 303]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert PlanPurchase.objects.count() == 1
    assert_the_books_add_up()


def test_a_price_that_changed_meanwhile_is_shown_first(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    shown = press(olga, ten_visits, code="WINTER10", update="1")
    PricingPlan.objects.update(price=18000)

    page = press(olga, ten_visits, shown)

    assert page.status_code == 409
    assert "It now costs €162.00." in text_of(page)
    assert sum_of(page) == ["€180.00", "€18.00", "€162.00"]
    assert not PlanPurchase.objects.exists()
    assert press(olga, ten_visits, page).status_code == 303


def test_a_card_that_has_less_meanwhile_is_shown_first(
    olga: Client, ten_visits: PricingPlan, gift_card: GiftCard
) -> None:
    shown = press(olga, ten_visits, gift=gift_card.code, update="1")
    other = press(
        olga, make_plan(services=list(ten_visits.services.all()), slug="small", price=3000)
    )
    assert other.status_code == 303
    small = PricingPlan.objects.get(slug="small")
    press(olga, small, press(olga, small, gift=gift_card.code, update="1"))

    page = press(olga, ten_visits, shown)

    assert page.status_code == 409
    assert "The gift card has only €20.00 on it now; it was going to pay €50.00." in text_of(page)
    assert sum_of(page) == ["€160.00", "€20.00", "€140.00"]
    assert not PlanPurchase.objects.filter(plan=ten_visits).exists()
    assert press(olga, ten_visits, page).status_code == 303
    assert_the_books_add_up()


def test_the_numbers_stand_in_no_address(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon, gift_card: GiftCard
) -> None:
    asked = olga.get(f"{page_of(ten_visits)}?code=WINTER10&gift={gift_card.code}")
    shown = press(olga, ten_visits, code="WINTER10", gift=gift_card.code, update="1")
    sold = press(olga, ten_visits, shown)

    assert "WINTER10" not in text_of(asked)
    addresses = " ".join(re.findall(r'(?:href|action)="([^"]*)"', text_of(shown)))
    for number in ("WINTER10", gift_card.code, spell_code(gift_card.code)):
        assert number not in addresses + sold["Location"]
    assert 'method="get"' not in text_of(shown)


def test_a_free_plan_asks_for_neither(olga: Client, salon: Salon, winter10: Coupon) -> None:
    free = make_plan(services=[salon.cut], price=0)

    assert "Code or gift card" not in text_of(olga.get(page_of(free)))


def test_who_may_sell_may_use_them(ten_visits: PricingPlan, winter10: Coupon, seat: Sit) -> None:
    body = {"code": "WINTER10", "update": "1", "seen_price": "16000", "key": "a-key-of-the-desk"}

    told = {
        role: seat(role).post(page_of(ten_visits), body).status_code
        for role in ("MANAGER", "FRONT_DESK", "STAFF", "ACCOUNTANT")
    }

    assert told == {"MANAGER": 200, "FRONT_DESK": 200, "STAFF": 403, "ACCOUNTANT": 403}


def test_codes_and_cards_of_another_business_are_unknown_here(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    other = make_salon(slug="other")
    sam = make_member(business=other.business, email="sam@other.example", role="OWNER")
    make_coupon(business=other.business, code="THEIRS", covers_plans=True)
    theirs = make_gift_card(by=sam, value=5000, now=NOW)

    page = press(olga, ten_visits, code="THEIRS", gift=theirs.code, update="1")

    assert (page.status_code, set(page.context["form"].errors)) == (422, {"code", "gift"})


@pytest.mark.parametrize("name", ["code", "gift", "used_code", "used_gift"])
def test_what_cannot_be_printed_is_no_code(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon, name: str
) -> None:
    page = press(olga, ten_visits, **{"update": "1", name: "\x00"})

    assert (page.status_code, sum_of(page), PlanPurchase.objects.count()) == (200, [], 0)


# A plan that somebody has


def held(browser: Client, plan: PricingPlan, **sold: str) -> str:
    """Sell a plan and return where it is shown."""
    press(browser, plan, **sold)
    return f"/own/juniper/plans/held/{PlanPurchase.objects.get().reference}/"


def pay_with(browser: Client, path: str, part: str, number: str) -> Any:
    """Type the number of a card in that part of the page."""
    page = text_of(browser.get(path))
    form = next(it for it in page.split("<form")[1:] if f"{path}{part}/" in it and "by_card" in it)
    names = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    names.pop("csrfmiddlewaretoken", None)
    return browser.post(f"{path}{part}/", {**names, "gift": number, "by_card": "1"})


def test_a_gift_card_pays_what_was_to_be_paid_later(
    olga: Client, ten_visits: PricingPlan, gift_card: GiftCard
) -> None:
    path = held(olga, ten_visits, is_paid="")

    done = pay_with(olga, path, "paid", spell_code(gift_card.code))

    assert (done.status_code, done["Location"]) == (303, f"{path}?done=saved")
    page = text_of(olga.get(path))
    for words in ("Gift card, paid", "€50.00", "Take €110.00"):
        assert words in page
    assert_the_books_add_up()


def test_a_gift_card_pays_the_next_period(olga: Client, salon: Salon, gift_card: GiftCard) -> None:
    month = make_plan(services=[salon.cut], kind="CREDITS", credits=4, slug="four", price=8000)
    path = held(olga, month)

    done = pay_with(olga, path, "next", gift_card.code)

    assert (done.status_code, done["Location"]) == (303, f"{path}?done=saved")
    assert "Take €30.00" in text_of(olga.get(path))
    assert_the_books_add_up()


def test_a_code_makes_it_cheaper_that_was_to_be_paid_later(
    olga: Client, ten_visits: PricingPlan, winter10: Coupon
) -> None:
    path = held(olga, ten_visits, is_paid="")

    done = pay_with(olga, path, "paid", "winter10")

    assert (done.status_code, done["Location"]) == (303, f"{path}?done=saved")
    page = text_of(olga.get(path))
    for words in ("Code WINTER10", "Take €144.00"):
        assert words in page
    assert_the_books_add_up()


ON_GRID = datetime(2026, 11, 25, 10, tzinfo=UTC)
NO_CARD = "We don’t recognise this gift card, or nothing is left on it."


@pytest.mark.parametrize("part", ["paid", "next"])
@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("G-AAAA-BBBB-CCCC", NO_CARD),
        ("WINTER11", "We don’t recognise this code."),
        ("", "Enter the gift card code."),
    ],
)
def test_a_wrong_number_is_named_beside_its_field_and_kept_there(
    olga: Client, salon: Salon, *, number: str, words: str, part: str
) -> None:
    make_gift_card(by=salon.olga, value=5000)
    plan = make_plan(services=[salon.cut], kind="CREDITS", credits=4, slug="four", price=8000)
    path = held(olga, plan, is_paid="")

    page = pay_with(olga, path, part, number)

    assert page.status_code == 422
    (field,) = re.findall(r'<p class="error" id="(card-[^"]*)_error">.*?</p>', text_of(page))
    assert field.startswith("card-order-" if part == "paid" else "card-revision-")
    beside = text_of(page).partition(f'id="{field}_error"')[2].partition("</div>")[0]
    assert words in beside
    assert f'value="{number}"' in beside
    assert f'aria-describedby="{field}_error"' in beside
    assert not Payment.objects.filter(order__purchase__isnull=False).exists()


def test_an_empty_card_is_named_beside_the_field_of_a_booking(
    olga: Client, salon: Salon, gift_card: GiftCard
) -> None:
    booking = make_booking(service=salon.colour, starts_at=ON_GRID, now=NOW)
    prepaid.stop_gift_card(card_id=gift_card.pk, gives_back=False, by=salon.olga, now=NOW)
    make_coupon(
        business=salon.business,
        code="SUMMER",
        starts_at=NOW - timedelta(days=9),
        ends_at=NOW - timedelta(days=3),
    )
    path = f"/own/juniper/bookings/{booking.reference}/code/"

    told = {"SUMMER": "This code ended on Sat 21 Nov.", spell_code(gift_card.code): NO_CARD}
    for typed, words in told.items():
        page = olga.post(path, {"code": typed})
        beside = text_of(page).partition('id="use-code_error"')[2].partition("</div>")[0]
        assert (page.status_code, words in beside, f'value="{typed}"' in beside) == (
            422,
            True,
            True,
        )
