"""Plans that customers have, in the hands of the team (rule M17)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import PlanPurchase, Refund
from apps.ledger.laws.prepaid import find_miscounted_plans, find_wrong_uses
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import work
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import make_class
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up, fresh

pytestmark = pytest.mark.django_db
PLANS = "/own/juniper/plans/"
HOLDERS = f"{PLANS}holders/"
CARL = {"name": "Carl Vogt", "email": "Carl@Example.com"}


@pytest.fixture
def purchase(salon: Salon) -> PlanPurchase:
    """Carl's ten classes for 160.00, paid at the desk."""
    return make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)


def page_of(purchase: PlanPurchase, act: str = "") -> str:
    return f"{PLANS}held/{purchase.reference}/" + (f"{act}/" if act else "")


def lines_of(page: Any) -> list[str]:
    """The ledger as a person reads it, line by line."""
    table = re.search(r'<table class="rows">.*?<tbody>(.*?)</tbody>', text_of(page), re.DOTALL)
    assert table is not None
    rows = re.findall(r"<tr>(.*?)</tr>", table.group(1), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_holders_are_found_by_name_mail_reference_and_plan(
    olga: Client, salon: Salon, purchase: PlanPurchase
) -> None:
    other = make_plan(services=[salon.colour], slug="colours", name="Five colours")
    make_purchase(plan=other, by=salon.olga, name="Ida Sand", email="ida@example.com")

    def found(**query: Any) -> list[str]:
        return re.findall(r"<b>([^<]+)</b><span", text_of(olga.get(HOLDERS, query)))

    both = ["Ida Sand", "Carl Vogt"]
    assert [found(), found(q="example.com"), found(page="x"), found(plan="x")] == [both] * 4
    assert [found(q="vogt"), found(q="CARL@ex"), found(q=purchase.reference.lower())] == (
        [["Carl Vogt"]] * 3
    )
    assert [found(plan=other.pk), found(plan=other.pk, q="carl")] == [["Ida Sand"], []]


def test_what_was_never_paid_is_nobodys(olga: Client, purchase: PlanPurchase) -> None:
    PlanPurchase.objects.update(status="DRAFT")

    assert "Nobody has a plan yet." in text_of(olga.get(HOLDERS))
    assert olga.get(page_of(purchase)).status_code == 404


def test_a_long_list_has_pages(olga: Client, salon: Salon, purchase: PlanPurchase) -> None:
    for number in range(50):
        make_purchase(plan=purchase.plan, by=salon.olga, email=f"{number}@example.com")

    first, second = olga.get(HOLDERS, {"q": "Carl"}), olga.get(HOLDERS, {"q": "Carl", "page": "2"})

    assert "Page 1 of 2" in text_of(first)
    assert 'href="?q=Carl&amp;page=2"' in text_of(first)
    assert [text_of(it).count('class="service"') for it in (first, second)] == [50, 1]


def test_the_list_costs_the_same_with_one_row_and_with_three(
    olga: Client, salon: Salon, purchase: PlanPurchase
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(HOLDERS, {"q": "Carl"}).status_code == 200
        return len(queries)

    one = cost()
    for number in range(2):
        make_purchase(plan=purchase.plan, by=salon.olga, email=f"{number}@example.com")

    assert cost() == one


def test_a_page_costs_the_same_with_one_line_and_with_three(
    olga: Client, salon: Salon, purchase: PlanPurchase
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(page_of(purchase)).status_code == 200
        return len(queries)

    one = cost()
    for _time in range(2):
        adjust(olga, purchase, visits="1", reason="A gift")

    assert cost() == one


def test_the_ledger_says_in_plain_words_what_happened(olga: Client, salon: Salon) -> None:
    session = make_class(salon, salon.ana)
    braiding = Service.objects.get(slug="braiding")
    Service.objects.filter(pk=braiding.pk).update(price_kind="FIXED", price=2000)
    purchase = make_purchase(plan=make_plan(services=[braiding]), by=salon.olga)
    booking = book_with_plan(session, purchase)
    adjust(olga, purchase, visits="2", reason="The heating was off")

    page = olga.get(page_of(purchase))

    assert lines_of(page) == [
        "Tue 24 Nov Changed by the team, olga@juniper.example The heating was off +2 11",
        f"Tue 24 Nov Used {booking.title} −1 9",
        "Tue 24 Nov Bought +10 10",
    ]
    assert f'href="/own/juniper/bookings/{booking.reference}/"' in text_of(page)
    assert [*find_miscounted_plans(), *find_wrong_uses()] == []


def adjust(olga: Client, purchase: PlanPurchase, **changes: str) -> Any:
    said = {
        "revision": str(fresh(purchase).revision),
        "way": "MORE",
        "visits": "1",
        "reason": "A gift",
        **changes,
    }
    return olga.post(page_of(purchase, "adjust"), said)


def test_a_booking_leads_to_the_plan_that_paid_for_it(
    olga: Client, seat: Sit, salon: Salon
) -> None:
    session = make_class(salon, salon.ana)
    braiding = Service.objects.get(slug="braiding")
    Service.objects.filter(pk=braiding.pk).update(price_kind="FIXED", price=2000)
    purchase = make_purchase(plan=make_plan(services=[braiding]), by=salon.olga)
    booking = book_with_plan(session, purchase)
    path = f"/own/juniper/bookings/{booking.reference}/"
    link = f'<a href="{page_of(purchase)}">Ten classes</a>'

    for_olga, for_adam = (text_of(it.get(path)) for it in (olga, seat("ACCOUNTANT")))

    assert [link in for_olga, link in for_adam] == [True, False]


@pytest.mark.parametrize(
    ("said", "left"),
    [({"money": "BACK"}, 10), ({"money": "KEEP", "reason": "Third time this month"}, 9)],
)
def test_who_cancels_for_a_customer_says_whether_the_visit_comes_back(
    olga: Client, salon: Salon, said: dict[str, str], left: int
) -> None:
    session = make_class(salon, salon.ana)
    braiding = Service.objects.get(slug="braiding")
    Service.objects.filter(pk=braiding.pk).update(price_kind="FIXED", price=2000)
    purchase = make_purchase(plan=make_plan(services=[braiding]), by=salon.olga)
    booking = book_with_plan(session, purchase)
    path = f"/own/juniper/bookings/{booking.reference}/"

    page = text_of(olga.get(path))
    olga.post(f"{path}cancel/", {"revision": booking.revision, "reason": "", **said})
    checkout.return_lost_credits(now=NOW + timedelta(minutes=1))

    assert ("The visit goes back to the plan." in page, "The visit stays used." in page) == (
        True,
        True,
    )
    assert fresh(purchase).balance == left
    assert [*find_miscounted_plans(), *find_wrong_uses()] == []


def test_visits_are_taken_off_with_a_reason(olga: Client, purchase: PlanPurchase) -> None:
    answer = adjust(olga, purchase, way="LESS", visits="4", reason="Counted on paper")

    assert answer["Location"] == f"{page_of(purchase)}?done=saved"
    assert fresh(purchase).balance == 6
    assert purchase.entries.get(kind="ADJUSTED").reason == "Counted on paper"
    assert_the_books_add_up()


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"reason": ""}, 422, "Enter a reason."),
        ({"visits": ""}, 422, "Enter the number of visits."),
        ({"visits": "0"}, 422, "Enter 1 or more."),
        ({"way": "SIDEWAYS"}, 422, "Something is missing."),
        ({"way": "LESS", "visits": "11"}, 422, "Only 10 visits are left"),
        ({"revision": "9"}, 409, "Somebody has changed this."),
        ({"revision": "x"}, 422, "Something is missing."),
    ],
)
def test_visits_that_cannot_be_changed_stay_and_the_text_is_kept(
    olga: Client, purchase: PlanPurchase, changes: dict[str, str], status: int, words: str
) -> None:
    page = adjust(olga, purchase, **{"reason": "Counted on paper", **changes})

    assert page.status_code == status
    assert words in text_of(page)
    kept = fields_of(page)
    assert kept["revision"] == "1"
    if "reason" not in changes:
        assert 'value="Counted on paper"' in text_of(page)
    assert fresh(purchase).balance == 10


