"""A coupon is used while its row is locked, as the last one: booking, order, payments, coupon."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import UNDO_WINDOW
from apps.checkout.models import Coupon, CouponUse, Order, Payment
from apps.checkout.operations.errors import CouponRefused
from apps.checkout.operations.subject import lock_subject
from apps.checkout.promotions import refusal
from apps.checkout.queries.promotions import Applied, CodeUser, terms_of
from apps.customers.queries import identity_of
from apps.outbox.sweeping import sweep

LOST = (Booking.Status.CANCELED, Booking.Status.DECLINED)


def use_coupon(
    order: Order, user: CodeUser, applied: Applied, *, amount: int, now: datetime
) -> None:
    """Count the coupon of a locked order; a code it used before is given back.

    Raises:
        CouponRefused: somebody else had the last use, or it ended meanwhile.
    """
    give_coupon_back(order)
    if applied.coupon_id is None:
        return
    coupon = Coupon.objects.select_for_update().get(pk=applied.coupon_id)
    terms = terms_of(coupon, user)
    subtotal = sum(line.amount * line.quantity for line in order.lines.all()) - order.by_discount
    refused = refusal(terms, service_id=user.service_id, subtotal=subtotal, now=now)
    if refused is not None:
        raise CouponRefused(refused)
    _count(coupon, order, user, amount=amount)


def count_late_use(order: Order, user: CodeUser) -> None:
    """Count the code of a locked order again whose money came after the code was given back. The
    price that was paid stands, also where others have used the code up meanwhile: then nothing is
    counted."""
    if not order.coupon_code or CouponUse.objects.filter(order=order).exists():
        return
    coupons = Coupon.objects.select_for_update().filter(business_id=order.business_id)
    coupon = coupons.filter(code=order.coupon_code).first()
    if coupon is None or (coupon.max_uses is not None and coupon.used >= coupon.max_uses):
        return
    _count(coupon, order, user, amount=order.by_code)


def _count(coupon: Coupon, order: Order, user: CodeUser, *, amount: int) -> None:
    box = identity_of(user.email)
    uses = CouponUse.objects.filter(coupon=coupon, mailbox=box)
    last = uses.aggregate(last=Max("number"))["last"] or 0
    CouponUse.objects.create(
        coupon=coupon, order=order, mailbox=box, number=last + 1, amount=amount
    )
    Coupon.objects.filter(pk=coupon.pk).update(used=F("used") + 1)


def give_coupon_back(order: Order) -> None:
    """Uncount the coupon of a locked order that is written anew, forgotten or came to nothing;
    harmless without."""
    use = CouponUse.objects.filter(order=order).first()
    if use is not None:
        use.delete()
        Coupon.objects.filter(pk=use.coupon_id).update(used=F("used") - 1)


def return_lost_coupons(*, now: datetime) -> int:
    """Give back the uses of bookings that came to nothing without the customer's doing: declined,
    or cancelled by the team with all of the money back; and of requests that the customer withdrew
    before anybody had confirmed them. Return how many.

    A decision of the last ten seconds may still be taken back. Whoever cancels what was confirmed
    has used the code, and so has a booking whose money somebody decided to keep.
    """
    return sweep(_lost_orders(now=now), partial(_return_if_lost, now=now))


def _lost_orders(*, now: datetime) -> QuerySet[Order]:
    events = BookingEvent.objects.filter(booking=OuterRef("booking"))
    by_customer = events.filter(
        action=BookingEvent.Action.CANCELED,
        actor=BookingEvent.Actor.CUSTOMER,
        before__status=Booking.Status.CONFIRMED.value,
    )
    stays = Payment.objects.filter(order=OuterRef("pk"), captured__gt=F("refunded"))
    return Order.objects.filter(
        ~Exists(events.filter(at__gt=now - UNDO_WINDOW)),
        ~Exists(by_customer),
        ~Exists(stays),
        coupon_use__isnull=False,
        kept_at=None,
        booking__status__in=LOST,
    )


@transaction.atomic
def _return_if_lost(order_id: int, *, now: datetime) -> bool:
    lock_subject(Order.objects.get(pk=order_id), now=now)
    order = Order.objects.select_for_update().get(pk=order_id)
    if not _lost_orders(now=now).filter(pk=order_id).exists():
        return False
    give_coupon_back(order)
    return True
