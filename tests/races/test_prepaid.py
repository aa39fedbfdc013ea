"""Visits and gift cards in a storm: never one too many, never given back twice (rules M16, M15).

The tests that begin with "without" take a protection away and see the others fail.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models
from django.db.models import QuerySet

from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import CreditEntry, GiftCard, GiftEntry, Payment, PlanPurchase
from apps.checkout.operations import Seen, SeenGift, gift_money
from apps.checkout.operations.pay_with_plan import return_credit
from apps.checkout.plans import refusal
from apps.checkout.pricing import Way
from apps.checkout.queries import passes
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import ORIGIN, make_prepared
from tests.factories.prepaid import (
    book_with_plan,
    make_gift_card,
    make_plan,
    make_prepared_place,
    make_purchase,
)
from tests.factories.studio import Studio, make_session, make_studio
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
CLIENTS = 16
CHECKOUTS = 32
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def studio() -> Studio:
    return make_studio()


@pytest.fixture
def last(studio: Studio) -> PlanPurchase:
    """A package with one visit left."""
    plan = make_plan(services=[studio.flow], credits=1)
    return make_purchase(plan=plan, by=studio.olga)


@pytest.fixture
def places(studio: Studio) -> list[str]:
    """As many places as clients, in classes and under addresses of their own: no lock of a class
    or a customer stands before the plan's."""
    starts = [(day, hour) for day in (25, 26, 27) for hour in range(8, 14)][:CLIENTS]
    return [
        make_prepared_place(
            make_session(studio, starts_at=studio.at(day, hour)), email=f"c{day}{hour}@a.org"
        ).draft_id
        for day, hour in starts
    ]


@pytest.fixture
def salon() -> Salon:
    salon = make_salon(slug="juniper")
    salon.cut.pays_online = True
    salon.cut.save()
    return salon


@pytest.fixture
def card(salon: Salon) -> GiftCard:
    """Enough for three cuts of €48.00 and a rest of €10.00."""
    return make_gift_card(by=salon.olga, value=3 * 4800 + 1000)


@pytest.fixture
def drafts(salon: Salon) -> list[str]:
    starts = [(day, hour) for day in (26, 27, 28, 30) for hour in range(9, 17)][:CHECKOUTS]
    return [
        make_prepared(
            service=salon.cut, starts_at=salon.at(day, hour), now=NOW, email=f"c{day}{hour}@a.org"
        ).draft_id
        for day, hour in starts
    ]


def attempt(verb: Callable[..., Any], facts: dict[str, Any], **named: Any) -> str:
    """What somebody was told; blind: their connection has no check constraints (SQLite)."""
    if facts.get("blind") and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
    try:
        verb(**named)
    except (checkout.PlanRefused, checkout.GiftRefused) as no:
        return type(no).__name__
    except IntegrityError:
        return "the database said no"
    except BusyTryAgain:
        return "busy"
    return "done"


def use_the_last(client: int, facts: dict[str, Any]) -> str:
    seen = Seen(total=0, due_now=0, purchase_id=facts["plan"])
    return attempt(
        checkout.check_out,
        facts,
        draft_id=facts["places"][client],
        way=Way.PLAN,
        seen=seen,
        origin=ORIGIN,
        now=NOW,
    )


def tap(_client: int, facts: dict[str, Any]) -> str:
    session = Session.objects.select_related("location").get(pk=facts["session"])
    purchase = PlanPurchase.objects.get(pk=facts["plan"])
    return attempt(book_with_plan, facts, session=session, purchase=purchase)


def pay_by_card(client: int, facts: dict[str, Any]) -> str:
    seen = Seen(total=4800, due_now=4800, gift=SeenGift(facts["card"], 4800))
    return attempt(
        checkout.check_out,
        facts,
        draft_id=facts["drafts"][client],
        way=Way.FULL,
        seen=seen,
        origin=ORIGIN,
        now=NOW,
    )


@contextmanager
def without_constraint(model: type[models.Model], name: str) -> Iterator[None]:
    """On SQLite the clients switch it off on their own connections (``blind``). The rows are put
    right again before it comes back."""
    constraint = next(it for it in model._meta.constraints if it.name == name)
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, constraint)
    yield
    model._default_manager.update(balance=0)
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


@pytest.fixture
def unlooking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether there is enough."""
    monkeypatch.setattr(passes, "refusal", lambda *_facts: None)
    monkeypatch.setattr(gift_money, "_has", lambda *_facts: True)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody looks, takes their time, and no row is locked."""

    def slowly(*facts: Any) -> Any:
        time.sleep(0.2)
        return refusal(*facts)

    def has(card: GiftCard, amount: int) -> bool:
        time.sleep(0.2)
        return card.balance >= amount

    def unlock(rows: QuerySet[Any], *_args: Any, **_named: Any) -> QuerySet[Any]:
        return rows.all()

    monkeypatch.setattr(passes, "refusal", slowly)
    monkeypatch.setattr(gift_money, "_has", has)
    monkeypatch.setattr(QuerySet, "select_for_update", unlock)
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: there is no row lock to take away")


