"""Gift cards beside an order, and their ledger."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.checkout.gifts import paid_by_card, plain_gift_code
from apps.checkout.models import GiftCard, Order, Payment
from apps.checkout.pricing import Quote, Way
from apps.checkout.providers import Bounds, provider_in_use
from apps.web import formatting


@dataclass(frozen=True, slots=True)
class Gift:
    """A card whose code was typed; balance in minor units, bounds of what is paid online beside
    it."""

    card_id: int
    code: str
    balance: int
    bounds: Bounds

    def pays(self, quote: Quote, way: Way) -> int:
        """What it pays of an order, in minor units."""
        return paid_by_card(
            balance=self.balance,
            total=quote.total,
            due_now=quote.due_now,
            way=way,
            least=self.bounds.least,
            step=self.bounds.step,
        )


def find_gift(business_id: int, code: str, *, booking: Booking | None = None) -> Gift | None:
    """Return the card of a code while there is something on it; no query without a code.

    What it holds for this booking already comes back when that is paid anew, so it counts as there.
    """
    plain = plain_gift_code(code)
    if not plain:
        return None
    cards = GiftCard.objects.filter(
        business_id=business_id, code=plain, status=GiftCard.Status.ACTIVE
    )
    card = cards.first()
    if card is None:
        return None
    balance = card.balance + (_held_for(booking, card) if booking else 0)
    return Gift(card.pk, card.code, balance, _bounds(card.currency)) if balance else None


@dataclass(frozen=True, slots=True)
class AgreedGift:
    """The card that an order was placed with: amount (minor units) is what it was to pay, card what
    it can pay now, None where nothing is on it any more. is_held: the order holds that money."""

    code: str
    amount: int
    card: Gift | None
    is_held: bool = False


def agreed_gift(order: Order, *, instead: str | None = None) -> AgreedGift | None:
    """Return the card that an order which is not paid yet was placed with. What it holds for it
    is what it pays; what went back to it meanwhile is looked up again. instead is the code of a
    card that was chosen since, "" for none."""
    gifts = order.payments.filter(kind=Payment.Kind.GIFT).select_related("gift_card")
    last = gifts.order_by("-pk").first()
    is_held = last is not None and last.status == Payment.Status.PENDING
    if instead is not None and not is_held:
        card = find_gift(order.business_id, instead)
        return AgreedGift(card.code, min(card.balance, order.total), card) if card else None
    if last is None or last.gift_card is None:
        return None
    code, amount = last.gift_card.code, last.amount
    if not is_held:
        return AgreedGift(code, amount, find_gift(order.business_id, code))
    held = Gift(last.gift_card.pk, code, amount, _bounds(order.currency))
    return AgreedGift(code, amount, held, is_held=True)


def _bounds(currency: str) -> Bounds:
    provider = provider_in_use()
    return provider.bounds(currency) if provider else Bounds()


def _held_for(booking: Booking, card: GiftCard) -> int:
    held = Payment.objects.filter(
        order__booking=booking,
        gift_card=card,
        kind=Payment.Kind.GIFT,
        status=Payment.Status.PENDING,
    )
    return sum(held.values_list("amount", flat=True))


def has_gift_cards(*, business_id: int) -> bool:
    """Whether a business has any card with something on it; one query."""
    cards = GiftCard.objects.filter(business_id=business_id, status=GiftCard.Status.ACTIVE)
    return cards.filter(balance__gt=0).exists()


def gift_now_words(*, left: int, wanted: int, currency: str, locale: str) -> str:
    """left is what the card can pay now, wanted what it was to pay, in minor units."""
    told = {
        "left": formatting.format_money(left, currency, locale),
        "wanted": formatting.format_money(wanted, currency, locale),
    }
    if left <= 0:
        words = _("The gift card can no longer be used; it was going to pay %(wanted)s.")
    elif left < wanted:
        words = _("The gift card has only %(left)s on it now; it was going to pay %(wanted)s.")
    else:
        words = _("This now costs less than the %(wanted)s the gift card was going to pay.")
    return words % told
