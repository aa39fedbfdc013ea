"""Gift cards in the hands of the team (rule M15)."""

import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.businesses.models import Business
from apps.checkout.gifts import spell_code
from apps.checkout.models import GiftCard, Payment, Refund
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import work
from tests.factories.prepaid import make_gift_card
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up

pytestmark = pytest.mark.django_db
CARDS = "/own/juniper/gift-cards/"
SELL = f"{CARDS}sell/"
EVA = {"name": "Eva Lindner", "email": "eva@example.com"}


@pytest.fixture
def card(salon: Salon) -> GiftCard:
    """€50.00 that Eva Lindner bought."""
    return make_gift_card(by=salon.olga)


def page_of(card: GiftCard, act: str = "") -> str:
    return f"{CARDS}{card.reference}/" + (f"{act}/" if act else "")


def fresh(card: GiftCard) -> GiftCard:
    return GiftCard.objects.get(pk=card.pk)


def lines_of(page: Any) -> list[str]:
    table = re.search(r'<table class="rows">.*?<tbody>(.*?)</tbody>', text_of(page), re.DOTALL)
    assert table is not None
    rows = re.findall(r"<tr>(.*?)</tr>", table.group(1), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def sell(olga: Client, **changes: str) -> Any:
    body = {**fields_of(olga.get(SELL)), **EVA, "amount": "50", **changes}
    return olga.post(SELL, body)


def adjust(olga: Client, card: GiftCard, **changes: str) -> Any:
    said = {
        "seen_balance": "5000",
        "way": "LESS",
        "amount": "12.50",
        "reason": "Paid by phone",
        **changes,
    }
    return olga.post(page_of(card, "adjust"), said)


def test_a_card_is_sold_at_the_desk_and_its_code_is_mailed(olga: Client, salon: Salon) -> None:
    answer = sell(olga, to_name="Ida", to_email="ida@example.com", words="Enjoy")
    work(NOW)

    card = GiftCard.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{page_of(card)}?done=sold")
    assert (card.status, card.value, card.balance) == ("ACTIVE", 5000, 5000)
    assert (card.to_name, card.words) == ("Ida", "Enjoy")
    payment = Payment.objects.get()
    assert (payment.kind, payment.captured, payment.taken_by) == (
        "IN_PERSON",
        5000,
        salon.olga.user,
    )
    assert sorted(it.to[0] for it in mail.outbox) == ["eva@example.com", "ida@example.com"]
    page = text_of(olga.get(answer["Location"]))
    assert "Sold. The code goes to eva@example.com." in page
    assert spell_code(card.code) in page
    assert_the_books_add_up()


def test_a_form_that_is_sent_twice_sells_once(olga: Client, salon: Salon) -> None:
    body = {**fields_of(olga.get(SELL)), **EVA, "amount": "50"}

    answers = [olga.post(SELL, body) for _time in range(2)]

    assert answers[0]["Location"] == answers[1]["Location"]
    assert (GiftCard.objects.count(), Payment.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": ""}, "Enter an amount."),
        ({"amount": "4.99"}, "Enter an amount between 5 and 1000."),
        ({"amount": "1000.01"}, "Enter an amount between 5 and 1000."),
        ({"amount": "fifty"}, "Enter an amount like 12.50."),
        ({"name": ""}, "Enter a name."),
        ({"email": "eva"}, "Enter an e-mail address like name@example.com."),
        ({"to_email": "ida@"}, "Enter an e-mail address like name@example.com."),
        ({"key": "<script>"}, "Please press the button again."),
    ],
)
def test_mistakes_of_a_sale_are_named_and_the_text_is_kept(
    olga: Client, salon: Salon, changes: dict[str, str], words: str
) -> None:
    page = sell(olga, **{"words": "Enjoy", **changes})

    assert page.status_code == 422
    assert words in text_of(page)
    assert fields_of(page)["words"] == "Enjoy"
    assert not GiftCard.objects.exists()


