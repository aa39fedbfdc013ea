"""And gift cards in a browser: buying, waiting, the link in the mail, one tap (rules M16, M15)."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client, override_settings

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.checkout.gifts import spell_code
from apps.checkout.models import GiftCard, Order, Payment, PlanPurchase
from apps.prepaid import operations as prepaid
from apps.prepaid.links import gift_token, plan_token
from tests.dashboard.test_query_counts import queries_of
from tests.factories import NOW, Salon
from tests.factories.money import work
from tests.factories.prepaid import (
    book_with_plan,
    buy_online,
    make_gift_card,
    make_plan,
    make_purchase,
)
from tests.factories.studio import Studio, make_session, make_studio
from tests.pages import fields_of, plain_refreshes, text_of
from tests.prepaid.books import fresh

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TYPED = NOW + timedelta(seconds=30)
LATER = NOW + timedelta(minutes=1)
CARL = {"name": "Carl Vogt", "email": "carl@example.com"}
PLAN, GIFT = "/harbor/plans/ten-classes/", "/juniper/gift-card/"


def send(client: Client, path: str, **said: Any) -> Any:
    """Read the form, take half a minute to type, send it."""
    fields = fields_of(client.get(path))
    with time_machine.travel(TYPED, tick=False):
        return client.post(path, {**fields, **said})


@pytest.fixture
def selling(salon: Salon) -> Business:
    salon.business.sells_gift_cards = True
    salon.business.save()
    return salon.business


@pytest.fixture
def carl(client: Client, purchase: PlanPurchase) -> Client:
    """A browser in which Carl opened the link of his plan's mail."""
    assert client.get(f"/p/{plan_token(purchase)}").status_code == 303
    return client


# Plans that are offered


def test_plans_are_shown_with_their_price_and_terms(client: Client, ten: PricingPlan) -> None:
    make_plan(
        services=list(ten.services.all()), name="All", slug="all", kind="UNLIMITED", price=12900
    )
    make_plan(services=list(ten.services.all()), name="Secret", slug="secret", hidden=True)

    page = text_of(client.get("/harbor/plans/"))

    for words in ("Ten classes", "US$160.00", "10 visits", "Valid for 180 days", "Vinyasa flow"):
        assert words in page
    for words in ("US$129.00", "a month", "Come as often as you like", "For one person"):
        assert words in page
    assert "Secret" not in page
    assert 'href="/harbor/plans/"' in text_of(client.get("/harbor/"))


def test_without_plans_there_is_no_page_and_no_way_to_it(client: Client, studio: Studio) -> None:
    assert client.get("/harbor/plans/").status_code == 404
    assert "/harbor/plans/" not in text_of(client.get("/harbor/"))


def test_more_plans_cost_no_more_queries(client: Client, ten: PricingPlan) -> None:
    client.get("/harbor/plans/")
    one = queries_of(client, "/harbor/plans/")
    for number in range(2):
        make_plan(services=list(ten.services.all()), name=f"P{number}", slug=f"p{number}")
    client.get("/harbor/plans/")

    assert queries_of(client, "/harbor/plans/") == one <= 6


@override_settings(PAYMENT_PROVIDER="")
def test_where_nothing_is_paid_online_plans_are_sold_at_the_place(
    client: Client, ten: PricingPlan
) -> None:
    page = text_of(client.get("/harbor/plans/"))
    assert "We sell these in person. Please call 030 555 0142." in page
    assert "<form" not in text_of(client.get(PLAN)).partition("<main")[2].partition("</main")[0]


# Buying one


def test_buying_goes_to_the_provider_and_back_to_the_plan(client: Client, ten: PricingPlan) -> None:
    there = send(client, PLAN, **CARL)
    assert (there.status_code, there["Location"][:10]) == (303, "/practice/")
    back = client.post(there["Location"], {"act": "PAY"})
    purchase = PlanPurchase.objects.get()
    assert back["Location"] == f"http://testserver/plans/{purchase.reference}/"
    waiting = client.get(f"/plans/{purchase.reference}/")
    assert "We are confirming your payment" in text_of(waiting)
    assert plain_refreshes(waiting) == [f"5; url=/plans/{purchase.reference}/?looks=1"]

    work(LATER)

    page = client.get(f"/plans/{purchase.reference}/")
    assert plain_refreshes(page) == []
    for words in ("10 visits left", "until Sunday 23 May 2027", "Bought", "Vinyasa flow"):
        assert words in text_of(page)
    assert [(it.subject, it.to) for it in mail.outbox] == [
        ("Your plan: Ten classes", ["carl@example.com"])
    ]