def test_a_plan_that_counts_nothing_has_no_visits_to_change(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut], kind="UNLIMITED")
    purchase = make_purchase(plan=plan, by=salon.olga)

    assert "Adjust visits" not in text_of(olga.get(page_of(purchase)))
    assert adjust(olga, purchase).status_code == 409


def sign_in_again(olga: Client, salon: Salon) -> None:
    """Nobody used her sign-in meanwhile, so it has ended."""
    assert olga.get(PLANS)["Location"].startswith("/own/sign-in/?next=")
    olga.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")


def test_a_plan_is_paused_and_goes_on(
    olga: Client, salon: Salon, purchase: PlanPurchase, clock: Any
) -> None:
    ends_at = fresh(purchase).ends_at
    assert ends_at is not None

    assert olga.post(page_of(purchase, "pause"), {"revision": "1"}).status_code == 303
    assert "Resume plan" in text_of(olga.get(page_of(purchase)))
    clock.shift(timedelta(days=5))
    sign_in_again(olga, salon)
    answer = olga.post(page_of(purchase, "pause"), {"revision": "2", "resume": "1"})

    assert (answer.status_code, answer["Location"]) == (303, f"{page_of(purchase)}?done=saved")
    found = fresh(purchase)
    assert (found.status, found.ends_at) == ("ACTIVE", ends_at + timedelta(days=5))


def test_a_plan_is_not_paused_twice(olga: Client, purchase: PlanPurchase) -> None:
    olga.post(page_of(purchase, "pause"), {"revision": "1"})

    old, again = (
        olga.post(page_of(purchase, "pause"), {"revision": revision}) for revision in ("1", "2")
    )

    assert (old.status_code, again.status_code) == (409, 409)
    assert "Somebody has changed this." in text_of(old)
    assert "That is no longer possible with this plan." in text_of(again)
    assert fresh(purchase).status == "PAUSED"


