"""Payments by the names that providers know them by."""

import re

from apps.checkout.models import Payment

KEY = re.compile(r"payment-([1-9][0-9]{0,17})")


def key_of(payment: Payment) -> str:
    """The key under which a payment is opened, the same at every provider."""
    return f"payment-{payment.pk}"


def find_named(*, provider: str, ref: str, key: str) -> Payment | None:
    """The payment that a provider calls ref, or that we told it by key; None for nothing of ours.

    The key finds it also where a crash lost the ref.
    """
    payments = Payment.objects.filter(provider=provider)
    found = payments.filter(provider_ref=ref).first() if ref else None
    named = KEY.fullmatch(key)
    if found is not None or named is None:
        return found
    return payments.filter(pk=int(named[1])).first()
