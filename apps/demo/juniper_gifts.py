"""Two gift cards of Juniper Hair, bought at the desk."""

from datetime import datetime, timedelta

from apps.demo.build import Shop
from apps.demo.visits import address_of
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer, Gift

SOLD = (
    (9, 8000, "Hanna Kurz", "Ida Sommer", "For your first autumn in Berlin."),
    (5, 5000, "Felix Haas", "", ""),
)
"""Days ago, worth in minor units, who bought it, for whom, and the words on it."""


def sell_gift_cards(shop: Shop, *, now: datetime) -> None:
    """Sell them; of the newer one something was taken off by phone."""
    for days_ago, value, buyer, to_name, words in SOLD:
        at = now - timedelta(days=days_ago)
        gift = Gift(value, Buyer(buyer, address_of(buyer)), to_name=to_name, words=words)
        card = prepaid.sell_gift_card(gift=gift, by=shop.owner, now=at)
    prepaid.adjust_gift_card(
        card_id=card.pk,
        amount=-1500,
        seen_balance=card.balance,
        reason="A shampoo by post",
        by=shop.owner,
        now=now - timedelta(days=2),
    )