def end(olga: Client, purchase: PlanPurchase, **changes: str) -> Any:
    said = {"revision": "1", "seen_refunded": "0", "amount": "", "reason": "", **changes}
    return olga.post(page_of(purchase, "end"), said)


def test_a_plan_is_ended_now_with_a_part_of_its_money_back(
    olga: Client, purchase: PlanPurchase
) -> None:
    assert "€160.00 can be refunded." in text_of(olga.get(page_of(purchase)))

    answer = end(olga, purchase, amount="100,00", reason="She moves away")

    assert answer.status_code == 303
    found = fresh(purchase)
    assert (found.status, found.balance, found.over_at) == ("CANCELED", 0, NOW)
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason, refund.status) == (10000, "She moves away", "DONE")
    page = olga.get(page_of(purchase))
    assert lines_of(page)[0] == "Tue 24 Nov Expired −10 0"
    assert "Pause plan" not in text_of(page)
    assert_the_books_add_up()


def test_a_plan_is_ended_without_money_when_nobody_says_how_much(
    olga: Client, purchase: PlanPurchase
) -> None:
    assert end(olga, purchase).status_code == 303

    assert fresh(purchase).status == "CANCELED"
    assert not Refund.objects.exists()
    assert_the_books_add_up()


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"amount": "160.01"}, 422, "Only €160.00 can still be refunded."),
        ({"amount": "much"}, 422, "Enter an amount like 12.50."),
        ({"amount": "-1"}, 422, "Enter an amount like 12.50."),
        ({"amount": "10", "seen_refunded": "500"}, 409, "€0.00 has already been refunded."),
        ({"revision": "4"}, 409, "Somebody has changed this."),
    ],
)
def test_a_plan_that_cannot_be_ended_like_this_goes_on(
    olga: Client, purchase: PlanPurchase, changes: dict[str, str], status: int, words: str
) -> None:
    page = end(olga, purchase, reason="She moves away", **changes)

    assert page.status_code == status
    assert words in text_of(page)
    assert 'value="She moves away"' in text_of(page)
    assert fresh(purchase).status == "ACTIVE"
    assert not Refund.objects.exists()


def test_a_plan_that_is_over_stays_over(olga: Client, purchase: PlanPurchase) -> None:
    end(olga, purchase)

    answers = [
        end(olga, purchase, revision="2"),
        adjust(olga, purchase),
        olga.post(page_of(purchase, "renewal")),
        olga.post(page_of(purchase, "link")),
        olga.post(page_of(purchase, "pause"), {"revision": "2", "resume": "1"}),
    ]

    assert [it.status_code for it in answers] == [409] * 5


def test_a_membership_ends_with_its_period(olga: Client, salon: Salon) -> None:
    plan = make_plan(services=[salon.cut], kind="CREDITS")
    purchase = make_purchase(plan=plan, by=salon.olga)
    PlanPurchase.objects.update(renews=True)
    page = text_of(olga.get(page_of(purchase)))
    assert "Renews on Thursday 24 December 2026 for €160.00." in page
    assert "End plan after this period" in page

    assert olga.post(page_of(purchase, "renewal")).status_code == 303

    found = fresh(purchase)
    assert (found.renews, found.status) == (False, "ACTIVE")
    page = text_of(olga.get(page_of(purchase)))
    assert "It ends automatically and nothing more is charged." in page
    assert "End plan after this period" not in page


def test_the_link_is_sent_once_more(olga: Client, purchase: PlanPurchase) -> None:
    work(NOW)
    mail.outbox.clear()

    answer = olga.post(page_of(purchase, "link"))
    work(NOW)

    assert answer["Location"] == f"{page_of(purchase)}?done=sent"
    assert "The link goes to carl@example.com." in text_of(olga.get(answer["Location"]))
    sent = [(it.to, it.subject) for it in mail.outbox]
    assert sent == [(["carl@example.com"], "The link to your plan: Ten classes")]


def test_a_plan_of_another_business_is_not_found(olga: Client) -> None:
    other = make_salon(slug="other")
    foreign = make_purchase(plan=make_plan(services=[other.cut]), by=other.olga)
    acts = ("pause", "renewal", "end", "adjust", "link", "paid", "undo-paid")

    answers = [olga.get(page_of(foreign)), *(olga.post(page_of(foreign, act)) for act in acts)]

    assert [it.status_code for it in answers] == [404] * 8
    assert fresh(foreign).revision == 1


def test_the_front_desk_sees_a_plan_and_changes_nothing(seat: Sit, purchase: PlanPurchase) -> None:
    desk = seat("FRONT_DESK")
    page = text_of(desk.get(page_of(purchase)))

    assert "Send the link again" in page
    for words in ("Pause plan", "Adjust visits", "End plan now"):
        assert words not in page
    acts = ("pause", "renewal", "end", "adjust")
    assert [desk.post(page_of(purchase, act)).status_code for act in acts] == [403] * 4
