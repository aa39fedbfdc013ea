"""Gift cards beside an order, and their ledger."""

from dataclasses import dataclass

from apps.bookings.models import Booking
from apps.checkout.gifts import paid_by_card, plain_gift_code
from apps.checkout.models import UNDECIDED, GiftCard, Payment
from apps.checkout.pricing import Quote, Way
from apps.checkout.providers import Bounds, provider_in_use


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
    provider = provider_in_use()
    bounds = provider.bounds(card.currency) if provider else Bounds()
    return Gift(card.pk, card.code, balance, bounds) if balance else None


def _held_for(booking: Booking, card: GiftCard) -> int:
    held = Payment.objects.filter(
        order__booking=booking,
        gift_card=card,
        kind=Payment.Kind.GIFT,
        status=Payment.Status.PENDING,
    )
    return sum(held.values_list("amount", flat=True))


def has_payment_under_way(card: GiftCard) -> bool:
    """Whether the provider may still say that a card is paid; one query."""
    attempts = Payment.objects.filter(order__gift_card=card).order_by("-pk")
    last = attempts.first()
    return last is not None and last.status in UNDECIDED
