"""The secret addresses of plans and gift cards: signed by us, kept nowhere."""

from datetime import timedelta

from django.core import signing

from apps.checkout.models import GiftCard, PlanPurchase
from apps.web.signed import read_signed

SALT = "apps.checkout.plan-link"
LIFE = timedelta(days=180)
GIFT_SALT = "apps.checkout.gift-link"
GIFT_LIFE = timedelta(days=3650)
LONGEST = 200


def plan_token(purchase: PlanPurchase) -> str:
    """What the link of a plan's mail ends in; whoever has it may use the plan."""
    return signing.dumps([purchase.pk, purchase.reference], salt=SALT)


def open_plan_token(token: str) -> PlanPurchase | None:
    """Return the plan a token opens, or nothing, for every reason alike."""
    if len(token) > LONGEST:
        return None
    try:
        pk, reference = read_signed(token, salt=SALT, life=LIFE)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    plans = PlanPurchase.objects.select_related("business")
    return plans.filter(pk=pk, reference=reference).first()


def gift_token(card: GiftCard) -> str:
    """What the link of a gift card's mail ends in; whoever has it sees the code."""
    return signing.dumps([card.pk, card.reference], salt=GIFT_SALT)


def open_gift_token(token: str) -> GiftCard | None:
    """Return the card a token opens, or nothing, for every reason alike."""
    if len(token) > LONGEST:
        return None
    try:
        pk, reference = read_signed(token, salt=GIFT_SALT, life=GIFT_LIFE)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    cards = GiftCard.objects.select_related("business")
    return cards.filter(pk=pk, reference=reference).exclude(status=GiftCard.Status.DRAFT).first()