@pytest.mark.usefixtures("unlooking")
@pytest.mark.long
def test_without_look_and_constraint_a_plan_is_overdrawn(
    last: PlanPurchase, places: list[str]
) -> None:
    name = "plan_credits_not_overdrawn"
    with without_constraint(PlanPurchase, name), storm_of(use_the_last, clients=CLIENTS) as storm:
        told = storm.round(plan=last.pk, places=places, blind=True)

        last.refresh_from_db()
        assert (told, last.balance) == (Counter({"done": CLIENTS}), 1 - CLIENTS)


@pytest.mark.usefixtures("unlocked")
@pytest.mark.long
def test_without_the_row_lock_the_last_visit_is_used_again(
    last: PlanPurchase, places: list[str]
) -> None:
    with storm_of(use_the_last, clients=CLIENTS) as storm:
        told = storm.round(plan=last.pk, places=places)

    assert told["done"] > 1
    with pytest.raises(CommandError):
        call_command("check_ledger")


@pytest.mark.usefixtures("unlooking")
@pytest.mark.long
def test_without_the_look_the_database_still_keeps_the_last_visit(
    last: PlanPurchase, places: list[str]
) -> None:
    """The law behind the rule: plan_credits_not_overdrawn."""
    with storm_of(use_the_last, clients=CLIENTS) as storm:
        told = storm.round(plan=last.pk, places=places)

    assert told == Counter({"done": 1, "the database said no": CLIENTS - 1})
    assert_used_once(last)


def test_the_last_visit_goes_to_one_of_many(last: PlanPurchase, places: list[str]) -> None:
    with storm_of(use_the_last, clients=CLIENTS) as storm:
        told = storm.round(plan=last.pk, places=places)

    assert told == Counter({"done": 1, "PlanRefused": CLIENTS - 1})
    assert_used_once(last)


def test_two_devices_that_tap_one_class_use_the_last_visit_once(
    last: PlanPurchase, studio: Studio
) -> None:
    session = make_session(studio, starts_at=studio.at(27, 18))

    with storm_of(tap, clients=2, processes=2) as storm:
        told = storm.round(plan=last.pk, session=session.pk)

    assert told["done"] == 1
    assert_used_once(last)


def assert_used_once(purchase: PlanPurchase) -> None:
    purchase.refresh_from_db()
    assert purchase.balance == 0
    assert CreditEntry.objects.filter(kind="USED").count() == 1
    assert Booking.objects.filter(status="CONFIRMED").count() == 1
    call_command("check_ledger")


def give_back(_client: int, facts: dict[str, Any]) -> str:
    """Half by the worker's round, half one by one."""
    if _client % 2:
        return str(checkout.return_lost_credits(now=LATER))
    return str(int(return_credit(booking_id=facts["booking"], now=LATER)))


def test_a_visit_that_many_give_back_comes_back_once(studio: Studio) -> None:
    purchase = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    booking = book_with_plan(make_session(studio, starts_at=studio.at(27, 18)), purchase)
    bookings.cancel_booking(
        booking_id=booking.pk,
        business_id=studio.business.pk,
        revision=booking.revision,
        by=None,
        now=NOW,
    )

    with storm_of(give_back, clients=CLIENTS) as storm:
        told = storm.round(booking=booking.pk)

    assert told == Counter({"1": 1, "0": CLIENTS - 1})
    purchase.refresh_from_db()
    assert purchase.balance == 10
    call_command("check_ledger")


@pytest.mark.usefixtures("unlooking")
@pytest.mark.long
def test_without_look_and_constraint_a_card_gives_more_than_it_has(
    card: GiftCard, drafts: list[str]
) -> None:
    name = "gift_balance_within_value"
    with without_constraint(GiftCard, name), storm_of(pay_by_card, clients=CHECKOUTS) as storm:
        told = storm.round(card=card.pk, drafts=drafts, blind=True)

        card.refresh_from_db()
        assert told == Counter({"done": CHECKOUTS})
        assert card.balance == card.value - CHECKOUTS * 4800


@pytest.mark.usefixtures("unlocked")
@pytest.mark.long
def test_without_the_row_lock_a_card_pays_once_too_often(card: GiftCard, drafts: list[str]) -> None:
    with storm_of(pay_by_card, clients=CHECKOUTS) as storm:
        told = storm.round(card=card.pk, drafts=drafts)

    assert told["done"] > 3
    with pytest.raises(CommandError):
        call_command("check_ledger")