def test_a_page_that_waits_asks_again_and_stops_in_the_end(
    client: Client, ten: PricingPlan
) -> None:
    send(client, PLAN, **CARL)
    path = f"/plans/{PlanPurchase.objects.get().reference}/"

    part = client.get(f"{path}?looks=3", headers={"HX-Request": "true"})
    last = client.get(f"{path}?looks=30")

    assert text_of(part).lstrip().startswith('<div id="plan"')
    assert f'hx-get="{path}?looks=4"' in text_of(part)
    assert "hx-get" not in text_of(last).partition("<main")[2].partition("</main")[0]
    assert "Your bank is taking longer than usual." in text_of(last)
    assert client.get(f"{path}?looks=1e9").status_code == 200


def test_a_declined_card_is_tried_again_on_the_plans_page(client: Client, ten: PricingPlan) -> None:
    there = send(client, PLAN, **CARL)["Location"]
    client.post(there, {"act": "DECLINE"})
    work(LATER)
    path = f"/plans/{PlanPurchase.objects.get().reference}/"

    assert "This is not paid yet. You have not been charged." in text_of(client.get(path))
    again = client.post(f"{path}pay")

    assert again["Location"].startswith("/practice/")
    assert again["Location"] != there
    client.post(again["Location"], {"act": "PAY"})
    work(LATER)
    assert fresh(PlanPurchase.objects.get()).status == "ACTIVE"
    assert client.post(f"{path}pay")["Location"] == path


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "", "email": "carl@example.com"}, "Enter your full name."),
        ({"name": "Carl Vogt", "email": "carl"}, "Enter an e-mail address like name@example.com."),
        ({**CARL, "key": "short"}, "Please press the button again."),
        ({**CARL, "seen_price": "x"}, "Please check the price and press the button again."),
        ({**CARL, "seen_price": "-1"}, ""),
        ({**CARL, "website_address": "http://robot"}, "Please press the button again."),
        ({**CARL, "form_seal": "forged"}, "Please press the button again."),
    ],
)
def test_what_is_typed_wrong_is_kept_and_buys_nothing(
    client: Client, ten: PricingPlan, said: dict[str, str], words: str
) -> None:
    answer = send(client, PLAN, **said)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert f'value="{said["email"]}"' in text_of(answer)
    assert not PlanPurchase.objects.exists()


def test_a_price_that_changed_is_shown_first_and_bought_then(
    client: Client, ten: PricingPlan
) -> None:
    fields = fields_of(client.get(PLAN))
    PricingPlan.objects.update(price=17000)
    with time_machine.travel(TYPED, tick=False):
        answer = client.post(PLAN, {**fields, **CARL})
        assert answer.status_code == 409
        assert "The price changed from US$160.00 to US$170.00. Nothing was paid." in text_of(answer)
        assert (PlanPurchase.objects.count(), 'value="Carl Vogt"' in text_of(answer)) == (0, True)

    with time_machine.travel(LATER, tick=False):
        bought = client.post(PLAN, fields_of(answer))

    assert bought.status_code == 303
    assert Order.objects.get().total == 17000


def test_a_plan_one_has_had_is_not_sold_once_more(
    client: Client, ten: PricingPlan, purchase: PlanPurchase
) -> None:
    ten.max_per_customer = 1
    ten.save()

    answer = send(client, PLAN, **CARL)

    assert answer.status_code == 409
    assert "This plan cannot be bought online. Please call 030 555 0142." in text_of(answer)


@pytest.mark.parametrize("columns", [{"hidden": True}, {"retired_at": NOW}])
def test_what_is_not_offered_has_no_page(
    client: Client, ten: PricingPlan, columns: dict[str, Any]
) -> None:
    PricingPlan.objects.update(**columns)

    assert (client.get(PLAN).status_code, client.get("/harbor/plans/x/").status_code) == (404, 404)


