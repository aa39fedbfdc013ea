"""A code and a gift card are locked in one order by whoever buys and whoever cancels (rule C2)."""

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, GiftCard
from apps.checkout.operations import Seen, SeenGift
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import ORIGIN, make_prepared
from tests.factories.prepaid import make_gift_card
from tests.races.storm import storm_of

pytestmark = [pytest.mark.real_time, pytest.mark.race, pytest.mark.django_db(transaction=True)]
CLIENTS = 16
EACH = 4
"""So many times each client books, or cancels."""
PRICE, CUT = 4800, 800
OWED = PRICE - CUT


@pytest.fixture
def salon() -> Salon:
    salon = make_salon(slug="juniper")
    salon.cut.pays_online = True
    salon.cut.save()
    return salon


@pytest.fixture
def coupon(salon: Salon) -> Coupon:
    return Coupon.objects.create(
        business=salon.business, name="Eight", code="EIGHT", kind="AMOUNT", value=CUT, starts_at=NOW
    )


@pytest.fixture
def card(salon: Salon) -> GiftCard:
    """Enough for all of them."""
    return make_gift_card(by=salon.olga, value=CLIENTS * EACH * OWED)


@pytest.fixture
def drafts(salon: Salon) -> list[Booking]:
    """Two people cut."""
    starts = [(day, hour) for day in (26, 27, 28, 30) for hour in range(9, 17)]
    return [
        make_prepared(
            service=salon.cut,
            starts_at=salon.at(day, hour),
            now=NOW,
            email=f"c{day}{hour}{person}@a.org",
        )
        for day, hour in starts
        for person in range(2)
    ]


def buy(draft_id: str, card_id: int) -> None:
    """A cut of €48.00 less the code's €8.00, all of it paid by the card."""
    gift = SeenGift(card_id, OWED)
    seen = Seen(total=OWED, due_now=OWED, code="EIGHT", gift=gift)
    checkout.check_out(draft_id=draft_id, way=Way.FULL, seen=seen, origin=ORIGIN, now=NOW)


def buy_or_cancel(client: int, facts: dict[str, Any]) -> str:
    """Even clients buy, odd ones cancel what was bought, and all use one code and one card."""
    try:
        for it in facts["turns"][client]:
            if client % 2:
                checkout.cancel_and_refund(
                    booking_id=it, business_id=facts["business"], reason="", by=facts["by"], now=NOW
                )
            else:
                buy(it, facts["card"])
    except (BusyTryAgain, OperationalError) as trouble:
        return type(trouble).__name__
    return "done"


@pytest.mark.long
def test_nobody_waits_for_each_other_for_ever(
    salon: Salon, coupon: Coupon, card: GiftCard, drafts: list[Booking]
) -> None:
    turns: list[list[Any]] = []
    for client in range(CLIENTS):
        mine = drafts[client * EACH : (client + 1) * EACH]
        if client % 2:
            for draft in mine:
                buy(draft.draft_id, card.pk)
        turns.append([it.pk if client % 2 else it.draft_id for it in mine])
    facts = {
        "turns": turns,
        "card": card.pk,
        "business": salon.business.pk,
        "by": salon.olga,
    }
    with storm_of(buy_or_cancel, clients=CLIENTS) as storm:
        told = storm.round(**facts)

    half = CLIENTS * EACH // 2
    coupon.refresh_from_db()
    card.refresh_from_db()
    assert told == Counter(done=CLIENTS)
    assert (coupon.used, card.balance) == (half, half * OWED)
    assert list(find_all(business_id=None, now=NOW)) == []


def test_those_who_count_together_are_locked_before_any_money(
    salon: Salon, coupon: Coupon, card: GiftCard
) -> None:
    """Somebody leaves and gives a code back, while somebody else buys the same day with it."""
    Service.objects.filter(pk=salon.cut.pk).update(min_participants=1)
    salon.cut.refresh_from_db()
    leaves, comes = (
        make_prepared(
            service=salon.cut, starts_at=salon.at(26, hour), now=NOW, email=f"at{hour}@a.org"
        )
        for hour in (10, 14)
    )
    buy(leaves.draft_id, card.pk)
    leaves.refresh_from_db()
    told: list[str] = []

    def come() -> None:
        try:
            buy(comes.draft_id, card.pk)
            told.append("bought")
        except (BusyTryAgain, OperationalError) as trouble:
            told.append(str(trouble))
        finally:
            connection.close()

    buyer = threading.Thread(target=come)
    with transaction.atomic():
        bookings.cancel_booking(
            booking_id=leaves.pk,
            business_id=salon.business.pk,
            revision=leaves.revision,
            by=salon.olga,
            now=NOW,
        )
        buyer.start()
        buyer.join(timeout=1)  # it waits for whoever leaves, and holds no code yet
        list(Coupon.objects.select_for_update().filter(pk=coupon.pk))
    buyer.join()

    assert told == ["bought"]
