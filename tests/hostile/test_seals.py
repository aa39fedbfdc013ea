"""The price seal of a draft: nobody moves it, makes it or bends it (rule M3)."""

from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client

from apps.bookings.forms.details import PRICE_FIELD, PRICE_SALT, seal_price
from apps.bookings.models import Booking
from tests.factories import NOW
from tests.hostile.stage import Stage
from tests.pages import DETAILS, fields_of, fill, hold

pytestmark = pytest.mark.once


def refused(stage: Stage, price_seal: Any) -> int:
    """Send Carl's draft with this seal; it has to stay a draft at its own price."""
    address = f"/book/{stage.draft.draft_id}/"
    answer = fill(stage.carl, address, {**DETAILS, PRICE_FIELD: price_seal})
    stage.draft.refresh_from_db()
    assert (stage.draft.status, stage.draft.price) == ("CREATED", 4800)
    return int(answer.status_code)


@pytest.mark.parametrize(
    "content",
    [
        ["other", 4800],
        ["other", 1],
        [],
        ["a", "b", "c"],
        {"draft": 1},
        "text",
        None,
        1,
    ],
)
def test_a_seal_for_something_else_books_nothing(stage: Stage, content: Any) -> None:
    assert refused(stage, signing.dumps(content, salt=PRICE_SALT)) == 422


@pytest.mark.parametrize("amount", ["4800", 48.0, [4800], {"amount": 4800}])
def test_a_seal_with_no_amount_books_nothing(stage: Stage, amount: Any) -> None:
    assert refused(stage, signing.dumps([stage.draft.draft_id, amount], salt=PRICE_SALT)) == 422


def test_a_seal_made_with_another_key_or_for_another_purpose_books_nothing(stage: Stage) -> None:
    content = [stage.draft.draft_id, 4800]

    assert refused(stage, signing.dumps(content, salt=PRICE_SALT, key="guessed")) == 422
    assert refused(stage, signing.dumps(content, salt="apps.bookings.device")) == 422


def test_the_seal_of_another_draft_books_nothing(stage: Stage) -> None:
    sam = Client()
    address = hold(
        sam, stage.salon.cut, stage.salon.at(30, 10).astimezone(stage.salon.business.zone)
    )

    assert refused(stage, fields_of(sam.get(address))[PRICE_FIELD]) == 422


@pytest.mark.parametrize("change", ["upper", "cut", "twice", "null", "spaces"])
def test_a_bent_seal_books_nothing(stage: Stage, change: str) -> None:
    whole = seal_price(draft_id=stage.draft.draft_id, amount=4800)
    bent = {
        "upper": whole.swapcase(),
        "cut": whole[:-1],
        "twice": whole * 2,
        "null": f"{whole}\x00",
        "spaces": "x" * 10_000,
    }[change]

    assert refused(stage, bent) == 422


def test_an_honest_seal_at_another_price_shows_the_price_first(stage: Stage) -> None:
    cheap = seal_price(draft_id=stage.draft.draft_id, amount=1)

    assert refused(stage, cheap) == 409


def test_a_form_of_yesterday_is_asked_for_again_with_its_text(stage: Stage) -> None:
    address = f"/book/{stage.draft.draft_id}/"
    old = {k: v for k, v in fields_of(stage.carl.get(address)).items() if k.endswith("_seal")}

    with time_machine.travel(NOW.replace(day=25, hour=8), tick=False):
        answer = stage.carl.post(address, {**old, **DETAILS, "name": "Carl the Late"})

    assert answer.status_code == 422
    assert "This page was open for a long time." in answer.content.decode()
    assert 'value="Carl the Late"' in answer.content.decode()
    assert Booking.objects.get(pk=stage.draft.pk).status == "CREATED"
