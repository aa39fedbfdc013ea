"""The number of a gift card stands in no address, whatever is typed around it (rule M15)."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.checkout.gifts import (
    ALPHABET,
    codes_within,
    holds_gift_code,
    new_gift_code,
    plain_gift_code,
    spell_code,
)
from apps.checkout.models import GiftCard
from tests.factories import Salon
from tests.factories.prepaid import make_gift_card
from tests.pages import text_of

CARDS, HOLDERS = "/own/juniper/gift-cards/", "/own/juniper/plans/holders/"
ORDERS = "/own/juniper/money/orders/"
AROUND = [
    "{}",
    "{} Eva",
    "Eva {}",
    "gift card {}",
    "Code: {}",
    "“{}”",
    "„{}“.",
    "#{}",
    "{}.",
    "{}?",
    "number {}, from Georg",
]
CODES = st.text(ALPHABET, min_size=12, max_size=12).map(lambda it: f"G{it}")


def spellings(code: str) -> list[str]:
    spelt = spell_code(code)
    dashes = ["-", "–", "—", "‑", "−", " ", " - "]
    return [code, spelt.lower(), *(spelt.replace("-", it) for it in dashes)]


@given(CODES, st.sampled_from(AROUND), st.integers(min_value=0, max_value=8))
def test_a_whole_number_is_found_in_any_text(code: str, around: str, spelling: int) -> None:
    text = around.format(spellings(code)[spelling])

    assert code in codes_within(text)
    assert holds_gift_code(text)


@given(CODES, st.integers(min_value=0, max_value=12))
def test_a_number_that_lost_a_letter_is_taken_for_one(code: str, at: int) -> None:
    plain = code[:at] + code[at + 1 :]
    spelt = spell_code(code).replace(code[at], "", 1)

    if plain.startswith("G"):
        assert holds_gift_code(plain)
    if any(it.isalpha() for it in spelt[1:]) or spelt.startswith("G"):
        assert holds_gift_code(spelt)


@pytest.mark.parametrize(
    "words",
    ["Eva Lindner", "eva@example.com", "2026-00017", "9FKAYXAH", "030-1234-5678", "Greta", ""],
)
def test_what_people_search_for_is_no_number_of_a_card(words: str) -> None:
    assert not holds_gift_code(words)


@pytest.mark.parametrize("around", [it.format("G–2CC5–76HS–C7XL") for it in AROUND[5:9]])
def test_quotes_dashes_and_a_full_stop_come_with_a_copied_number(around: str) -> None:
    assert plain_gift_code(around) == "G2CC576HSC7XL"


@pytest.mark.django_db
@pytest.mark.parametrize("around", AROUND)
def test_the_card_is_found_by_its_number_within_a_text(
    salon: Salon, olga: Client, around: str
) -> None:
    card = make_gift_card(by=salon.olga)
    for spelt in spellings(card.code):
        answer = olga.post(CARDS, {"q": around.format(spelt)})
        assert (answer.status_code, answer["Location"]) == (303, f"{CARDS}{card.reference}/")


@pytest.mark.django_db
@pytest.mark.parametrize("address", [CARDS, HOLDERS, ORDERS])
def test_what_may_be_a_number_is_answered_without_an_address(
    salon: Salon, olga: Client, address: str
) -> None:
    code = spell_code(new_gift_code())
    for words in (code[:-1], "0" + code[1:], f"Code: {code}", code.replace("-", "–")):
        answer = olga.post(address, {"q": words})

        assert answer.status_code == 200
        assert "?q=" not in text_of(answer)
        assert "&amp;q=" not in text_of(answer)
        assert olga.get(address, {"q": words})["Location"] == address


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "kept"), [(CARDS, {}), (HOLDERS, {"plan": "1"}), (ORDERS, {"state": "open"})]
)
def test_a_name_is_searched_for_at_an_address_that_can_be_kept(
    salon: Salon, olga: Client, address: str, kept: dict[str, str]
) -> None:
    answer = olga.post(address, {"q": "Eva", **kept})
    rest = "".join(f"&{name}={it}" for name, it in kept.items())

    assert (answer.status_code, answer["Location"]) == (303, f"{address}?q=Eva{rest}")


@pytest.mark.django_db
def test_no_form_of_the_portal_searches_for_a_number_in_its_address(
    salon: Salon, olga: Client
) -> None:
    for address in (CARDS, HOLDERS, ORDERS):
        page = text_of(olga.get(address))
        assert 'role="search" method="post"' in page
    assert GiftCard.objects.count() == 0
