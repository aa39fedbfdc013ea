"""A provider speaks of another amount or currency than we asked for: a person has to look."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.checkout.models import Order, Payment
from apps.checkout.operations.open_payment import close_soon
from apps.checkout.providers import ProviderPayment

Status = Payment.Status


def is_as_asked(truth: ProviderPayment, payment: Payment, order: Order) -> bool:
    """Whether a provider speaks of the amount we asked for."""
    return (truth.amount, truth.currency) == (payment.amount, order.currency)


def note_unclear(payment: Payment, truth: ProviderPayment, *, now: datetime) -> bool:
    """Keep what the provider says of a locked payment for a person to look at, and tell whether
    that is new. Nobody asks the provider again by itself, and nobody can pay it any more.

    What came already stays as it is written. Where no money came, the payment has failed.
    """
    came = truth.captured or truth.authorized
    told = (came or truth.amount, truth.currency[:10])
    if (payment.told_amount, payment.told_currency) == told:
        return False
    payment.told_amount, payment.told_currency = told
    payment.looked_at = None
    if not payment.captured:
        payment.status = Status.UNCLEAR if came else Status.FAILED
        payment.authorized, payment.settled_at = 0, now
        payment.failure = "" if came else _("The bank was asked for another amount.")
    columns = ["told_amount", "told_currency", "looked_at", "status", "authorized"]
    payment.save(update_fields=[*columns, "settled_at", "failure"])
    if truth.is_open:
        close_soon(payment, now=now)
    return True
