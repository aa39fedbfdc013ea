"""check_ledger finds every fault that is planted in plans and gift cards, nothing else
(rule M16)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from apps.availability.models import Session
from apps.bookings.models import Booking
from apps.catalog.models import PricingPlan
from apps.checkout import operations as checkout
from apps.checkout.models import CreditEntry, GiftCard, GiftEntry, Payment, PlanPurchase
from apps.checkout.operations import Seen, SeenGift
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from apps.ledger import laws
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import ORIGIN, make_prepared
from tests.factories.prepaid import book_with_plan, make_gift_card, make_plan, make_purchase
from tests.factories.studio import Studio, make_session, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.detail]
Kind = CreditEntry.Kind
STANDS = "the visit went back and the booking stands"


@pytest.fixture
def session(studio: Studio) -> Session:
    return make_session(studio, starts_at=studio.at(27, 18))


@pytest.fixture
def booking(purchase: PlanPurchase, session: Session) -> Booking:
    """Two people who came with Carl's plan."""
    return book_with_plan(session, purchase, people=2)


@pytest.fixture
def card(salon: Salon) -> GiftCard:
    return make_gift_card(by=salon.olga)


@pytest.fixture
def paid(salon: Salon, card: GiftCard) -> Payment:
    """A cut of €48.00 that was paid with the card."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    quote = offer_of(booking=draft, now=NOW).quotes[Way.FULL]
    seen = Seen(quote.total, quote.due_now, gift=SeenGift(card.pk, 4800))
    checkout.check_out(draft_id=draft.draft_id, way=Way.FULL, seen=seen, origin=ORIGIN, now=NOW)
    return Payment.objects.get(kind="GIFT")


def found() -> list[tuple[str, str]]:
    return [(it.rule, it.what) for it in find_all(business_id=None, now=NOW)]


def test_plans_of_every_kind_in_every_state_agree(studio: Studio, session: Session) -> None:
    day = 27
    for kind in PricingPlan.Kind:
        plan = make_plan(services=[studio.flow], kind=kind, slug=kind.lower(), credits=3)
        for verb in (None, prepaid.pause_plan, prepaid.cancel_plan):
            day += 1
            purchase = make_purchase(plan=plan, by=studio.olga, email=f"{verb}@example.com")
            book_with_plan(make_session(studio, starts_at=studio.at(day, 18)), purchase)
            more: dict[str, Any] = {"amount": 1, "seen_refunded": 0, "reason": ""}
            if verb is not None:
                verb(
                    purchase_id=purchase.pk,
                    revision=1,
                    by=studio.olga,
                    now=NOW,
                    **(more if verb is prepaid.cancel_plan else {}),
                )
    prepaid.end_plans(now=NOW + timedelta(days=400))

    assert found() == []


def test_a_plan_with_other_visits_than_its_lines_is_found(
    purchase: PlanPurchase, booking: Booking
) -> None:
    PlanPurchase.objects.update(balance=F("balance") + 1)

    assert found() == [("plans_are_counted", "says 9, lines 8")]


def test_a_line_that_was_lost_is_found(purchase: PlanPurchase) -> None:
    CreditEntry.objects.all().delete()

    assert set(found()) == {
        ("plans_are_counted", "says 10, lines 0"),
        ("periods_are_paid_for", "has 0 periods, 1 were placed and 1 are paid"),
    }


@pytest.mark.parametrize("people", [1, 3])
def test_more_or_fewer_visits_than_people_are_found(booking: Booking, people: int) -> None:
    used = CreditEntry.objects.get(kind=Kind.USED)
    used.amount = -people
    used.save()
    PlanPurchase.objects.update(balance=10 - people)

    assert found() == [("visits_are_people", f"{people} visits for 2 people")]


def test_extras_that_were_paid_hide_no_wrong_number(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(paid=300)
    CreditEntry.objects.filter(kind=Kind.USED).update(amount=-3)
    PlanPurchase.objects.update(balance=7)

    assert ("visits_are_people", "3 visits for 2 people") in found()


def test_visits_that_came_back_in_another_number_are_found(
    purchase: PlanPurchase, booking: Booking
) -> None:
    CreditEntry.objects.create(
        purchase=purchase, kind=Kind.RETURNED, amount=1, left=9, booking=booking, at=NOW
    )
    PlanPurchase.objects.update(balance=9)

    assert found() == [
        ("visits_come_back_whole", "1 came back of 2"),
        ("a_plan_pays_by_its_lines", STANDS),
    ]


def test_a_visit_that_came_back_without_having_been_used_is_found(
    purchase: PlanPurchase, booking: Booking
) -> None:
    CreditEntry.objects.filter(kind=Kind.USED).update(kind=Kind.RETURNED, amount=2)
    PlanPurchase.objects.update(balance=12)

    assert found() == [
        ("a_plan_pays_by_its_lines", "no plan was used"),
        ("visits_come_back_whole", "a visit came back that was never used"),
        ("a_plan_pays_by_its_lines", STANDS),
    ]


def test_a_booking_that_only_says_that_a_plan_paid_is_found(booking: Booking) -> None:
    CreditEntry.objects.filter(kind=Kind.USED).delete()
    PlanPurchase.objects.update(balance=10)

    assert found() == [("a_plan_pays_by_its_lines", "no plan was used")]


def test_a_card_with_another_balance_than_its_lines_is_found(card: GiftCard) -> None:
    GiftCard.objects.update(balance=4999)

    assert found() == [("gift_cards_are_counted", "says 4999, is 5000")]


def test_a_card_that_paid_without_giving_is_found(card: GiftCard, paid: Payment) -> None:
    GiftEntry.objects.filter(payment=paid).delete()
    GiftCard.objects.update(balance=5000)

    assert found() == [("gifts_pay_once", "has 4800, the card gave 0")]


def test_a_card_that_gave_twice_is_found(card: GiftCard, paid: Payment) -> None:
    used = GiftEntry.objects.get(kind="USED")
    GiftEntry.objects.create(
        card=card, kind="USED", amount=-200, left=0, payment=used.payment, at=NOW
    )
    GiftCard.objects.update(balance=0)

    assert found() == [("gifts_pay_once", "has 4800, the card gave 5000")]


def test_a_card_that_paid_more_than_the_bill_is_found(card: GiftCard, paid: Payment) -> None:
    Payment.objects.filter(pk=paid.pk).update(amount=4900, captured=4900)
    GiftEntry.objects.filter(payment=paid).update(amount=-4900, left=100)
    GiftCard.objects.update(balance=100)

    assert ("gifts_pay_no_more_than_the_bill", "cards pay 4900 of 4800") in found()


def test_each_rule_asks_about_one_business_or_all(
    card: GiftCard, booking: Booking, purchase: PlanPurchase
) -> None:
    other = make_salon(slug="elsewhere")
    sams = make_studio(slug="sams")
    make_gift_card(by=other.olga)
    make_purchase(plan=make_plan(services=[sams.flow]), by=sams.olga)
    GiftCard.objects.update(balance=1)
    PlanPurchase.objects.update(balance=1)
    CreditEntry.objects.filter(kind=Kind.USED).update(amount=-1)

    def of(business_id: int | None) -> list[str]:
        rules = (
            laws.prepaid.find_miscounted_plans,
            laws.prepaid.find_wrong_uses,
            laws.prepaid.find_visits_for_nothing,
            laws.prepaid.find_miscounted_gift_cards,
        )
        return [it.rule for rule in rules for it in rule(business_id=business_id)]

    assert of(purchase.business_id) == ["plans_are_counted", "visits_are_people"]
    assert of(other.business.pk) == ["gift_cards_are_counted"]
    assert of(None) == [
        *("plans_are_counted", "plans_are_counted", "visits_are_people"),
        *("gift_cards_are_counted", "gift_cards_are_counted"),
    ]


def test_the_command_says_so_too(purchase: PlanPurchase) -> None:
    call_command("check_ledger")
    PlanPurchase.objects.update(balance=11)

    with pytest.raises(CommandError):
        call_command("check_ledger")
