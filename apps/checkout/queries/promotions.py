"""Promotions as they stand now: what a code is worth to somebody who is about to pay, what
discounts take off what is booked, and what other apps ask about it (apps.bookings.reductions)."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.businesses.queries import Remembered
from apps.catalog.models import Service
from apps.checkout.models import Coupon, CouponUse, Discount, GiftCard, Payment, PlanPurchase
from apps.checkout.promotions import (
    NOTHING,
    WHOLE,
    PromotionKind,
    PromotionProblem,
    PromotionTerms,
    Taken,
    best,
    not_live,
    plain_code,
    refusal,
)
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.orders import authorized_by_gift, paid_in_ways
from apps.checkout.queries.stranded import let_go_of_booking
from apps.customers.queries import identity_of, of_line
from apps.web.formatting import format_money

_discounts: Remembered[tuple[PromotionTerms, ...]] = Remembered(most=1_000)


@dataclass(frozen=True, slots=True)
class Applied:
    """A code that was typed: with terms it may be used; refused says why not, with the date that
    explains it (UTC). No code at all has neither."""

    code: str
    coupon_id: int | None = None
    terms: PromotionTerms | None = None
    refused: PromotionProblem | None = None
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
        return Applied(wanted, refused=PromotionProblem.UNKNOWN)
    terms = terms_of(coupon, user)
    refused = refusal(terms, service_id=user.service_id, subtotal=subtotal, now=now)
    if refused is not None:
        at = coupon.ends_at if refused is PromotionProblem.OVER else coupon.starts_at
        return Applied(wanted, refused=refused, at=at)
    return Applied(wanted, coupon.pk, terms)


def terms_of(coupon: Coupon, user: CodeUser) -> PromotionTerms:
    """The terms of a coupon for one customer, who is known by the mailbox or the phone (E.164).
    Nobody is the same as somebody else who left neither: such a use counts for the coupon alone."""
    uses = CouponUse.objects.filter(coupon=coupon)
    same = Q(mailbox=identity_of(user.email)) if user.email else Q(pk=None)
    if user.phone:
        same |= of_line("order__booking__contact_phone", user.phone)
        same |= of_line("order__purchase__contact_phone", user.phone)
    return PromotionTerms(
        **_terms_of(coupon),
        max_uses=coupon.max_uses,
        max_per_customer=coupon.max_per_customer,
        used=coupon.used - uses.filter(user.own).count(),
        used_by_customer=uses.filter(same).exclude(user.own).count(),
        covers_plans=coupon.covers_plans,
    )


def discounts_of(*, business: Business) -> tuple[PromotionTerms, ...]:
    """The discounts of a business, the oldest first; remembered until one changes."""
    return _discounts.get(business, "discounts", partial(_read_discounts, business.pk))


def _read_discounts(business_id: int) -> tuple[PromotionTerms, ...]:
    found = Discount.objects.filter(business_id=business_id).prefetch_related("services")
    return tuple(
        PromotionTerms(**_terms_of(it), min_people=it.min_people) for it in found.order_by("pk")
    )


def _terms_of(promotion: Coupon | Discount) -> dict[str, Any]:
    """What is said of a code and of a discount alike."""
    return {
        "pk": promotion.pk,
        "name": promotion.name,
        "kind": PromotionKind(promotion.kind),
        "value": promotion.value,
        "starts_at": promotion.starts_at,
        "ends_at": promotion.ends_at,
        "service_ids": frozenset(service.pk for service in promotion.services.all()),
        "min_subtotal": promotion.min_subtotal,
    }


def find_discount(*, booking: Booking, subtotal: int, now: datetime) -> Taken:
    """What is taken off a booking that costs so much (minor units)."""
    return best(
        discounts_of(business=booking.business),
        service_id=booking.service_id,
        subtotal=subtotal,
        people=booking.party_size,
        now=now,
    )


def worth_words(kind: PromotionKind, value: int, business: Business) -> str:
    """ "10 % off", "€5.00 off", or "€40.00 for everything"."""
    if kind is PromotionKind.PERCENT:
        return _("%(share)s %% off") % {"share": f"{value * 100 / WHOLE:g}"}
    amount = format_money(value, business.currency, business.locale)
    if kind is PromotionKind.FIXED_PRICE:
        return _("fixed price of %(amount)s") % {"amount": amount}
    return _("%(amount)s off") % {"amount": amount}


class Reductions:
    """The answers of promotions, gift cards and payments."""

    def applies_to(self, *, service: Service, subtotal: int, people: int, now: datetime) -> bool:
        """Whether anything is taken off, so that a page has to show it."""
        discounts = discounts_of(business=service.business)
        taken = best(discounts, service_id=service.pk, subtotal=subtotal, people=people, now=now)
        return taken != NOTHING

    def authorized_by_gift(self, *, booking: Booking) -> int:
        """What of the money authorized for a booking a gift card pays. One query."""
        return authorized_by_gift(booking=booking)

    def let_go(self, *, booking: Booking) -> int:
        """What is to be paid online in place of what was let go. Two queries at most."""
        return let_go_of_booking(booking=booking) if provider_in_use() is not None else 0

    def paid_parts(self, *, booking: Booking) -> list[tuple[str, int, int]]:
        """In which ways money of a booking came. One query."""
        return paid_in_ways(Payment.objects.filter(order__booking=booking))

    def takes_codes(self, *, business_id: int, now: datetime) -> bool:
        """Whether the business has a code that counts now, or a gift card with something on it.
        One query."""
        coupons = Coupon.objects.filter(business=OuterRef("pk"), starts_at__lte=now)
        live = coupons.exclude(ends_at__lte=now)
        cards = GiftCard.objects.filter(
            business=OuterRef("pk"), status=GiftCard.Status.ACTIVE, balance__gt=0
        )
        return Business.objects.filter(Exists(live) | Exists(cards), pk=business_id).exists()

    def words_before(
        self, *, service: Service, subtotal: int | None, people: int, now: datetime
    ) -> str:
        """ "Autumn offer: 10 % off, taken off before you pay.", or "": the discount that counts for
        what is chosen, else one that could, with what it asks for."""
        if not subtotal:
            return ""
        discounts = discounts_of(business=service.business)
        live = [
            terms for terms in discounts if not_live(terms, service_id=service.pk, now=now) is None
        ]
        taken = best(live, service_id=service.pk, subtotal=subtotal, people=people, now=now)
        named = (terms for terms in live if terms.pk == taken.pk)
        terms = next(named, live[0] if live else None)
        return _sentence(terms, service.business) if terms else ""


def _sentence(terms: PromotionTerms, business: Business) -> str:
    words = _("%(name)s: %(worth)s%(condition)s, applied before you pay.")
    return words % {
        "name": terms.name,
        "worth": worth_words(terms.kind, terms.value, business),
        "condition": _condition(terms, business),
    }


def _condition(terms: PromotionTerms, business: Business) -> str:
    parts = []
    if terms.min_subtotal:
        least = format_money(terms.min_subtotal, business.currency, business.locale)
        parts.append(_(" for bookings from %(least)s") % {"least": least})
    if terms.min_people > 1:
        people = ngettext(
            " for %(n)s person or more", " for %(n)s people or more", terms.min_people
        )
        parts.append(people % {"n": terms.min_people})
    return "".join(parts)


def count_last_days(*, business: Business, now: datetime) -> int:
    """How many plans, codes and discounts have a last day that is not over; three queries."""
    plans = PlanPurchase.objects.filter(
        business=business, status__in=PlanPurchase.LIVE, ends_at__isnull=False
    ).count()
    codes = Coupon.objects.filter(business=business, ends_at__gt=now).count()
    return plans + codes + Discount.objects.filter(business=business, ends_at__gt=now).count()
