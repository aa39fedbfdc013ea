"""What the provider cannot take is said where prices are made, not only where they are paid."""

import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.models import PricingPlan, Service
from apps.catalog.pricing import PaymentTerms, PriceKind
from apps.checkout.pricing import Item, Way, payable, quote, ways_to_pay
from apps.checkout.providers import Bounds
from apps.checkout.queries.reach import out_of_reach
from tests.checkout.stripe_memory import SECRET_KEY
from tests.dashboard.operators.test_admin_actions import change, operator
from tests.dashboard.setup.test_prices import LIST, editor, save, terms
from tests.factories import Salon, make_variant
from tests.factories.prepaid import make_plan
from tests.pages import text_of

__all__ = ["operator"]  # a fixture
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_stripe")]
START = "Online payments start at €0.50."
NOBODY = f"{START} Nobody could pay this: change it, or let customers pay at the studio too."
NOT_OFFERED = f"{START} Paying this online will not be offered."
NO_DEPOSIT = f"{START} This deposit will not be asked for online."


@pytest.fixture
def by_stripe(settings: Any) -> None:
    """Stripe takes €0.50 at least."""
    settings.PAYMENT_PROVIDER, settings.STRIPE_SECRET_KEY = "stripe", SECRET_KEY


def errors(page: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in page.context["form"].errors.items()}


def warnings(page: Any) -> list[tuple[str, str]]:
    """What is said beside fields, with the id of the hint it stands in."""
    hint = r'<p class="hint" id="([^"]+)_helptext">(?:(?!</p>).)*?<b class="warn">(.*?)</b></p>'
    return re.findall(hint, page.content.decode())


# --- Services


def test_a_price_that_nobody_could_pay_is_refused_beside_it(olga: Client, salon: Salon) -> None:
    before = terms(salon.cut)

    page = save(olga, salon.cut, price="0.49", pays_in_person="-", pays_online="on")

    assert (page.status_code, errors(page)) == (422, {"price": [NOBODY]})
    assert 'value="0.49"' in page.content.decode()
    assert terms(salon.cut) == before


def test_the_smallest_amount_itself_is_kept(olga: Client, salon: Salon) -> None:
    saved = save(olga, salon.cut, price="0.50", pays_in_person="-", pays_online="on")

    assert saved.status_code == 303
    assert warnings(olga.get(saved["Location"])) == []


def test_where_it_can_be_paid_in_another_way_the_owner_is_warned(
    olga: Client, salon: Salon
) -> None:
    saved = save(olga, salon.cut, price="0.49", pays_online="on")

    assert saved.status_code == 303
    page = olga.get(saved["Location"])
    assert warnings(page) == [("payment-price", NOT_OFFERED)]
    assert [line.ways for line in page.context["preview"].lines] == [("€0.49 at the studio",)]


def test_it_is_said_while_typing_as_it_will_be_when_it_is_saved(olga: Client, salon: Salon) -> None:
    typed = {"revision": "1", "price_kind": "FIXED", "price": "0.49", "tax_rate": "0"}

    page = olga.get(
        editor(salon.cut), {**typed, "pays_online": "on"}, headers={"HX-Request": "true"}
    )

    assert NOBODY in text_of(page)


def test_a_deposit_too_small_for_the_provider_is_warned_about(olga: Client, salon: Salon) -> None:
    saved = save(olga, salon.cut, deposit="0.20", pays_online="on")

    assert warnings(olga.get(saved["Location"])) == [("payment-deposit", NO_DEPOSIT)]


def test_a_deposit_is_refused_where_it_is_all_that_can_be_paid(olga: Client, salon: Salon) -> None:
    typed = {"deposit": "0.20", "pays_online": "on", "pays_in_person": "-", "full_upfront": "-"}

    page = save(olga, salon.cut, **typed)

    assert (page.status_code, errors(page)) == (422, {"deposit": [NOBODY]})


def test_a_deposit_from_which_people_may_pay_more_starts_higher(olga: Client, salon: Salon) -> None:
    saved = save(olga, salon.cut, deposit="0.20", any_amount="on", pays_online="on")

    assert warnings(olga.get(saved["Location"])) == []


def test_each_variant_is_told_by_itself(olga: Client, salon: Salon) -> None:
    small = make_variant(service=salon.cut, name="Fringe", price=30)
    large = make_variant(service=salon.cut, name="Long", price=3000)
    typed = {"price_kind": "VARIED", f"variant_{small.pk}": "0.30", f"variant_{large.pk}": "30"}

    page = save(olga, salon.cut, **typed, pays_in_person="-", pays_online="on")

    assert (page.status_code, errors(page)) == (422, {f"variant_{small.pk}": [NOBODY]})


def test_tax_that_comes_on_top_counts(olga: Client, salon: Salon) -> None:
    salon.business.prices_include_tax = False
    salon.business.save()

    saved = save(olga, salon.cut, price="0.45", tax_rate="19", pays_in_person="-", pays_online="on")

    assert saved.status_code == 303


def test_where_nobody_takes_money_online_there_is_no_bound(
    olga: Client, salon: Salon, settings: Any
) -> None:
    settings.PAYMENT_PROVIDER = ""

    assert save(olga, salon.cut, price="0.10", pays_online="on").status_code == 303