@pytest.mark.usefixtures("unlooking")
@pytest.mark.long
def test_without_the_look_the_database_still_keeps_a_card_above_zero(
    card: GiftCard, drafts: list[str]
) -> None:
    """The law behind the rule: gift_balance_within_value."""
    with storm_of(pay_by_card, clients=CHECKOUTS) as storm:
        told = storm.round(card=card.pk, drafts=drafts)

    assert told == Counter({"done": 3, "the database said no": CHECKOUTS - 3})
    assert_paid_three_times(card)


def test_thirty_checkouts_take_no_more_than_is_on_a_card(card: GiftCard, drafts: list[str]) -> None:
    with storm_of(pay_by_card, clients=CHECKOUTS) as storm:
        told = storm.round(card=card.pk, drafts=drafts)

    assert told == Counter({"done": 3, "GiftRefused": CHECKOUTS - 3})
    assert_paid_three_times(card)


def test_one_draft_tapped_by_many_takes_its_money_once(card: GiftCard, drafts: list[str]) -> None:
    with storm_of(pay_by_card, clients=CLIENTS) as storm:
        told = storm.round(card=card.pk, drafts=CLIENTS * [drafts[0]])

    card.refresh_from_db()
    assert (told, card.value - card.balance) == (Counter({"done": CLIENTS}), 4800)
    assert Payment.objects.filter(kind="GIFT").count() == 1
    call_command("check_ledger")


def assert_paid_three_times(card: GiftCard) -> None:
    card.refresh_from_db()
    assert card.balance == 1000
    assert Payment.objects.filter(kind="GIFT", status="PAID").count() == 3
    assert Booking.objects.filter(status="CONFIRMED").count() == 3
    call_command("check_ledger")


def let_go(_client: int, facts: dict[str, Any]) -> str:
    return str(checkout.release_held(now=NOW + timedelta(hours=1)))


def test_what_many_workers_let_go_comes_back_once(salon: Salon, drafts: list[str]) -> None:
    small = make_gift_card(by=salon.olga, value=1000)
    seen = Seen(total=4800, due_now=4800, gift=SeenGift(small.pk, 1000))
    checkout.check_out(draft_id=drafts[0], way=Way.FULL, seen=seen, origin=ORIGIN, now=NOW)
    Payment.objects.filter(kind="ONLINE").update(status="FAILED")

    with storm_of(let_go, clients=CLIENTS) as storm:
        told = storm.round()

    small.refresh_from_db()
    assert (told["1"], small.balance) == (1, 1000)
    assert GiftEntry.objects.filter(kind="RETURNED").count() == 1
    call_command("check_ledger")


def ask_with_card(client: int, facts: dict[str, Any]) -> str:
    seen = Seen(total=12000, due_now=12000, gift=SeenGift(facts["card"], 12000))
    return attempt(
        checkout.check_out,
        facts,
        draft_id=facts["drafts"][client],
        way=Way.FULL,
        seen=seen,
        origin=ORIGIN,
        now=NOW,
    )


def test_one_card_is_authorized_for_one_of_many_requests(salon: Salon) -> None:
    """And when it is declined, it comes back once, however many do that work."""
    salon.bridal.pays_online = True
    salon.bridal.save()
    card = make_gift_card(by=salon.olga, value=12000)
    asked = [
        make_prepared(
            service=salon.bridal, starts_at=salon.at(26, hour), now=NOW, email=f"c{hour}@a.org"
        )
        for hour in range(9, 17)
    ]
    with storm_of(ask_with_card, clients=len(asked)) as storm:
        told = storm.round(card=card.pk, drafts=[it.draft_id for it in asked])

    assert told == Counter({"done": 1, "GiftRefused": len(asked) - 1})
    card.refresh_from_db()
    payment = Payment.objects.get(kind=Payment.Kind.GIFT)
    assert (card.balance, payment.status, payment.authorized) == (0, "AUTHORIZED", 12000)

    booking = Booking.objects.get(status=Booking.Status.PENDING)
    bookings.decline_request(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=LATER, reason=""
    )
    with storm_of(release_authorized, clients=CLIENTS) as storm:
        storm.round(payment=payment.pk)

    card.refresh_from_db()
    assert card.balance == 12000
    assert GiftEntry.objects.filter(card=card, kind=GiftEntry.Kind.RETURNED).count() == 1
    call_command("check_ledger")


def release_authorized(_client: int, facts: dict[str, Any]) -> str:
    return attempt(
        checkout.release_payment, {}, payment_id=facts["payment"], now=LATER + timedelta(minutes=1)
    )