def test_a_plan_of_another_business_is_not_sold_here(client: Client, ten: PricingPlan) -> None:
    make_studio(slug="sams")

    assert client.get("/sams/plans/ten-classes/").status_code == 404


def test_whoever_buys_too_often_waits(client: Client, ten: PricingPlan) -> None:
    codes = [send(Client(), PLAN, **CARL).status_code for _time in range(6)]

    assert codes == [303, 303, 303, 303, 303, 429]


def test_a_free_plan_is_in_the_mail_and_not_in_the_browser(
    client: Client, ten: PricingPlan
) -> None:
    """Nobody uses the plan of an address that is not theirs."""
    PricingPlan.objects.update(price=0)

    answer = send(client, PLAN, **CARL)
    work(LATER)

    assert answer["Location"] == "/harbor/plans/sent"
    purchase = PlanPurchase.objects.get()
    assert client.get(f"/plans/{purchase.reference}/").status_code == 404
    (sent,) = mail.outbox
    link = re.search(r"/p/\S+", str(sent.body))
    assert link is not None
    assert client.get(link.group())["Location"] == f"/plans/{purchase.reference}/"
    assert client.get(f"/plans/{purchase.reference}/").status_code == 200


# The link in the mail


def test_the_link_is_sent_to_the_address_of_the_plan_alone(
    client: Client, purchase: PlanPurchase
) -> None:
    work(LATER)
    mail.outbox.clear()
    answers = [
        client.post("/harbor/plans/find", {"email": email})
        for email in ("carl@example.com", "stranger@example.com")
    ]
    work(LATER)

    assert [(it.status_code, it["Location"]) for it in answers] == 2 * [(303, "/harbor/plans/sent")]
    assert [it.to for it in mail.outbox] == [["carl@example.com"]]
    assert f"/p/{plan_token(purchase)[:8]}" in mail.outbox[0].body
    assert "Check your e-mail" in text_of(client.get("/harbor/plans/sent"))


def test_no_address_is_no_question(client: Client, purchase: PlanPurchase) -> None:
    answer = client.post("/harbor/plans/find", {"email": "carl"})

    assert answer.status_code == 422
    assert 'value="carl"' in text_of(answer)


def test_links_for_one_address_are_sent_three_times_in_silence(
    client: Client, purchase: PlanPurchase
) -> None:
    work(LATER)
    mail.outbox.clear()

    answers = [
        client.post("/harbor/plans/find", {"email": "carl@example.com"}).status_code
        for _time in range(11)
    ]
    work(LATER)

    assert answers == [*10 * [303], 429]
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("token", ["x", "x" * 300, "WzEsIngiXQ:1abc:def", "%00", "…"])
def test_a_link_that_is_not_ours_is_dead(
    client: Client, purchase: PlanPurchase, token: str
) -> None:
    for path in (f"/p/{token}", f"/gifts/open/{token}"):
        answer = client.get(path)

        assert answer.status_code == 404
        assert "This link no longer works" in text_of(answer)


def test_a_link_is_dead_after_half_a_year_and_never_opens_something_else(
    client: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    token, card = plan_token(purchase), gift_token(make_gift_card(by=studio.olga))

    assert client.get(f"/p/{card}").status_code == 404
    assert client.get(f"/gifts/open/{token}").status_code == 404
    with time_machine.travel(NOW + timedelta(days=181), tick=False):
        assert client.get(f"/p/{token}").status_code == 404


def test_only_whoever_bought_it_or_has_its_link_sees_a_plan(
    client: Client, purchase: PlanPurchase
) -> None:
    path = f"/plans/{purchase.reference}/"
    assert [client.get(path).status_code, client.post(f"{path}pay").status_code] == [404, 404]
    assert client.post(f"{path}stop").status_code == 404

    opened = client.get(f"/p/{plan_token(purchase)}")

    assert (opened.status_code, opened["Location"]) == (303, path)
    assert client.get(path).status_code == 200
    assert client.get("/plans/NOSUCH99/").status_code == 404


def test_a_plan_with_more_lines_costs_no_more_queries(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    path = f"/plans/{purchase.reference}/"
    book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)
    one = queries_of(carl, path)
    for day in (28, 29):
        book_with_plan(make_session(studio, starts_at=studio.at(day, 18)), purchase)

    assert queries_of(carl, path) == one <= 12
    assert text_of(carl.get(path)).count("−1") == 3


def test_its_holder_ends_a_membership_with_its_period(client: Client, studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="CREDITS", credits=4, slug="four")
    purchase = make_purchase(plan=plan, by=studio.olga)
    PlanPurchase.objects.update(renews=True)
    client.get(f"/p/{plan_token(purchase)}")
    path = f"/plans/{purchase.reference}/"
    assert "End plan after this period" in text_of(client.get(path))

    for _time in range(2):
        assert client.post(f"{path}stop")["Location"] == path

    assert "It ends automatically and nothing more is charged." in text_of(client.get(path))
    assert not fresh(purchase).renews


# One tap


def test_a_class_says_what_the_plan_gives_and_books_with_one_tap(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))
    path = f"/harbor/classes/{session.pk}/"
    assert f"{path}plan" in text_of(carl.get(path))
    assert "10 visits left, this uses 2" in text_of(carl.get(f"{path}plan?people=2"))

    done = carl.post(f"{path}plan", {"people": "2"})

    booking = Booking.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/done/{booking.reference}/")
    assert (booking.party_size, booking.contact_email) == (2, "carl@example.com")
    assert fresh(purchase).balance == 8
    assert "Paid with Ten classes, 8 left" in text_of(carl.get(done["Location"]))


