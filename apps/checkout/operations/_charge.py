"""How a payment gets its name at the provider: somebody pays on a page, or a saved card is charged.

Nothing is locked here.
"""

from datetime import datetime

from django.conf import settings

from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.operations._check_out import open_payment
from apps.checkout.operations._links import wanted_of
from apps.checkout.operations._subject import Subject
from apps.checkout.providers import OpenRefused, Provider
from apps.checkout.queries.payments import key_of


def open_or_charge(
    payment: Payment, subject: Subject, provider: Provider, *, now: datetime
) -> None:
    """Open a payment that has no name at its provider yet, or charge its saved card; the same one
    when asked again.

    Raises:
        OpenRefused: it will never be opened, or nobody was charged and nobody is to be any more.
        ProviderDown: it does not answer.
    """
    if not payment.saved_card:
        open_payment(payment=payment, subject=subject, origin=settings.PORTAL_ORIGIN, now=now)
        return
    Payment.objects.filter(pk=payment.pk).update(
        provider_ref=_charge(payment, subject, provider, now=now)
    )


def _charge(payment: Payment, subject: Subject, provider: Provider, *, now: datetime) -> str:
    """Who stopped a plan meanwhile is not charged; a crash may have charged them before that."""
    if _is_wanted(payment, now=now):
        wanted = wanted_of(payment, subject, origin=settings.PORTAL_ORIGIN, now=now)
        return provider.charge_saved(wanted, saved=payment.saved_card).ref
    made = provider.find_charge(key_of(payment), saved=payment.saved_card)
    if not made:
        raise OpenRefused("not wanted any more")
    return made


def _is_wanted(payment: Payment, *, now: datetime) -> bool:
    wanted = Payment.objects.filter(
        pk=payment.pk,
        status=Payment.Status.PENDING,
        expires_at__gt=now,
        order__status=Order.Status.INITIALIZED,
        order__purchase__status=PlanPurchase.Status.ACTIVE,
        order__purchase__renews=True,
    )
    return wanted.exists()