def test_cards_are_found_by_name_mail_reference_and_code(
    olga: Client, salon: Salon, card: GiftCard
) -> None:
    other = make_gift_card(by=salon.olga, value=8000)
    GiftCard.objects.filter(pk=other.pk).update(buyer_name="Max Roth", buyer_email="max@b.example")

    def found(words: str) -> list[str]:
        return re.findall(r"<b>([^<]+)</b><span", text_of(olga.get(CARDS, {"q": words})))

    assert found("") == ["Max Roth", "Eva Lindner"]
    for words in ("lindner", "EVA@ex", card.reference.lower()):
        assert found(words) == ["Eva Lindner"]
    assert "No gift cards found." in text_of(olga.get(CARDS, {"q": "nobody"}))


def test_the_code_of_a_card_is_posted_and_stands_in_no_address(
    olga: Client, salon: Salon, card: GiftCard
) -> None:
    right, wrong = spell_code(card.code).lower(), "G-ABCD-EFGH-JKLM"

    assert olga.post(CARDS, {"q": right})["Location"] == page_of(card)
    unknown = olga.post(CARDS, {"q": wrong})
    assert (unknown.status_code, "No gift cards found." in text_of(unknown)) == (200, True)
    assert olga.post(CARDS, {"q": "Lindner"})["Location"] == f"{CARDS}?q=Lindner"
    assert "Eva Lindner" not in text_of(olga.get(CARDS, {"q": right}))


def test_an_unpaid_card_is_none(olga: Client, card: GiftCard) -> None:
    GiftCard.objects.update(status="DRAFT")

    assert "No gift cards yet." in text_of(olga.get(CARDS))
    assert olga.get(page_of(card)).status_code == 404


def test_an_amount_is_taken_off_and_put_back_with_a_reason(olga: Client, card: GiftCard) -> None:
    off = adjust(olga, card)
    back = adjust(
        olga, card, way="MORE", amount="2,50", seen_balance="3750", reason="Counted wrong"
    )

    assert (off.status_code, back.status_code) == (303, 303)
    assert fresh(card).balance == 4000
    assert lines_of(olga.get(page_of(card))) == [
        "Tue 24 Nov Changed by the team, olga@juniper.example Counted wrong €2.50 €40.00",
        "Tue 24 Nov Changed by the team, olga@juniper.example Paid by phone − €12.50 €37.50",
        "Tue 24 Nov Bought €50.00 €50.00",
    ]
    assert_the_books_add_up()


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"reason": ""}, 422, "Enter a reason."),
        ({"amount": "0"}, 422, "Enter an amount like 12.50."),
        ({"amount": "x"}, 422, "Enter an amount like 12.50."),
        ({"way": "ASIDE"}, 422, "Something is missing."),
        ({"seen_balance": "4000"}, 409, "This card now has €50.00 on it."),
        ({"amount": "50.01"}, 409, "This card now has €50.00 on it."),
        ({"way": "MORE"}, 409, "This card now has €50.00 on it."),
    ],
)
def test_a_card_that_cannot_be_changed_stays_and_the_text_is_kept(
    olga: Client, card: GiftCard, changes: dict[str, str], status: int, words: str
) -> None:
    page = adjust(olga, card, **changes)

    assert page.status_code == status
    assert words in text_of(page)
    assert fields_of(page)["amount"] == changes.get("amount", "12.50")
    assert fresh(card).balance == 5000


def test_a_card_is_stopped_and_its_rest_stays_written(olga: Client, card: GiftCard) -> None:
    answer = olga.post(page_of(card, "stop"), {"seen_balance": "5000"})

    assert answer.status_code == 303
    assert (fresh(card).status, fresh(card).balance) == ("STOPPED", 5000)
    assert not Refund.objects.exists()
    assert "Adjust balance" not in text_of(olga.get(page_of(card)))
    assert adjust(olga, card).status_code == 409
    assert_the_books_add_up()


