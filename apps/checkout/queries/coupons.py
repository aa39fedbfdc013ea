"""What a code is worth to somebody who is about to pay."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from apps.bookings.models import Booking
from apps.checkout.coupons import Kind, Refused, Terms, mailbox, plain_code, refusal
from apps.checkout.models import Coupon, CouponUse, PlanPurchase
from apps.customers.queries import of_line


@dataclass(frozen=True, slots=True)
class Applied:
    """A code that was typed: with terms it may be used; refused says why not, with the date that
    explains it (UTC). No code at all has neither."""

    code: str
    coupon_id: int | None = None
    terms: Terms | None = None
    refused: Refused | None = None
    at: datetime | None = None


NO_CODE = Applied("")


@dataclass(frozen=True, slots=True)
class CodeUser:
    """For what a code is used, and by whom: service_id is None for a plan; mailbox and phone (E.164
    or "") tell customers apart; own finds the uses of the very thing that is paid for."""

    business_id: int
    service_id: int | None
    email: str
    phone: str
    own: Q


def booker(booking: Booking) -> CodeUser:
    """Whoever pays for a booking."""
    return CodeUser(
        business_id=booking.business_id,
        service_id=booking.service_id,
        email=booking.contact_email,
        phone=booking.contact_phone,
        own=Q(order__booking=booking),
    )


def plan_buyer(
    *, business_id: int, email: str, phone: str = "", purchase_id: int | None = None
) -> CodeUser:
    """Whoever buys a plan; email and phone (E.164) are "" as long as nobody said."""
    own = Q(order__purchase=purchase_id) if purchase_id else Q(pk=None)
    return CodeUser(business_id=business_id, service_id=None, email=email, phone=phone, own=own)


def buyer_of(purchase: PlanPurchase) -> CodeUser:
    """Whoever has begun to buy a plan."""
    return plan_buyer(
        business_id=purchase.business_id,
        email=purchase.customer.email,
        phone=purchase.contact_phone,
        purchase_id=purchase.pk,
    )


def apply_code(*, user: CodeUser, code: str, subtotal: int, now: datetime) -> Applied:
    """Look a code up; the use it may have in the order of the same thing does not count."""
    wanted = plain_code(code)
    if not wanted:
        return NO_CODE
    coupon = Coupon.objects.filter(business_id=user.business_id, code=wanted).first()
    if coupon is None:
        return Applied(wanted, refused=Refused.UNKNOWN)
    terms = terms_of(coupon, user)
    refused = refusal(terms, service_id=user.service_id, subtotal=subtotal, now=now)
    if refused is not None:
        at = coupon.ends_at if refused is Refused.OVER else coupon.starts_at
        return Applied(wanted, refused=refused, at=at)
    return Applied(wanted, coupon.pk, terms)


def terms_of(coupon: Coupon, user: CodeUser) -> Terms:
    """The terms of a coupon for one customer, who is known by the mailbox or the phone (E.164).
    Nobody is the same as somebody else who left neither: such a use counts for the coupon alone."""
    uses = CouponUse.objects.filter(coupon=coupon)
    same = Q(mailbox=mailbox(user.email)) if user.email else Q(pk=None)
    if user.phone:
        same |= of_line("order__booking__contact_phone", user.phone)
        same |= of_line("order__purchase__contact_phone", user.phone)
    return Terms(
        kind=Kind(coupon.kind),
        value=coupon.value,
        starts_at=coupon.starts_at,
        ends_at=coupon.ends_at,
        service_ids=frozenset(coupon.services.values_list("pk", flat=True)),
        min_subtotal=coupon.min_subtotal,
        max_uses=coupon.max_uses,
        max_per_customer=coupon.max_per_customer,
        used=coupon.used - uses.filter(user.own).count(),
        used_by_customer=uses.filter(same).exclude(user.own).count(),
        covers_plans=coupon.covers_plans,
    )
