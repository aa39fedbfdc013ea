"""Payments by the names that providers know them by."""

import re

from apps.checkout.models import Payment, Refund

KEY = re.compile(r"payment-([1-9][0-9]{0,17})")


def key_of(payment: Payment) -> str:
    """The key under which a payment is opened, the same at every provider."""
    return f"payment-{payment.pk}"


def key_of_refund(refund: Refund) -> str:
    """The key under which a refund is asked for, the same at every provider."""
    return f"refund-{refund.pk}"


def find_named(*, provider: str, ref: str, key: str, refund: str = "") -> Payment | None:
    """The payment that a provider calls ref, or that we told it by key, or that it gave refund back
    of; None for nothing of ours.

    The key finds it also where a crash lost the ref.
    """
    payments = Payment.objects.filter(provider=provider)
    found = payments.filter(provider_ref=ref).first() if ref else None
    named = KEY.fullmatch(key)
    if found is None and named is not None:
        found = payments.filter(pk=int(named[1])).first()
    if found is None and refund:
        found = payments.filter(refunds__provider_ref=refund).first()
    return found
