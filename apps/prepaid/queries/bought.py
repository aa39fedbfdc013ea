"""What somebody buys for later, plans and gift cards: begun, under way, and how often (rule S5)."""

from datetime import datetime

from django.db.models import F, Q

from apps.checkout.models import UNDECIDED, GiftCard, Order, Payment
from apps.customers.queries import domains_of, identity_of


def count_bought_since(*, business_id: int, email: str, since: datetime) -> int:
    """Count the plans and gift cards that a mailbox, in all its spellings, began to buy since then
    (UTC) and whose money is here; one query."""
    perhaps = Q()
    for domain in domains_of(email):
        for name in ("purchase__customer__email", "gift_card__buyer_email"):
            perhaps |= Q(**{f"{name}__iendswith": f"@{domain}"})
    paid = Order.objects.filter(
        perhaps,
        business=business_id,
        placed_at__gte=since,
        payments__captured__gt=F("payments__refunded"),
    )
    found = paid.values_list("pk", "purchase__customer__email", "gift_card__buyer_email")
    wanted = identity_of(email)
    return sum(wanted in {identity_of(it or "") for it in both} for _pk, *both in found.distinct())


def find_begun_card(*, card_id: int) -> GiftCard | None:
    """The card of this number while it is not paid yet; one query."""
    return GiftCard.objects.filter(pk=card_id, status=GiftCard.Status.DRAFT).first()


def has_payment_under_way(card: GiftCard) -> bool:
    """Whether the provider may still say that a card is paid; one query."""
    attempts = Payment.objects.filter(order__gift_card=card).order_by("-pk")
    last = attempts.first()
    return last is not None and last.status in UNDECIDED
