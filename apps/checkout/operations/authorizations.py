"""Money that is authorized on a bank's or a gift card while the team decides: taken after a yes,
else let go."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import UNDO_WINDOW, Actor
from apps.checkout.models import Order, Payment
from apps.checkout.operations.gift_money import let_gift_go, take_gift
from apps.checkout.operations.orders import Subject, lock_subject
from apps.checkout.operations.provider_events import LOOK_TOPIC
from apps.checkout.operations.settle import apply_provider_state, is_as_asked, settle_payment
from apps.checkout.operations.sync import sync
from apps.checkout.providers import CaptureRefused, names_spoken_to, provider_of
from apps.outbox import operations as outbox
from apps.outbox.operations import NewItem

CAPTURE_TOPIC = "payments.capture"
RELEASE_TOPIC = "payments.release"
HOUR, DAY = 3600, 24 * 3600
FINAL = (Booking.Status.CANCELED, Booking.Status.DECLINED)
TOPICS = {Booking.Status.CONFIRMED.value: CAPTURE_TOPIC} | {it.value: RELEASE_TOPIC for it in FINAL}


@transaction.atomic
def look_after_authorized(*, now: datetime) -> int:
    """Have the worker take what is authorized for confirmed bookings, and let go what is kept for
    those that were declined or cancelled; return how many there are.

    Computed from what is so now, so that no crash can lose it. A decision of the last ten seconds
    may still be taken back and does not count yet. Requests are asked about once a day, because a
    bank lets go after a while.
    """
    kept = Payment.objects.filter(status=Payment.Status.AUTHORIZED).order_by("pk")
    at_banks = kept.filter(provider__in=names_spoken_to())
    kept = kept.filter(Q(provider__in=names_spoken_to()) | Q(kind=Payment.Kind.GIFT))
    fields = ("pk", "business_id", "order__booking__status")
    decided = _for_good(kept.filter(order__booking__status__in=list(TOPICS)), now=now)
    waiting = at_banks.filter(
        order__booking__status=Booking.Status.PENDING, created_at__lte=now - timedelta(days=1)
    )
    rows = [*decided.values_list(*fields), *waiting.values_list(*fields)]
    outbox.enqueue_many(
        NewItem(
            topic=TOPICS.get(status, LOOK_TOPIC),
            payload={"payment_id": pk},
            business_id=business_id,
            now=now,
            key=_key(pk, status, now=now),
        )
        for pk, business_id, status in rows
    )
    return len(rows)


def capture_payment(*, payment_id: int, now: datetime) -> None:
    """Take what is authorized for a confirmed booking, once however often this runs; nothing when
    the booking is not confirmed any more.

    Refused, it leaves the booking as it is, not paid, and the payment failed; the team finds it in
    its inbox, and the customer is told how to pay (rule M29).

    Raises:
        ProviderDown: it does not answer; the outbox tries again.
    """
    payment = _authorized(payment_id, statuses=(Booking.Status.CONFIRMED,), now=now)
    if payment is None:
        return
    if payment.kind == Payment.Kind.GIFT:
        _decide_gift(payment_id, now=now)
        return
    provider = provider_of(payment.provider)
    state = provider.fetch(payment.provider_ref, now=now)
    if state.authorized and is_as_asked(state, payment, payment.order):
        try:
            provider.capture(payment.provider_ref, key=f"capture-{payment.pk}")
        except CaptureRefused as no:
            _fail(payment_id, why=str(no), now=now)
            return
        state = provider.fetch(payment.provider_ref, now=now)
    apply_provider_state(payment_id=payment_id, state=state, now=now)


def release_payment(*, payment_id: int, now: datetime) -> None:
    """Let go what is authorized for a booking that was declined or cancelled; nothing when it is
    neither any more.

    Raises:
        ProviderDown: as in ``capture_payment``.
    """
    payment = _authorized(payment_id, statuses=FINAL, now=now)
    if payment is None:
        return
    if payment.kind == Payment.Kind.GIFT:
        _decide_gift(payment_id, now=now)
        return
    provider_of(payment.provider).close(payment.provider_ref)
    settle_payment(payment_id=payment_id, now=now)


def _for_good(payments: QuerySet[Payment], *, now: datetime) -> QuerySet[Payment]:
    """Those of bookings whose last decision nobody can take back any more."""
    fresh = BookingEvent.objects.filter(
        booking=OuterRef("order__booking"), at__gt=now - UNDO_WINDOW
    )
    return payments.exclude(Exists(fresh)).exclude(
        order__booking__in=Booking.objects.cancelled_just_now()
    )


def _key(pk: int, status: str, *, now: datetime) -> str:
    """One item an hour at most, so that one that failed for good does not end the matter."""
    every = HOUR if status in TOPICS else DAY
    return f"aside:{pk}:{status}:{int(now.timestamp()) // every}"


def _authorized(
    payment_id: int, *, statuses: tuple[Booking.Status, ...], now: datetime
) -> Payment | None:
    kept = Payment.objects.filter(
        pk=payment_id, status=Payment.Status.AUTHORIZED, order__booking__status__in=statuses
    )
    return _for_good(kept, now=now).select_related("order").first()


@transaction.atomic
def _decide_gift(payment_id: int, *, now: datetime) -> None:
    """Take what is authorized on a gift card, or give it back to the card, as the booking stands
    under its lock; once however often this runs."""
    order, subject, payments, payment = _lock(payment_id, now=now)
    if payment.status != Payment.Status.AUTHORIZED:
        return
    if subject.status == Booking.Status.CONFIRMED:
        take_gift(payment, now=now)
    elif subject.status in FINAL:
        let_gift_go(payment, now=now)
    sync(order, subject, payments, actor=Actor.system(), now=now)


def _lock(payment_id: int, *, now: datetime) -> tuple[Order, Subject, list[Payment], Payment]:
    found = Payment.objects.select_related("order").get(pk=payment_id)
    subject = lock_subject(found.order, now=now)
    order = Order.objects.select_for_update().get(pk=found.order_id)
    payments = list(order.payments.select_for_update().order_by("pk"))
    return order, subject, payments, next(it for it in payments if it.pk == payment_id)


@transaction.atomic
def _fail(payment_id: int, *, why: str, now: datetime) -> None:
    order, subject, payments, payment = _lock(payment_id, now=now)
    if payment.status != Payment.Status.AUTHORIZED:
        return
    payment.status, payment.authorized, payment.failure = Payment.Status.FAILED, 0, why[:200]
    payment.settled_at = now
    payment.save(update_fields=["status", "authorized", "failure", "settled_at"])
    sync(order, subject, payments, actor=Actor.system(), now=now)
    if isinstance(subject, Booking):
        bookings.note_let_go(booking=subject, now=now)
