"""Verbs about what is offered."""

from apps.catalog.operations._change_payment import (
    PaymentImpossible,
    ServiceHasChanged,
    change_payment,
)

__all__ = ["PaymentImpossible", "ServiceHasChanged", "change_payment"]
