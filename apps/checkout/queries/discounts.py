"""Discounts that count now: for what is booked, and in words for whoever looks at a price."""

from datetime import datetime
from functools import partial

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.businesses.remembered import Remembered
from apps.catalog.models import Service
from apps.checkout.coupons import WHOLE, Kind
from apps.checkout.discounts import NOTHING, Rule, Taken, best, is_live
from apps.checkout.models import Coupon, Discount, GiftCard, Payment
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.let_go import let_go_of_booking
from apps.checkout.queries.orders import aside_by_gift, paid_in_ways
from apps.web.formatting import format_money

_rules: Remembered[tuple[Rule, ...]] = Remembered(most=1_000)


def list_rules(*, business: Business) -> tuple[Rule, ...]:
    """The discounts of a business, the oldest first; remembered until one changes."""
    return _rules.get(business, "discounts", partial(_read_rules, business.pk))


def _read_rules(business_id: int) -> tuple[Rule, ...]:
    found = Discount.objects.filter(business_id=business_id).prefetch_related("services")
    return tuple(
        Rule(
            pk=it.pk,
            name=it.name,
            kind=Kind(it.kind),
            value=it.value,
            starts_at=it.starts_at,
            ends_at=it.ends_at,
            service_ids=frozenset(service.pk for service in it.services.all()),
            min_subtotal=it.min_subtotal,
            min_people=it.min_people,
        )
        for it in found.order_by("pk")
    )


def find_discount(*, booking: Booking, subtotal: int, now: datetime) -> Taken:
    """What is taken off a booking that costs so much (minor units)."""
    return best(
        list_rules(business=booking.business),
        service_id=booking.service_id,
        subtotal=subtotal,
        people=booking.party_size,
        now=now,
    )


class Discounts:
    """What other apps ask about discounts (apps.bookings.reductions)."""

    def applies_to(self, *, service: Service, subtotal: int, people: int, now: datetime) -> bool:
        """Whether anything is taken off, so that a page has to show it."""
        rules = list_rules(business=service.business)
        taken = best(rules, service_id=service.pk, subtotal=subtotal, people=people, now=now)
        return taken != NOTHING

    def aside_by_gift(self, *, booking: Booking) -> int:
        """What of the money kept aside for a booking a gift card pays. One query."""
        return aside_by_gift(booking=booking)

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
        rules = list_rules(business=service.business)
        live = [rule for rule in rules if is_live(rule, service_id=service.pk, now=now)]
        taken = best(live, service_id=service.pk, subtotal=subtotal, people=people, now=now)
        named = (rule for rule in live if rule.pk == taken.pk)
        rule = next(named, live[0] if live else None)
        return _sentence(rule, service.business) if rule else ""


def _sentence(rule: Rule, business: Business) -> str:
    words = _("%(name)s: %(worth)s%(condition)s, applied before you pay.")
    return words % {
        "name": rule.name,
        "worth": worth_words(rule.kind, rule.value, business),
        "condition": _condition(rule, business),
    }


def worth_words(kind: Kind, value: int, business: Business) -> str:
    """ "10 % off", "€5.00 off", or "€40.00 for everything"."""
    if kind is Kind.PERCENT:
        return _("%(share)s %% off") % {"share": f"{value * 100 / WHOLE:g}"}
    amount = format_money(value, business.currency, business.locale)
    if kind is Kind.FIXED_PRICE:
        return _("fixed price of %(amount)s") % {"amount": amount}
    return _("%(amount)s off") % {"amount": amount}


def _condition(rule: Rule, business: Business) -> str:
    parts = []
    if rule.min_subtotal:
        least = format_money(rule.min_subtotal, business.currency, business.locale)
        parts.append(_(" for bookings from %(least)s") % {"least": least})
    if rule.min_people > 1:
        people = ngettext(" for %(n)s person or more", " for %(n)s people or more", rule.min_people)
        parts.append(people % {"n": rule.min_people})
    return "".join(parts)
