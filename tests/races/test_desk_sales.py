"""Who of the team taps twice, or two at once: sold, paid and changed once (rule M24)."""

from typing import Any

import pytest
from django.core.management import call_command

from apps.availability import operations as availability
from apps.availability.engine.series import SeriesRule
from apps.availability.models import Session
from apps.availability.operations import SessionFacts
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import StaleRevision
from apps.businesses.models import TeamMember
from apps.catalog import operations as catalog
from apps.catalog.models import PricingPlan, Service
from apps.catalog.operations import PlanFacts
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.checkout.models import Discount, GiftCard, Order, Payment, PlanPurchase
from apps.checkout.operations import DiscountFacts
from apps.checkout.promotions import PromotionKind
from apps.classes import operations as classes
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer, Gift
from apps.waitlists.operations import WaitingDetails
from tests.factories import NOW, Salon, make_salon
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.factories.studio import make_class
from tests.races.storm import storm_of

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.detail,
]
CLIENTS = 16
CARL = Buyer("Carl Vogt", "carl@example.com")
KEY = "a-form-of-the-desk"


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def olga() -> TeamMember:
    return TeamMember.objects.select_related("business").get(role="OWNER")


def sell(_client: int, facts: dict[str, Any]) -> str:
    sold = prepaid.sell_plan(
        plan_id=facts["plan"], buyer=CARL, by=olga(), now=NOW, seen_price=16000, form_key=KEY
    )
    return sold.reference


def sell_card(_client: int, _facts: dict[str, Any]) -> str:
    card = prepaid.sell_gift_card(gift=Gift(5000, CARL), by=olga(), now=NOW, form_key=KEY)
    return card.reference


def record(_client: int, facts: dict[str, Any]) -> str:
    try:
        checkout.mark_plan_paid(
            purchase_id=facts["purchase"], order_id=facts["order"], by=olga(), now=NOW
        )
    except checkout.NotOwed:
        return "nothing is owed"
    return "paid"


def take_off(_client: int, facts: dict[str, Any]) -> str:
    try:
        prepaid.adjust_plan(
            purchase_id=facts["purchase"],
            revision=1,
            visits=-7,
            reason="On paper",
            by=olga(),
            now=NOW,
        )
    except StaleRevision:
        return "stale"
    return "taken off"


def take_money_off(_client: int, facts: dict[str, Any]) -> str:
    try:
        prepaid.adjust_gift_card(
            card_id=facts["card"],
            amount=-3000,
            seen_balance=5000,
            reason="By phone",
            by=olga(),
            now=NOW,
        )
    except checkout.GiftRefused:
        return "another balance"
    return "taken off"


def make_discount(_client: int, _facts: dict[str, Any]) -> str:
    facts = DiscountFacts(name="Autumn", kind=PromotionKind.PERCENT, value=1000, starts_at=NOW)
    return str(checkout.make_discount(facts=facts, by=olga(), form_key=KEY).pk)


def plan_class(_client: int, facts: dict[str, Any]) -> str:
    service = Service.objects.select_related("business").get(pk=facts["service"])
    (session,) = availability.open_series(
        rule=SeriesRule(NOW.date(), (NOW.weekday(),), 1200, 60, count=1),
        facts=SessionFacts(service, None, (), 5),
        skip_closed=False,
        now=NOW,
        form_key=KEY,
    )
    return str(session.pk)


def put_in(_client: int, facts: dict[str, Any]) -> str:
    target = Session.objects.select_related("service", "location").get(pk=facts["session"])
    service = Service.objects.select_related("business").get(pk=target.service_id or 0)
    return classes.add_booking(
        choice=choose(service=service),
        target=target,
        details=WaitingDetails(name="Ida Holm", email="ida@example.com"),
        by=olga(),
        now=NOW,
        form_key=KEY,
    ).reference


def write_to_all(_client: int, facts: dict[str, Any]) -> str:
    told = classes.message_people(
        session_id=facts["session"], text="Bring a towel", by=olga(), now=NOW, form_key=KEY
    )
    return f"{told} told"


