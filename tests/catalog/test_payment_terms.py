"""What a price may be and how it may be paid (rule M2): the rule, then the rule against the
constraints of the database."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.catalog.models import Service
from apps.catalog.operations import PaymentImpossible, change_payment
from apps.catalog.pricing import (
    MAX_AMOUNT,
    PaymentProblem,
    PaymentTerms,
    PriceKind,
    online_problem,
    payment_problems,
)
from apps.catalog.queries.offered import terms_of
from tests.factories import Salon, make_salon, make_variant

FIXED = PaymentTerms(price_kind=PriceKind.FIXED, price=4800)
VARIED = PaymentTerms(price_kind=PriceKind.VARIED, variant_prices={1: 4800, 2: 5800})
FREE = PaymentTerms(price_kind=PriceKind.FREE)
CUSTOM = PaymentTerms(price_kind=PriceKind.CUSTOM, price_text="after a look")


def problems(
    terms: PaymentTerms, *, requires_approval: bool = False, can_authorize: bool = False
) -> list[str]:
    found = payment_problems(
        terms, requires_approval=requires_approval, can_authorize=can_authorize
    )
    return [problem.value for problem in found]


@pytest.mark.parametrize("terms", [FIXED, VARIED, FREE, CUSTOM], ids=lambda it: it.price_kind)
def test_every_kind_of_price_is_paid_at_the_place(terms: PaymentTerms) -> None:
    assert problems(terms) == []
    assert problems(terms, requires_approval=True) == []


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        (replace(FIXED, price=0), ["PRICE_MISSING"]),
        (replace(FIXED, price=MAX_AMOUNT), []),
        (replace(FIXED, price=MAX_AMOUNT + 1), ["PRICE_TOO_HIGH"]),
        (replace(FIXED, variant_prices={1: 1}), ["HAS_VARIANTS"]),
        (replace(VARIED, variant_prices={}), ["HAS_NO_VARIANTS"]),
        (replace(VARIED, variant_prices={1: 0, 2: 0}), ["VARIANTS_ALL_FREE"]),
        (replace(VARIED, variant_prices={1: 0, 2: 1}), []),
        (replace(VARIED, variant_prices={1: -1, 2: 1}), ["PRICE_MISSING"]),
        (replace(CUSTOM, price_text="x" * 50), []),
        (replace(CUSTOM, price_text="x" * 51), ["TEXT_TOO_LONG"]),
        (replace(FIXED, price_text="x" * 51), []),
        (replace(FREE, price=-1, variant_prices={1: 0}), []),
        (replace(FIXED, tax_rate=5000), []),
        (replace(FIXED, tax_rate=5001), ["TAX_OUT_OF_RANGE"]),
        (replace(FIXED, tax_rate=-1), ["TAX_OUT_OF_RANGE"]),
    ],
)
def test_a_price_is_what_its_kind_asks_for(terms: PaymentTerms, found: list[str]) -> None:
    assert problems(terms) == found


@pytest.mark.parametrize("terms", [FIXED, VARIED, CUSTOM], ids=lambda it: it.price_kind)
def test_without_any_way_nobody_could_pay(terms: PaymentTerms) -> None:
    assert problems(replace(terms, pays_in_person=False)) == ["NO_WAY_TO_PAY"]


def test_what_is_free_needs_no_way() -> None:
    assert problems(replace(FREE, pays_in_person=False)) == []


@pytest.mark.parametrize(
    ("terms", "found"),
    [(FIXED, []), (VARIED, []), (FREE, ["FREE_ONLINE"]), (CUSTOM, ["ON_REQUEST_ONLINE"])],
    ids=lambda it: getattr(it, "price_kind", None),
)
def test_only_a_price_is_paid_online(terms: PaymentTerms, found: list[str]) -> None:
    assert problems(replace(terms, pays_online=True)) == found


@pytest.mark.parametrize(
    ("requires_approval", "can_authorize", "found"),
    [
        (False, False, None),
        (False, True, None),
        (True, False, PaymentProblem.APPROVAL_ONLINE),
        (True, True, None),
    ],
)
def test_a_request_is_paid_online_only_where_money_can_be_kept_ready(
    *, requires_approval: bool, can_authorize: bool, found: PaymentProblem | None
) -> None:
    for kind in (PriceKind.FIXED, PriceKind.VARIED):
        asked = online_problem(
            price_kind=kind, requires_approval=requires_approval, can_authorize=can_authorize
        )
        assert asked is found


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        (replace(FIXED, deposit=1000), ["DEPOSIT_OFFLINE"]),
        (replace(FREE, deposit=1000, pays_online=True), ["FREE_ONLINE", "DEPOSIT_OFFLINE"]),
        (replace(FIXED, deposit=0, pays_online=True), ["DEPOSIT_OF_NOTHING"]),
        (replace(FIXED, deposit=4799, pays_online=True), []),
        (replace(FIXED, deposit=4800, pays_online=True), ["DEPOSIT_TOO_HIGH"]),
        (replace(VARIED, deposit=4800, pays_online=True), ["DEPOSIT_TOO_HIGH"]),
        (replace(VARIED, deposit=4799, pays_online=True), []),
        (
            replace(VARIED, deposit=5000, pays_online=True, variant_prices={1: 0, 2: 5800}),
            [],  # a variant that is free owes no deposit
        ),
    ],
)
def test_a_deposit_is_an_online_part_of_the_lowest_price(
    terms: PaymentTerms, found: list[str]
) -> None:
    assert problems(terms) == found


def test_everything_that_is_wrong_is_said_at_once() -> None:
    terms = replace(FIXED, price=0, pays_in_person=False, deposit=1, tax_rate=9999)

    assert problems(terms) == [
        "PRICE_MISSING",
        "NO_WAY_TO_PAY",
        "DEPOSIT_OFFLINE",
        "TAX_OUT_OF_RANGE",
    ]


# --- Against the database

amounts = st.one_of(st.integers(-2, 3), st.integers(0, MAX_AMOUNT + 1))


@pytest.fixture
def salon(db: None) -> Salon:
    return make_salon(slug="juniper")


@st.composite
def any_terms(draw: st.DrawFn) -> PaymentTerms:
    """Mostly near the edges; variant_prices has two places to be filled with real ids."""
    return PaymentTerms(
        price_kind=draw(st.sampled_from(PriceKind)),
        price=draw(amounts),
        price_text=draw(st.sampled_from(["", "after a look", "x" * 50, "x" * 51])),
        variant_prices={0: draw(amounts), 1: draw(amounts)} if draw(st.booleans()) else {},
        pays_in_person=draw(st.booleans()),
        pays_online=draw(st.booleans()),
        deposit=draw(st.one_of(st.none(), amounts)),
        any_amount=draw(st.booleans()),
        full_upfront=draw(st.booleans()),
        tax_rate=draw(st.sampled_from([-1, 0, 1900, 5000, 5001])),
    )


@settings(max_examples=150)
@given(terms=any_terms(), requires_approval=st.booleans())
def test_what_the_rule_accepts_the_database_accepts_too(
    salon: Salon, terms: PaymentTerms, *, requires_approval: bool
) -> None:
    service = fresh_service(salon, variants=len(terms.variant_prices))
    service.requires_approval = requires_approval
    service.save()
    ids = service.variants.values_list("pk", flat=True)
    prices = dict(zip(ids, terms.variant_prices.values(), strict=True))
    terms = replace(terms, variant_prices=prices)
    wrong = problems(terms, requires_approval=requires_approval)

    found = refusals(service, terms)

    assert found == wrong
    stored = Service.objects.get(pk=service.pk)
    if wrong:
        assert stored.revision == 1
    else:
        stored.full_clean()  # the constraints, and the limits SQLite does not hold
        for variant in stored.variants.all():
            variant.full_clean()
        assert_kept(terms, terms_of(stored))


def refusals(service: Service, terms: PaymentTerms) -> list[str]:
    """Change the payment; return why that was refused, nothing when it was done."""
    try:
        change_payment(
            business_id=service.business_id,
            service_id=service.pk,
            terms=terms,
            seen_revision=1,
            can_authorize=False,
        )
    except PaymentImpossible as impossible:
        return [it.value for it in impossible.problems]
    return []


def fresh_service(salon: Salon, *, variants: int) -> Service:
    """A cut nobody has priced yet; no terms are what it has."""
    service = Service.objects.get(pk=salon.cut.pk)
    service.variants.all().delete()
    columns = {"price_kind": "FIXED", "price": 4801, "pays_in_person": True, "deposit": None}
    columns |= {"any_amount": False}
    columns |= {"pays_online": False, "full_upfront": True, "tax_rate": 1, "revision": 1}
    for name, value in columns.items():
        setattr(service, name, value)
    for number in range(variants):
        make_variant(service=service, name=f"Form {number}", price=4800)
    return service


def assert_kept(asked: PaymentTerms, stored: PaymentTerms) -> None:
    """What the kind of price uses is stored; what is free is paid at the place."""
    free = asked.price_kind is PriceKind.FREE
    assert stored.amounts == asked.amounts
    assert (stored.price_kind, stored.pays_online) == (asked.price_kind, asked.pays_online)
    assert stored.pays_in_person == (asked.pays_in_person or free)
    assert stored.any_amount == (asked.any_amount and asked.deposit is not None)
    assert (stored.deposit, stored.full_upfront) == (asked.deposit, asked.full_upfront)
    assert stored.tax_rate == asked.tax_rate
    if asked.price_kind is PriceKind.CUSTOM:
        assert stored.price_text == asked.price_text
