"""Who moves money online. Nothing here is called while a row is locked (rule C2)."""

from django.conf import settings

from apps.checkout.providers.protocol import (
    Bounds,
    CaptureRefused,
    Event,
    ForgedEvent,
    Opened,
    OpenRefused,
    Provider,
    ProviderDown,
    ProviderGone,
    ProviderPayment,
    RefundRefused,
    Returned,
    Wanted,
)
from apps.checkout.providers.sandbox import Sandbox
from apps.checkout.providers.stripe import Stripe

__all__ = [
    "Bounds",
    "CaptureRefused",
    "Event",
    "ForgedEvent",
    "OpenRefused",
    "Opened",
    "Provider",
    "ProviderDown",
    "ProviderGone",
    "ProviderPayment",
    "RefundRefused",
    "Returned",
    "Wanted",
    "names_spoken_to",
    "provider_called",
    "provider_in_use",
    "provider_of",
    "takes_online",
    "title_of",
]


def provider_in_use() -> Provider | None:
    """Who takes new payments, None when nothing is paid online."""
    return provider_called(settings.PAYMENT_PROVIDER)


def takes_online(amount: int, currency: str) -> bool:
    """Whether an amount (minor units) can be paid online at all: somebody moves money, and this is
    neither too little nor too much nor more decimals than they take."""
    provider = provider_in_use()
    return provider is not None and provider.bounds(currency).takes(amount)


def provider_called(name: str) -> Provider | None:
    """The provider of that name, in use or not: what it took is settled and refunded there. None
    when there is none, or this portal has no keys to it."""
    if name == Sandbox.name:
        return Sandbox()
    if name == Stripe.name and settings.STRIPE_SECRET_KEY:
        return Stripe()
    return None


def provider_of(name: str) -> Provider:
    """The same for a payment, which names who took it.

    Raises:
        ProviderGone: this portal does not speak to it any more.
    """
    found = provider_called(name)
    if found is None:
        raise ProviderGone(name)
    return found


def title_of(name: str) -> str:
    """How people call a provider, in use or not, by its stored name."""
    return "Sandbox" if name == Sandbox.name else name.capitalize()


def names_spoken_to() -> list[str]:
    """The names for which ``provider_called`` finds somebody."""
    return [name for name in (Sandbox.name, Stripe.name) if provider_called(name)]
