"""Who moves money is judged at start, in sentences that repeat no secret."""

import pytest

from bookings_portal import payments
from bookings_portal.env import BadSetting, Origin, read_payment_provider
from bookings_portal.payments import StripeSettings, read_stripe
from bookings_portal.security import browser_settings

HTTP = Origin(url="http://127.0.0.1:8000", scheme="http", host="127.0.0.1")
HTTPS = Origin(url="https://book.example", scheme="https", host="book.example")
LIVE = "sk_li" + "ve_hush"  # in two parts, so that no secret is looked for here
TEST = "sk_te" + "st_hush"


@pytest.fixture(autouse=True)
def right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", TEST)
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", "whsec_first, whsec_second")
    monkeypatch.delenv("STRIPE_API_BASE", raising=False)


def test_stripe_may_move_money_with_and_without_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYMENT_PROVIDER", "stripe")

    assert [read_payment_provider(origin=it) for it in (HTTP, HTTPS)] == ["stripe", "stripe"]


def test_nobody_else_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYMENT_PROVIDER", "purse")

    with pytest.raises(BadSetting, match="must be practice, stripe or empty; it is 'purse'"):
        read_payment_provider(origin=HTTP)


def test_with_another_provider_nothing_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRIPE_SECRET_KEY")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRETS", "nonsense")

    assert read_stripe(provider="practice", origin=HTTPS) == StripeSettings()


def test_keys_that_are_still_there_settle_what_stripe_took_before() -> None:
    assert read_stripe(provider="", origin=HTTPS) == read_stripe(provider="stripe", origin=HTTPS)


def test_all_of_it_is_read() -> None:
    assert read_stripe(provider="stripe", origin=HTTPS) == StripeSettings(
        secret_key=TEST,
        webhook_secrets=("whsec_first", "whsec_second"),
        api_base="",
        pays_at=("https://checkout.stripe.com",),
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("STRIPE_SECRET_KEY", "", "STRIPE_SECRET_KEY must be a secret or restricted key"),
        ("STRIPE_SECRET_KEY", "pk_test_hush", "STRIPE_SECRET_KEY must be a secret or"),
        ("STRIPE_SECRET_KEY", f"{TEST} hush", "STRIPE_SECRET_KEY must be a secret or"),
        ("STRIPE_SECRET_KEY", LIVE, "STRIPE_SECRET_KEY takes real money: PORTAL_ORIGIN has to"),
        ("STRIPE_WEBHOOK_SECRETS", "", "must be one signing secret"),
        ("STRIPE_WEBHOOK_SECRETS", "hush", "must be one signing secret"),
        ("STRIPE_WEBHOOK_SECRETS", "whsec_hush,hush", "must be one signing secret"),
        ("STRIPE_WEBHOOK_SECRETS", "whsec_hush,whsec_b,whsec_c", "must be one signing secret"),
        ("STRIPE_API_BASE", "http://stripe.example", "must be an https origin, or http on this"),
        ("STRIPE_API_BASE", "https://stripe.example/v1", "must be an https origin"),
        ("STRIPE_API_BASE", "file:///etc/hush", "must be an https origin"),
    ],
)
def test_a_wrong_value_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(BadSetting, match=sentence) as bad:
        read_stripe(provider="stripe", origin=HTTP)

    assert "hush" not in str(bad.value)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments, "find_spec", lambda _name: None)

    with pytest.raises(BadSetting, match=r"install requirements-stripe\.txt"):
        read_stripe(provider="stripe", origin=HTTP)


def test_a_live_key_is_fine_with_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", LIVE)

    read = read_stripe(provider="stripe", origin=HTTPS)

    assert read.secret_key == LIVE
    assert "hush" not in repr(read)


def test_forms_may_lead_on_to_the_page_on_which_one_pays() -> None:
    pays_at = read_stripe(provider="stripe", origin=HTTPS).pays_at
    plain = browser_settings(origin=HTTPS, proxies=0)
    stripe = browser_settings(origin=HTTPS, proxies=0, pays_at=pays_at)

    def action(settings: dict[str, object]) -> object:
        policy = settings["CONTENT_SECURITY_POLICY"]
        assert isinstance(policy, dict)
        return policy["DIRECTIVES"]["form-action"]

    assert action(plain) == ["'self'"]
    assert action(stripe) == ["'self'", "https://checkout.stripe.com"]