def offer(_client: int, facts: dict[str, Any]) -> str:
    facts_of_plan = PlanFacts(
        name="Ten cuts",
        summary="",
        price=40000,
        tax_rate=0,
        credits=10,
        valid_days=None,
        period_months=None,
        max_per_customer=None,
        hidden=False,
        service_ids=(facts["service"],),
    )
    return catalog.make_plan(kind="PACKAGE", facts=facts_of_plan, by=olga()).slug


def test_a_sale_that_is_sent_by_many_is_one(salon: Salon) -> None:
    plan = make_plan(services=[salon.cut])

    with storm_of(sell, clients=CLIENTS) as storm:
        told = storm.round(plan=plan.pk)

    purchase = PlanPurchase.objects.get()
    assert told == {purchase.reference: CLIENTS}
    assert (purchase.balance, Payment.objects.get().captured) == (10, 16000)
    call_command("check_ledger")


def test_a_gift_card_that_is_sold_by_many_is_one(salon: Salon) -> None:
    with storm_of(sell_card, clients=CLIENTS) as storm:
        told = storm.round()

    card = GiftCard.objects.get()
    assert told == {card.reference: CLIENTS}
    assert (card.balance, Payment.objects.get().captured) == (5000, 5000)
    call_command("check_ledger")


def test_what_is_owed_is_recorded_once(salon: Salon) -> None:
    purchase = prepaid.sell_plan(
        plan_id=make_plan(services=[salon.cut]).pk,
        buyer=CARL,
        by=salon.olga,
        now=NOW,
        is_paid=False,
    )

    with storm_of(record, clients=CLIENTS) as storm:
        told = storm.round(purchase=purchase.pk, order=Order.objects.get().pk)

    assert told == {"paid": 1, "nothing is owed": CLIENTS - 1}
    assert Payment.objects.get().captured == 16000
    call_command("check_ledger")


def test_visits_are_taken_off_once(salon: Salon) -> None:
    purchase = make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)

    with storm_of(take_off, clients=CLIENTS) as storm:
        told = storm.round(purchase=purchase.pk)

    assert told == {"taken off": 1, "stale": CLIENTS - 1}
    purchase.refresh_from_db()
    assert purchase.balance == 3
    call_command("check_ledger")


def test_an_amount_is_taken_off_a_card_once(salon: Salon) -> None:
    card = make_gift_card(by=salon.olga)

    with storm_of(take_money_off, clients=CLIENTS) as storm:
        told = storm.round(card=card.pk)

    assert told == {"taken off": 1, "another balance": CLIENTS - 1}
    card.refresh_from_db()
    assert card.balance == 2000
    call_command("check_ledger")


def test_plans_of_one_name_get_addresses_of_their_own(salon: Salon) -> None:
    with storm_of(offer, clients=CLIENTS) as storm:
        told = storm.round(service=salon.cut.pk)

    assert set(told.values()) == {1}
    positions = PricingPlan.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(CLIENTS))


def test_a_discount_that_is_made_by_many_is_one(salon: Salon) -> None:
    with storm_of(make_discount, clients=CLIENTS) as storm:
        told = storm.round()

    assert told == {str(Discount.objects.get().pk): CLIENTS}


def test_a_class_that_is_scheduled_by_many_is_one(salon: Salon) -> None:
    service = make_class(salon, salon.ana).service

    with storm_of(plan_class, clients=CLIENTS) as storm:
        told = storm.round(service=service.pk if service else 0)

    assert told == {str(Session.objects.get(series__form_key=KEY).pk): CLIENTS}


def test_somebody_who_is_put_in_by_many_comes_once(salon: Salon) -> None:
    session = make_class(salon, salon.ana)

    with storm_of(put_in, clients=CLIENTS) as storm:
        told = storm.round(session=session.pk)

    assert told == {Booking.objects.get(contact_email="ida@example.com").reference: CLIENTS}
    call_command("check_ledger")


def test_a_message_that_is_sent_by_many_is_one(salon: Salon) -> None:
    session = make_class(salon, salon.ana)

    with storm_of(write_to_all, clients=CLIENTS) as storm:
        told = storm.round(session=session.pk)

    assert told == {"1 told": CLIENTS}
    assert BookingEvent.objects.filter(action=BookingEvent.Action.MESSAGED).count() == 1
