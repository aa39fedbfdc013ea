"""Who moves money online. Nothing here is called while a row is locked (design.md section 4)."""

from django.conf import settings

from apps.checkout.providers.practice import Practice
from apps.checkout.providers.protocol import (
    Bounds,
    CaptureRefused,
    Event,
    ForgedEvent,
    Opened,
    OpenRefused,
    Provider,
    ProviderDown,
    RefundRefused,
    Truth,
    Wanted,
)
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
    "RefundRefused",
    "Truth",
    "Wanted",
    "provider_called",
    "provider_in_use",
    "takes_online",
]


def provider_in_use() -> Provider | None:
    """The provider of this portal, None when nothing is paid online."""
    return provider_called(settings.PAYMENT_PROVIDER)


def takes_online(amount: int, currency: str) -> bool:
    """Whether an amount (minor units) can be paid online at all: somebody moves money, and this is
    neither too little nor too much nor more decimals than they take."""
    provider = provider_in_use()
    return provider is not None and provider.bounds(currency).takes(amount)


def provider_called(name: str) -> Provider | None:
    """The provider of that name, None when this portal does not work with it."""
    if name != settings.PAYMENT_PROVIDER:
        return None
    known: dict[str, Provider] = {Practice.name: Practice(), Stripe.name: Stripe()}
    return known.get(name)