def test_whoever_has_no_plan_is_not_offered_one(
    client: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    path = f"/harbor/classes/{make_session(studio, starts_at=studio.at(27, 18)).pk}/"

    assert f"{path}plan" not in text_of(client.get(path))
    answer = client.post(f"{path}plan")

    assert answer.status_code == 422
    assert "You don’t have a plan here." in text_of(answer)
    assert not Booking.objects.exists()


def test_a_plan_that_does_not_pay_says_why(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    path = f"/harbor/classes/{make_session(studio, starts_at=studio.at(27, 18)).pk}/"
    prepaid.pause_plan(purchase_id=purchase.pk, revision=1, by=studio.olga, now=NOW)

    assert "It is paused." in text_of(carl.get(f"{path}plan"))
    answer = carl.post(f"{path}plan")

    assert answer.status_code == 422
    assert "Your plan cannot pay for this. It is paused." in text_of(answer)


def test_a_class_that_is_full_meanwhile_uses_nothing(
    carl: Client, purchase: PlanPurchase, ten: PricingPlan, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18), capacity=1)
    evas = make_purchase(plan=ten, by=studio.olga, email="eva@example.com")
    book_with_plan(session, evas)

    answer = carl.post(f"/harbor/classes/{session.pk}/plan")

    assert (answer.status_code, fresh(purchase).balance) == (409, 10)


def test_where_more_is_asked_the_places_are_held_for_the_details(
    carl: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    form = studio.flow.form
    assert form is not None
    form.phone_rule = "REQUIRED"
    form.save()
    session = make_session(studio, starts_at=studio.at(27, 18))

    answer = carl.post(f"/harbor/classes/{session.pk}/plan")

    draft = Booking.objects.get()
    way = f"?way=PLAN-{purchase.pk}"
    assert (answer.status_code, answer["Location"]) == (303, f"/book/{draft.draft_id}/{way}")
    assert (draft.status, fresh(purchase).balance) == ("CREATED", 10)


def test_a_class_elsewhere_is_not_found(carl: Client, studio: Studio) -> None:
    sams = make_studio(slug="sams")
    session = make_session(sams, starts_at=sams.at(27, 18))

    assert carl.get(f"/harbor/classes/{session.pk}/plan").status_code == 404
    assert carl.post(f"/harbor/classes/{session.pk}/plan").status_code == 404


# Gift cards


def test_a_gift_card_is_bought_and_mailed_to_both(client: Client, selling: Business) -> None:
    assert f'href="{GIFT}"' in text_of(client.get("/juniper/"))
    there = send(
        client,
        GIFT,
        amount="50",
        to_name="Eva",
        to_email="eva@example.com",
        words="Happy birthday",
        **CARL,
    )
    card = GiftCard.objects.get()
    page = f"/gifts/{card.reference}/"
    assert there["Location"].startswith("/practice/")
    assert client.post(there["Location"], {"act": "PAY"})["Location"].endswith(page)
    assert "We are confirming your payment" in text_of(client.get(page))

    work(LATER)

    shown = text_of(client.get(page))
    for words in (spell_code(card.code), "€50.00", "For Eva", "From Carl Vogt", "Happy birthday"):
        assert words in shown
    assert [it.to for it in mail.outbox] == [["carl@example.com"], ["eva@example.com"]]
    link = re.search(r"/gifts/open/\S+", str(mail.outbox[1].body))
    assert link is not None
    assert spell_code(card.code) in text_of(Client().get(link.group()))
    assert Client().get(page).status_code == 404


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"amount": ""}, "Enter an amount."),
        ({"amount": "x"}, "Enter an amount like 50."),
        ({"amount": "4"}, "Enter an amount between 5 and 1000."),
        ({"amount": "1000.01"}, "Enter an amount between 5 and 1000."),
        ({"amount": "5.001"}, "Enter an amount with at most 2 decimals."),
        ({"amount": "NaN"}, "Enter an amount like 50."),
        ({"amount": "50", "to_email": "eva"}, "Enter an e-mail address like name@example.com."),
        ({"amount": "50", "key": ""}, "Please press the button again."),
        ({"amount": "50", "website_address": "x"}, "Please press the button again."),
    ],
)
def test_what_is_typed_wrong_buys_no_card(
    client: Client, selling: Business, said: dict[str, str], words: str
) -> None:
    answer = send(client, GIFT, **{**CARL, **said})

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert 'value="Carl Vogt"' in text_of(answer)
    assert not GiftCard.objects.exists()


