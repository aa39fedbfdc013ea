"""A provider is asked about a payment: somebody pays on a page, or a saved card is charged.

Nothing is locked here.
"""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.operations._links import wanted_of
from apps.checkout.operations._subject import Subject, subject_of
from apps.checkout.providers import OpenRefused, Provider, Truth, provider_of
from apps.checkout.queries.payments import key_of


def ask_truth(payment: Payment, provider: Provider, *, now: datetime) -> Truth:
    """Ask how a payment stands, once it is open or its card was charged. What is open there after
    our own time for it is over is closed first.

    Raises:
        ProviderDown: it does not answer.
    """
    if not payment.provider_ref:
        subject = subject_of(payment.order)
        try:
            _open_or_charge(payment, subject, provider, now=now)
        except OpenRefused:
            words = _("The payment could not be opened.")
            return Truth(payment.amount, subject.currency, 0, 0, is_open=False, failure=words)
        payment.refresh_from_db()
    truth = provider.fetch(payment.provider_ref, now=now)
    if truth.is_open and payment.expires_at is not None and payment.expires_at <= now:
        provider.close(payment.provider_ref)
        truth = provider.fetch(payment.provider_ref, now=now)
    return truth


def open_payment(*, payment: Payment, subject: Subject, origin: str, now: datetime) -> str:
    """Open a payment at the provider and return where to pay it; the same one when asked again.

    No row is locked while the provider is asked; its key makes a crash in between harmless.

    Raises:
        OpenRefused: it will never open this.
        ProviderDown: it does not answer.
    """
    if payment.url:
        return payment.url
    provider = provider_of(payment.provider)
    if not payment.origin:
        payment.origin = origin[:200]
        Payment.objects.filter(pk=payment.pk).update(origin=payment.origin)
    wanted = wanted_of(payment, subject, origin=payment.origin, now=now)
    opened = provider.open_payment(wanted)
    Payment.objects.filter(pk=payment.pk).update(provider_ref=opened.ref, url=opened.url)
    return opened.url


def _open_or_charge(
    payment: Payment, subject: Subject, provider: Provider, *, now: datetime
) -> None:
    if not payment.saved_card:
        open_payment(payment=payment, subject=subject, origin=settings.PORTAL_ORIGIN, now=now)
        return
    Payment.objects.filter(pk=payment.pk).update(
        provider_ref=_charge(payment, subject, provider, now=now)
    )


def _charge(payment: Payment, subject: Subject, provider: Provider, *, now: datetime) -> str:
    """Charge a card once, however often this runs. Who stopped a plan meanwhile is not charged; a
    crash may have charged them before that."""
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
