"""What we signed is over at its end: read a second before, not at the instant, not after."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import RequestFactory

from apps.bookings.remembering import DEVICE_LIFE, DEVICE_SALT, remembered
from apps.prepaid.links import (
    GIFT_LIFE,
    LIFE,
    gift_token,
    open_gift_token,
    open_plan_token,
    plan_token,
)
from apps.web.signed import read_signed
from tests.factories import NOW, Salon, make_salon
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase

OVER_AT_ITS_END = pytest.mark.parametrize(
    ("seconds", "lives"), [(-1, True), (0, False), (1, False)], ids=["before", "at", "after"]
)
HOUR = timedelta(hours=1)


@pytest.fixture
def salon(db: None, clock: time_machine.Traveller) -> Salon:
    clock.move_to(NOW)
    return make_salon(slug="juniper")


@OVER_AT_ITS_END
def test_what_was_signed_is_over_at_its_end(
    clock: time_machine.Traveller, seconds: int, *, lives: bool
) -> None:
    clock.move_to(NOW)
    token = signing.dumps([7], salt="here")

    clock.move_to(NOW + HOUR + timedelta(seconds=seconds))

    if lives:
        assert read_signed(token, salt="here", life=HOUR) == [7]
    else:
        with pytest.raises(signing.SignatureExpired):
            read_signed(token, salt="here", life=HOUR)


@OVER_AT_ITS_END
def test_a_link_to_a_plan_is_over_at_its_end(
    clock: time_machine.Traveller, salon: Salon, seconds: int, *, lives: bool
) -> None:
    purchase = make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)
    token = plan_token(purchase)

    clock.move_to(NOW + LIFE + timedelta(seconds=seconds))

    assert open_plan_token(token) == (purchase if lives else None)


@OVER_AT_ITS_END
def test_a_link_to_a_gift_card_is_over_at_its_end(
    clock: time_machine.Traveller, salon: Salon, seconds: int, *, lives: bool
) -> None:
    card = make_gift_card(by=salon.olga)
    token = gift_token(card)

    clock.move_to(NOW + GIFT_LIFE + timedelta(seconds=seconds))

    assert open_gift_token(token) == (card if lives else None)


@OVER_AT_ITS_END
def test_a_device_forgets_its_bookings_at_the_instant(
    rf: RequestFactory, clock: time_machine.Traveller, seconds: int, *, lives: bool
) -> None:
    clock.move_to(NOW)
    request = rf.get("/")
    request.COOKIES["device"] = signing.dumps([7], salt=DEVICE_SALT)

    clock.move_to(NOW + DEVICE_LIFE + timedelta(seconds=seconds))

    assert remembered(request) == ([7] if lives else [])