def test_whoever_buys_cards_too_often_waits(client: Client, selling: Business) -> None:
    codes = []
    for _time in range(6):
        codes.append(send(client, GIFT, amount="5", **CARL).status_code)
        for begun in GiftCard.objects.all():
            client.post(f"/gifts/{begun.reference}/change")

    assert codes == [303, 303, 303, 303, 303, 429]


def test_a_business_without_gift_cards_has_no_page(client: Client, salon: Salon) -> None:
    assert client.get(GIFT).status_code == 404
    assert client.post(GIFT, {"amount": "50"}).status_code == 404


def test_a_card_that_is_not_paid_is_tried_again(client: Client, selling: Business) -> None:
    there = send(client, GIFT, amount="50", **CARL)["Location"]
    client.post(there, {"act": "DECLINE"})
    work(LATER)
    card = GiftCard.objects.get()
    page = f"/gifts/{card.reference}/"

    assert "This is not paid yet. You have not been charged." in text_of(client.get(page))
    assert spell_code(card.code) not in text_of(client.get(page))
    assert client.get(f"/gifts/open/{gift_token(card)}").status_code == 404
    assert Client().post(f"{page}pay").status_code == 404
    again = client.post(f"{page}pay")
    client.post(again["Location"], {"act": "PAY"})
    work(LATER)

    assert client.post(f"{page}pay")["Location"] == page
    assert spell_code(card.code) in text_of(client.get(page))


def test_paying_is_refused_politely_where_nothing_is_paid_any_more(
    client: Client, ten: PricingPlan, selling: Business
) -> None:
    there = [send(client, PLAN, **CARL), send(client, GIFT, amount="50", **CARL)]
    assert [it.status_code for it in there] == [303, 303]
    pages = [
        f"/plans/{PlanPurchase.objects.get().reference}/pay",
        f"/gifts/{GiftCard.objects.get().reference}/pay",
    ]
    Payment.objects.update(status="CANCELED")

    with override_settings(PAYMENT_PROVIDER=""):
        assert [client.post(page).status_code for page in pages] == [503, 503]
        assert client.get(GIFT).status_code == 404


def test_nobody_buys_with_a_key_that_is_known_twice(client: Client, ten: PricingPlan) -> None:
    """Back and once more: the same purchase, whatever the address says now."""
    fields = fields_of(client.get(PLAN))
    with time_machine.travel(TYPED, tick=False):
        first = client.post(PLAN, {**fields, **CARL})
        second = client.post(PLAN, {**fields, **CARL, "name": "Carla Vogt"})

    assert first["Location"] == second["Location"]
    assert PlanPurchase.objects.count() == 1
    assert buy_online(ten).purchase != PlanPurchase.objects.earliest("pk")
