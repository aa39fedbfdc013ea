"""What a code is worth to somebody who is about to pay."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from apps.bookings.models import Booking
from apps.checkout.coupons import Kind, Refused, Terms, mailbox, plain_code, refusal
from apps.checkout.models import Coupon, CouponUse


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


def apply_code(*, booking: Booking, code: str, subtotal: int, now: datetime) -> Applied:
    """Look a code up for a draft; the use it may have in this draft's own order does not count."""
    wanted = plain_code(code)
    if not wanted:
        return NO_CODE
    coupon = Coupon.objects.filter(business_id=booking.business_id, code=wanted).first()
    if coupon is None:
        return Applied(wanted, refused=Refused.UNKNOWN)
    terms = terms_of(coupon, booking)
    refused = refusal(terms, service_id=booking.service_id, subtotal=subtotal, now=now)
    if refused is not None:
        at = coupon.ends_at if refused is Refused.OVER else coupon.starts_at
        return Applied(wanted, refused=refused, at=at)
    return Applied(wanted, coupon.pk, terms)


def terms_of(coupon: Coupon, booking: Booking) -> Terms:
    """The terms of a coupon for one customer, who is known by the mailbox or the phone (E.164)."""
    uses = CouponUse.objects.filter(coupon=coupon)
    own = uses.filter(order__booking=booking).count()
    same = Q(mailbox=mailbox(booking.contact_email))
    if booking.contact_phone:
        same |= Q(order__booking__contact_phone=booking.contact_phone)
    by_customer = uses.filter(same)
    return Terms(
        kind=Kind(coupon.kind),
        value=coupon.value,
        starts_at=coupon.starts_at,
        ends_at=coupon.ends_at,
        service_ids=frozenset(coupon.services.values_list("pk", flat=True)),
        min_subtotal=coupon.min_subtotal,
        max_uses=coupon.max_uses,
        max_per_customer=coupon.max_per_customer,
        used=coupon.used - own,
        used_by_customer=by_customer.exclude(order__booking=booking).count(),
    )
