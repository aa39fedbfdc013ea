"""A message that a provider signed may still be nonsense: 400, nothing stored, never a 500."""

import json
from typing import Any

import pytest
from django.test import Client, override_settings

from apps.checkout.models import ProviderEvent
from apps.checkout.providers.messages import sign
from apps.checkout.providers.sandbox import HEADER as SANDBOX_HEADER
from apps.checkout.providers.sandbox import sandbox_secrets
from apps.checkout.providers.stripe import HEADER as STRIPE_HEADER
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

SECRET = "whsec_odd"
SANDBOX: dict[str, Any] = {"id": "evt_1", "type": "paid", "payment": "practice_1"}
STRIPE: dict[str, Any] = {
    "id": "evt_1",
    "type": "charge.refunded",
    "livemode": False,
    "data": {"object": {"object": "charge", "payment_intent": "pi_1", "metadata": {}}},
}
NOT_AN_EVENT = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "a number": b"7",
    "a text": b'"evt_1"',
    "bytes that are no text": b'{"id": "\xff"}',
    "nested deeper than anybody needs": b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
}
ODD_VALUES = {
    "missing": "",
    "null": "null",
    "a number": "7",
    "a list": "[]",
    "an object": "{}",
    "true": "true",
    "empty": '""',
    "with a NUL": '"evt\\u0000"',
    "half a character": '"evt\\ud800"',
    "with a line break": '"evt\\n1"',
    "endless": json.dumps("e" * 5000),
}
ODD_NUMBERS = ["9" * 5000, "1e999", "-1e999", "NaN", "Infinity"]


def tell(provider: str, body: bytes) -> int:
    """Send a body with the provider's good signature; the status of our answer."""
    secret = SECRET if provider == "stripe" else sandbox_secrets()[0]
    header = STRIPE_HEADER if provider == "stripe" else SANDBOX_HEADER
    settings = {
        "PAYMENT_PROVIDER": provider,
        "STRIPE_SECRET_KEY": "sk_test_odd",
        "STRIPE_WEBHOOK_SECRETS": [SECRET],
    }
    with override_settings(**settings):
        answer = Client().post(
            f"/webhooks/payments/{provider}",
            body,
            content_type="application/json",
            headers={header: sign(body, secret=secret, at=NOW)},
        )
    return answer.status_code


def good(provider: str) -> dict[str, Any]:
    return STRIPE if provider == "stripe" else SANDBOX


def with_value(provider: str, name: str, value: str) -> bytes:
    """The good message with the raw JSON of one value exchanged, or left out."""
    others = {key: json.dumps(kept) for key, kept in good(provider).items() if key != name}
    pairs = {**others, **({name: value} if value else {})}
    return ("{" + ", ".join(f'"{key}": {raw}' for key, raw in pairs.items()) + "}").encode()


@pytest.mark.parametrize("provider", ["practice", "stripe"])
def test_an_ordinary_message_is_taken(provider: str) -> None:
    assert tell(provider, json.dumps(good(provider)).encode()) == 200
    assert ProviderEvent.objects.get().event_id == "evt_1"


@pytest.mark.parametrize("provider", ["practice", "stripe"])
@pytest.mark.parametrize("case", NOT_AN_EVENT)
def test_what_is_no_event_is_refused(provider: str, case: str) -> None:
    assert tell(provider, NOT_AN_EVENT[case]) == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("provider", ["practice", "stripe"])
@pytest.mark.parametrize("name", ["id", "type"])
@pytest.mark.parametrize("case", ODD_VALUES)
def test_an_event_needs_an_id_and_a_type(provider: str, name: str, case: str) -> None:
    assert tell(provider, with_value(provider, name, ODD_VALUES[case])) == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("provider", ["practice", "stripe"])
@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_numbers_beyond_all_measure_are_refused(provider: str, number: str) -> None:
    assert tell(provider, with_value(provider, "amount", number)) == 400


@pytest.mark.parametrize("provider", ["practice", "stripe"])
def test_a_name_given_twice_is_refused(provider: str) -> None:
    """Whoever read the first of the two and whoever read the last would disagree."""
    body = json.dumps(good(provider)).encode()
    twice = b'{"id": "evt_2", ' + body.removeprefix(b"{")

    assert tell(provider, twice) == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("case", sorted(set(ODD_VALUES) - {"missing"}))
def test_the_sandbox_names_a_payment_in_words(case: str) -> None:
    assert tell("practice", with_value("practice", "payment", ODD_VALUES[case])) == 400


@pytest.mark.parametrize("case", ["missing", "null", "a number", "a list", "empty"])
@pytest.mark.parametrize("name", ["data", "livemode"])
def test_stripe_says_what_it_is_about_and_in_which_mode(name: str, case: str) -> None:
    assert tell("stripe", with_value("stripe", name, ODD_VALUES[case])) == 400


@pytest.mark.parametrize(
    "about",
    [
        {"object": "charge", "payment_intent": 7},
        {"object": "charge", "payment_intent": "pi_\x00"},
        {"object": "charge", "payment_intent": "pi_1", "metadata": []},
        {"object": "charge", "payment_intent": "pi_1", "metadata": {"key": 7}},
        {"object": "charge", "payment_intent": "pi_1", "metadata": {"key": "\ud800"}},
        {"object": "checkout.session", "id": [], "client_reference_id": None},
        {"object": 7},
        [],
        None,
        "charge",
    ],
)
def test_a_part_of_the_wrong_type_is_refused(about: Any) -> None:
    body = json.dumps({**STRIPE, "data": {"object": about}}).encode()

    assert tell("stripe", body) == 400
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize(
    "about",
    [
        {"object": "charge", "payment_intent": None, "metadata": {}},
        {"object": "checkout.session", "id": "cs_1", "client_reference_id": None},
        {"object": "payout", "id": 7},
    ],
)
def test_what_stripe_leaves_empty_is_no_mistake(about: Any) -> None:
    assert tell("stripe", json.dumps({**STRIPE, "data": {"object": about}}).encode()) == 200
