"""A payment is opened at its provider, in words and with ways back, and closed again; what the
provider says of it is read (rule M6)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.checkout.models import UNDECIDED, Order, Payment, PlanPurchase
from apps.checkout.operations.errors import (
    NotOwed,
    PaymentUnderWay,
    WayNotOffered,
)
from apps.checkout.operations.orders import Subject, subject_of
from apps.checkout.providers import (
    OpenRefused,
    Provider,
    ProviderPayment,
    Wanted,
    provider_in_use,
    provider_of,
)
from apps.checkout.queries.orders import flows_of
from apps.checkout.queries.payments import key_of
from apps.checkout.states import balance
from apps.outbox import operations as outbox

CLOSE_TOPIC = "payments.close"
PAY_WITHIN = timedelta(minutes=30)


def new_payment(
    order: Order, *, amount: int, until: datetime, now: datetime, captures_later: bool = False
) -> Payment:
    """The open online payment of a locked order for this amount. One of another amount that is open
    stays as it is: whoever pays gives it up first, or goes on with it. What ran out is closed.

    Raises:
        PaymentUnderWay: another amount is on its way.
        WayNotOffered: nothing is paid online here, or not this amount.
    """
    wanted = (amount, captures_later)
    for payment in _still_open(order, now=now):
        same = (payment.amount, payment.captures_later) == wanted
        if same and payment.status == Payment.Status.PENDING:
            return payment
        raise PaymentUnderWay(payment.pk)
    provider = provider_in_use()
    if provider is None or not provider.bounds(order.currency).takes(amount):
        raise WayNotOffered
    if order.payment_status == Order.PaymentStatus.NOT_PAID:
        Order.objects.filter(pk=order.pk).update(payment_status=Order.PaymentStatus.PENDING)
    return Payment.objects.create(
        business_id=order.business_id,
        order=order,
        kind=Payment.Kind.ONLINE,
        provider=provider.name,
        amount=amount,
        captures_later=captures_later,
        created_at=now,
        expires_at=until,
    )


def require_none_under_way(order: Order, *, now: datetime) -> None:
    """Refuse to pay a locked order in another way while a payment of it is open at the provider.

    Raises:
        PaymentUnderWay: one is.
    """
    for payment in _still_open(order, now=now):
        raise PaymentUnderWay(payment.pk)


def lock_owed(order: Order) -> tuple[list[Payment], int]:
    """The payments of a locked order, which are locked here, and what is still owed of it (minor
    units).

    Raises:
        PaymentUnderWay: it is being paid online at this moment.
        NotOwed: there is nothing left to be paid.
    """
    payments = list(order.payments.select_for_update().order_by("pk"))
    for payment in payments:
        if payment.kind == Payment.Kind.ONLINE and payment.status in UNDECIDED:
            raise PaymentUnderWay(payment.pk)
    owed = balance(total=order.bill, flows=flows_of(payments))
    if owed <= 0:
        raise NotOwed
    return payments, owed


def _still_open(order: Order, *, now: datetime) -> list[Payment]:
    """The payments that can still be paid on a page, and those that somebody has to look at; those
    whose time is over are closed."""
    pending = order.payments.select_for_update().filter(
        kind=Payment.Kind.ONLINE, status__in=UNDECIDED
    )
    live = []
    for payment in pending.order_by("pk"):
        unclear = payment.status == Payment.Status.UNCLEAR
        if unclear or (payment.expires_at and payment.expires_at > now):
            live.append(payment)
            continue
        Payment.objects.filter(pk=payment.pk).update(status=Payment.Status.CANCELED)
        close_soon(payment, now=now)
    return live


def close_soon(payment: Payment, *, now: datetime) -> None:
    """Have the worker close a payment that was given up and release what it authorized; once."""
    outbox.enqueue(
        topic=CLOSE_TOPIC,
        payload={"payment_id": payment.pk},
        business_id=payment.business_id,
        now=now,
        key=f"close:{payment.pk}",
    )


def fetch_provider_state(payment: Payment, provider: Provider, *, now: datetime) -> ProviderPayment:
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
            return ProviderPayment(
                payment.amount, subject.currency, 0, 0, is_open=False, failure=words
            )
        payment.refresh_from_db()
    state = provider.fetch(payment.provider_ref, now=now)
    if state.is_open and payment.expires_at is not None and payment.expires_at <= now:
        provider.close(payment.provider_ref)
        state = provider.fetch(payment.provider_ref, now=now)
    return state


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


def close_payment(*, payment_id: int) -> None:
    """Let nobody pay what was given up, and let go what was authorized by it.

    Raises:
        ProviderDown: it does not answer; the outbox tries again.
    """
    payment = Payment.objects.get(pk=payment_id)
    provider = provider_of(payment.provider)
    if payment.provider_ref:
        provider.close(payment.provider_ref)
