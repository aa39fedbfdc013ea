"""What a provider is asked for: the words it shows, and where it sends the customer back to."""

from datetime import datetime, timedelta

from django.urls import reverse

from apps.bookings.models import Booking
from apps.checkout.models import Payment, PlanPurchase
from apps.checkout.operations.subject import Subject
from apps.checkout.providers import Wanted
from apps.checkout.queries.payments import key_of

PAY_WITHIN = timedelta(minutes=30)


def wanted_of(payment: Payment, subject: Subject, *, origin: str, now: datetime) -> Wanted:
    """Word a payment for the provider. Arriving at the page it returns to proves nothing."""
    back, cancel = _pages(subject)
    return Wanted(
        key=key_of(payment),
        amount=payment.amount,
        currency=subject.currency,
        seller=subject.business.name,
        words=words_of(subject),
        email=email_of(subject),
        return_url=origin + back,
        cancel_url=origin + cancel,
        expires_at=payment.expires_at or now + PAY_WITHIN,
        captures_later=payment.captures_later,
        saves_card=_saves_card(payment, subject),
    )


def _saves_card(payment: Payment, subject: Subject) -> bool:
    """A membership is paid for again; what pays by a saved card saves no other."""
    is_membership = isinstance(subject, PlanPurchase) and subject.period_months is not None
    return is_membership and not payment.saved_card


def words_of(subject: Subject) -> str:
    """What is paid for, in the words of the receipt."""
    return subject.name if isinstance(subject, PlanPurchase) else subject.title


def email_of(subject: Subject) -> str:
    """Whose payment it is."""
    if isinstance(subject, Booking):
        return subject.contact_email
    if isinstance(subject, PlanPurchase):
        return subject.customer.email
    return subject.buyer_email


def _pages(subject: Subject) -> tuple[str, str]:
    """Where one comes back to, and where one goes on after giving up."""
    if isinstance(subject, Booking):
        if subject.status != Booking.Status.CREATED:
            page = reverse("self_service:booking", args=[subject.reference])
            return page, page
        draft = {"draft": subject.draft_id}
        return reverse("checkout:wait", kwargs=draft), reverse("checkout:pay", kwargs=draft)
    name = "prepaid:plan" if isinstance(subject, PlanPurchase) else "prepaid:gift_card"
    page = reverse(name, args=[subject.reference])
    return page, page
