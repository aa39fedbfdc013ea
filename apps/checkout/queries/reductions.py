"""What other apps ask about what is taken off a price (apps.bookings.reductions)."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.checkout.models import Coupon, GiftCard, Payment
from apps.checkout.promotions import NOTHING, Terms, best, not_live
from apps.checkout.providers import provider_in_use
from apps.checkout.queries.let_go import let_go_of_booking
from apps.checkout.queries.orders import aside_by_gift, paid_in_ways
from apps.checkout.queries.promotions import discounts_of, worth_words
from apps.web.formatting import format_money


class Reductions:
    """The answers of promotions, gift cards and payments."""

    def applies_to(self, *, service: Service, subtotal: int, people: int, now: datetime) -> bool:
        """Whether anything is taken off, so that a page has to show it."""
        discounts = discounts_of(business=service.business)
        taken = best(discounts, service_id=service.pk, subtotal=subtotal, people=people, now=now)
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
        discounts = discounts_of(business=service.business)
        live = [
            terms for terms in discounts if not_live(terms, service_id=service.pk, now=now) is None
        ]
        taken = best(live, service_id=service.pk, subtotal=subtotal, people=people, now=now)
        named = (terms for terms in live if terms.pk == taken.pk)
        terms = next(named, live[0] if live else None)
        return _sentence(terms, service.business) if terms else ""


def _sentence(terms: Terms, business: Business) -> str:
    words = _("%(name)s: %(worth)s%(condition)s, applied before you pay.")
    return words % {
        "name": terms.name,
        "worth": worth_words(terms.kind, terms.value, business),
        "condition": _condition(terms, business),
    }


def _condition(terms: Terms, business: Business) -> str:
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