def test_after_a_change_of_the_provider_the_list_says_what_falls_below(
    olga: Client, salon: Salon, settings: Any
) -> None:
    settings.PAYMENT_PROVIDER = "practice"
    saved = save(olga, salon.cut, price="0.40", pays_in_person="-", pays_online="on")
    assert (saved.status_code, START in text_of(olga.get(LIST))) == (303, False)

    settings.PAYMENT_PROVIDER = "stripe"

    rows = [row for group in olga.get(LIST).context["groups"] for row in group.services]
    assert {row.name: row.beyond for row in rows if row.beyond} == {salon.cut.name: START}
    assert f"</span><br><small>{START}</small>" in text_of(olga.get(LIST))
    assert warnings(olga.get(editor(salon.cut))) == [("payment-price", NOBODY)]


@pytest.mark.parametrize(
    ("currency", "price", "words"),
    [
        ("KWD", "1.234", "Online payments must be a multiple of KWD 0.010."),
        ("JPY", "49", "Online payments start at JP¥50."),
        ("EUR", "1000000", "Online payments end at €999,999.99."),
    ],
)
def test_what_cannot_be_expressed_is_refused_as_well(
    olga: Client, salon: Salon, currency: str, price: str, words: str
) -> None:
    salon.business.currency = currency
    salon.business.save()

    page = save(olga, salon.cut, price=price, pays_in_person="-", pays_online="on")

    (said,) = errors(page)["price"]
    assert said.replace("\xa0", " ").startswith(words)


# --- Plans and gift cards


@pytest.fixture
def plan(salon: Salon) -> PricingPlan:
    return make_plan(services=[salon.cut], price=40)


def test_a_plan_below_says_that_only_the_desk_sells_it(olga: Client, plan: PricingPlan) -> None:
    words = f"{START} It will not be sold online, only at the desk."

    assert warnings(olga.get(f"/own/juniper/plans/{plan.pk}/")) == [("plan-price", words)]
    rows = olga.get("/own/juniper/plans/").context["rows"]
    assert [row.beyond for row in rows] == [START]

    PricingPlan.objects.update(hidden=True)
    assert warnings(olga.get(f"/own/juniper/plans/{plan.pk}/")) == []


def test_a_gift_card_says_what_can_be_paid(client: Client, salon: Salon) -> None:
    salon.business.currency, salon.business.sells_gift_cards = "JPY", True
    salon.business.save()
    address = reverse("prepaid:buy_gift", kwargs={"business": "juniper"})

    page = client.post(address, {"amount": "10"})

    assert page.context["form"].errors["amount"] == ["Online payments start at JP¥50."]


# --- The operators' pages


ONLINE_ONLY = {"pays_online": "True", "pays_in_person": ""}


def test_operators_are_refused_like_owners(salon: Salon, operator: Client) -> None:
    page = change(operator, salon.cut, price="49", **ONLINE_ONLY)

    assert page.status_code == 200
    assert page.context["adminform"].form.errors == {"price": [NOBODY]}
    assert Service.objects.get(pk=salon.cut.pk).price == salon.cut.price


def test_operators_are_refused_a_variant_that_nobody_could_pay(
    salon: Salon, operator: Client
) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(pays_online=True, pays_in_person=False)
    small = make_variant(service=salon.cut, name="Fringe", price=3000)

    below = change(operator, salon.cut, **{"variants-0-price": "30"})
    apart = change(operator, small, price="30")

    (formset, *_rest) = below.context["inline_admin_formsets"]
    assert formset.formset.non_form_errors() == [NOBODY]
    assert apart.context["adminform"].form.non_field_errors() == [NOBODY]
    small.refresh_from_db()
    assert small.price == 3000


def test_operators_are_warned_like_owners(salon: Salon, operator: Client) -> None:
    saved = change(operator, salon.cut, price="49", pays_online="True")

    assert saved.status_code == 302
    said = [str(it) for it in get_messages(saved.wsgi_request) if it.level_tag == "warning"]
    assert said == [NOT_OFFERED]


# --- The rule


TERMS = st.builds(
    PaymentTerms,
    price_kind=st.just(PriceKind.FIXED),
    price=st.integers(1, 300),
    pays_in_person=st.booleans(),
    pays_online=st.booleans(),
    deposit=st.none() | st.integers(1, 299),
    any_amount=st.booleans(),
    full_upfront=st.booleans(),
    tax_rate=st.integers(0, 5000),
)


@given(TERMS, st.integers(1, 200), st.sampled_from([1, 10]), st.booleans())
def test_what_is_said_is_what_the_checkout_does(
    terms: PaymentTerms,
    least: int,
    step: int,
    included: bool,  # noqa: FBT001
) -> None:
    bounds = Bounds(least=least, most=250, step=step)
    ways = ways_to_pay(
        total=terms.price,
        online=terms.pays_online,
        in_person=terms.pays_in_person,
        deposit=terms.deposit,
        full_upfront=terms.full_upfront,
    )

    def priced(way: Way) -> Any:
        return quote(
            items=[Item("", terms.price)],
            currency="EUR",
            tax_rate=terms.tax_rate,
            tax_included=included,
            way=way,
            deposit=terms.deposit,
            any_amount=terms.any_amount,
        )

    offered = {way: priced(way) for way in ways}
    left = payable(offered, there=priced(Way.IN_PERSON), bounds=bounds)
    found = out_of_reach(terms, bounds=bounds, currency="EUR", tax_included=included)

    lost = {"deposit" if way is Way.DEPOSIT else "price" for way in set(ways) - set(left)}
    assert {it.of for it in found} == lost
    stuck = bool(lost) and not terms.pays_in_person and not set(left) & set(ways)
    assert any(it.is_only_way for it in found) is stuck
