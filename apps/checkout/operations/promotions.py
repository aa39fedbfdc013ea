"""Codes and discounts: made and stopped by the team, used and given back with orders.

A coupon is used while its row is locked, as the last one: booking, order, payments, coupon.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, QuerySet

from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import UNDO_WINDOW
from apps.businesses.models import TeamMember
from apps.businesses.operations import lock_business
from apps.catalog.models import Service
from apps.checkout.models import Coupon, CouponUse, Discount, Order, Payment
from apps.checkout.operations.errors import CouponRefused
from apps.checkout.operations.orders import lock_subject
from apps.checkout.promotions import PromotionKind, plain_code, refusal
from apps.checkout.queries.promotions import Applied, CodeUser, terms_of
from apps.customers.queries import identity_of
from apps.kernel.refusals import Refusal
from apps.outbox.sweeping import sweep

Promotion = TypeVar("Promotion", Coupon, Discount)
LOST = (Booking.Status.CANCELED, Booking.Status.DECLINED)


class CodeTaken(Refusal):
    """The business has a coupon of this code already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionFacts:
    """What an owner says of a code and of a discount alike: value in minor units, or in basis
    points for a share.

    Times are UTC, None is no limit.
    """

    name: str
    kind: PromotionKind
    value: int
    starts_at: datetime
    ends_at: datetime | None = None
    service_ids: tuple[int, ...] = ()
    min_subtotal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountFacts(PromotionFacts):
    """A discount counts by itself, also from how many people on."""

    min_people: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponFacts(PromotionFacts):
    """A coupon is a discount with a code, which may be used so often."""

    code: str
    max_uses: int | None = None
    max_per_customer: int | None = 1
    covers_plans: bool = False


@transaction.atomic
def make_coupon(*, facts: CouponFacts, by: TeamMember, form_key: str = "") -> Coupon:
    """Make a code that customers can use from now on (rule M13). The same form_key makes one.

    Services of another business are left out.

    Raises:
        CodeTaken: there is one of this code.
    """
    lock_business(business_id=by.business_id)
    earlier = _made_before(Coupon, by=by, form_key=form_key)
    if earlier is not None:
        return earlier
    code = plain_code(facts.code)
    if Coupon.objects.filter(business_id=by.business_id, code=code).exists():
        raise CodeTaken
    coupon = Coupon(business_id=by.business_id, form_key=form_key or None)
    return _make(coupon, replace(facts, code=code))


@transaction.atomic
def make_discount(*, facts: DiscountFacts, by: TeamMember, form_key: str = "") -> Discount:
    """Make a discount that counts by itself from its start on (rule M14). The same form_key makes
    one.

    Services of another business are left out.
    """
    lock_business(business_id=by.business_id)
    earlier = _made_before(Discount, by=by, form_key=form_key)
    if earlier is not None:
        return earlier
    discount = Discount(business_id=by.business_id, form_key=form_key or None)
    return _make(discount, facts)


def _made_before(model: type[Promotion], *, by: TeamMember, form_key: str) -> Promotion | None:
    """What the same form made, of a locked business."""
    made = model.objects.filter(business_id=by.business_id)
    return made.filter(form_key=form_key).first() if form_key else None


def _make(made: Promotion, facts: PromotionFacts) -> Promotion:
    """Store it with what was said of it, which is named like its columns."""
    columns = asdict(facts)
    service_ids = columns.pop("service_ids")
    for name, value in columns.items():
        setattr(made, name, value)
    made.save(force_insert=True)
    own = Service.objects.filter(business_id=made.business_id, pk__in=service_ids)
    made.services.set(own)
    return made


def stop_coupon(*, coupon_id: int, by: TeamMember, now: datetime) -> None:
    """Let a coupon end now; what was booked with it keeps its price.

    Raises:
        Coupon.DoesNotExist: not a coupon of this business.
    """
    _stop(Coupon, coupon_id, by=by, now=now)


def stop_discount(*, discount_id: int, by: TeamMember, now: datetime) -> None:
    """Let a discount end now; what was booked with it keeps its price.

    Raises:
        Discount.DoesNotExist: not a discount of this business.
    """
    _stop(Discount, discount_id, by=by, now=now)


@transaction.atomic
def _stop(model: type[Promotion], pk: int, *, by: TeamMember, now: datetime) -> None:
    found = model.objects.select_for_update().get(pk=pk, business_id=by.business_id)
    if found.ends_at is None or found.ends_at > now:
        found.ends_at = max(now, found.starts_at)
        found.save(update_fields=["ends_at"])


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
    ).exclude(booking__in=Booking.objects.cancelled_just_now())


@transaction.atomic
def _return_if_lost(order_id: int, *, now: datetime) -> bool:
    lock_subject(Order.objects.get(pk=order_id), now=now)
    order = Order.objects.select_for_update().get(pk=order_id)
    if not _lost_orders(now=now).filter(pk=order_id).exists():
        return False
    give_coupon_back(order)
    return True