def test_a_card_is_stopped_and_its_rest_goes_back(olga: Client, card: GiftCard) -> None:
    adjust(olga, card)
    assert "Stop gift card and refund €37.50 to Eva Lindner" in text_of(olga.get(page_of(card)))

    answer = olga.post(page_of(card, "stop"), {"seen_balance": "3750", "back": "on"})

    assert answer.status_code == 303
    assert (fresh(card).status, fresh(card).balance) == ("STOPPED", 0)
    assert Refund.objects.get().amount == 3750
    assert_the_books_add_up()


def test_what_is_left_on_a_stopped_card_can_go_back_later(olga: Client, card: GiftCard) -> None:
    olga.post(page_of(card, "stop"), {"seen_balance": "5000"})
    assert ">Refund €50.00 to Eva Lindner</summary>" in text_of(olga.get(page_of(card)))

    body = {"seen_balance": "5000", "back": "on"}
    old = olga.post(page_of(card, "stop"), {**body, "seen_balance": "4999"})
    answers = [olga.post(page_of(card, "stop"), body) for _time in range(2)]

    assert [it.status_code for it in (old, *answers)] == [409, 303, 303]
    assert (fresh(card).status, fresh(card).balance) == ("STOPPED", 0)
    assert list(Refund.objects.values_list("amount", flat=True)) == [5000]
    assert "to Eva Lindner</summary>" not in text_of(olga.get(page_of(card)))
    assert_the_books_add_up()


def test_an_old_page_does_not_stop_a_card(olga: Client, card: GiftCard) -> None:
    adjust(olga, card)

    old, empty = (olga.post(page_of(card, "stop"), body) for body in ({"seen_balance": "5000"}, {}))

    assert (old.status_code, empty.status_code) == (409, 422)
    assert fresh(card).status == "ACTIVE"


def test_the_booking_page_sells_gift_cards_or_not(olga: Client, salon: Salon) -> None:
    def sells() -> bool:
        return Business.objects.get(pk=salon.business.pk).sells_gift_cards

    assert "Customers cannot buy gift cards online." in text_of(olga.get(CARDS))
    assert olga.post(f"{CARDS}offer/", {"offer": "1"}).status_code == 303
    assert sells()
    assert "Customers can buy gift cards online." in text_of(olga.get(CARDS))
    olga.post(f"{CARDS}offer/", {"stop": "1"})
    assert not sells()


def test_where_nothing_is_paid_online_the_page_says_so(olga: Client, settings: Any) -> None:
    settings.PAYMENT_PROVIDER = "none"

    assert "gift cards can only be sold at the desk." in text_of(olga.get(CARDS))


def test_the_list_costs_the_same_with_one_row_and_with_three(
    olga: Client, salon: Salon, card: GiftCard
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(CARDS, {"q": "Eva"}).status_code == 200
        return len(queries)

    one = cost()
    for _time in range(2):
        make_gift_card(by=salon.olga)

    assert cost() == one


def test_a_page_costs_the_same_with_one_line_and_with_three(olga: Client, card: GiftCard) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(page_of(card)).status_code == 200
        return len(queries)

    one = cost()
    adjust(olga, card)
    adjust(olga, card, seen_balance="3750")

    assert cost() == one


def test_a_card_of_another_business_is_not_found(olga: Client) -> None:
    foreign = make_gift_card(by=make_salon(slug="other").olga)

    answers = [
        olga.get(page_of(foreign)),
        *(olga.post(page_of(foreign, act)) for act in ("adjust", "stop")),
    ]

    assert [it.status_code for it in answers] == [404] * 3
    assert "Eva Lindner" not in text_of(olga.post(CARDS, {"q": foreign.code}))


def test_the_front_desk_sells_cards_and_changes_none(seat: Sit, card: GiftCard) -> None:
    desk = seat("FRONT_DESK")

    assert [desk.get(it).status_code for it in (CARDS, SELL, page_of(card))] == [200] * 3
    page = text_of(desk.get(page_of(card)))
    assert ["Adjust balance" in page, "Stop gift card" in page] == [False, False]
    answers = [desk.post(page_of(card, act)) for act in ("adjust", "stop")]
    answers.append(desk.post(f"{CARDS}offer/", {"offer": "1"}))
    assert [it.status_code for it in answers] == [403] * 3
