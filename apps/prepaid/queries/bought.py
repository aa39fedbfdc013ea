"""What somebody buys for later, plans and gift cards: begun, under way, and how often (rule S5)."""

from datetime import datetime

from django.db.models import F

from apps.checkout.models import UNDECIDED, GiftCard, Order, Payment
from apps.customers.queries import identity_of, perhaps_of_mailbox


def count_bought_since(*, business_id: int, email: str, since: datetime) -> int:
    """Count the plans and gift cards that a mailbox, in all its spellings, began to buy since then
    (UTC) and whose money is here; one query."""
    both = ("purchase__customer__email", "gift_card__buyer_email")
    perhaps = perhaps_of_mailbox(both[0], email) | perhaps_of_mailbox(both[1], email)
    paid = Order.objects.filter(
        perhaps,
        business=business_id,
        placed_at__gte=since,
        payments__captured__gt=F("payments__refunded"),
    )
    found = paid.values_list("pk", *both).distinct()
    wanted = identity_of(email)
    return sum(wanted in {identity_of(it or "") for it in typed} for _pk, *typed in found)


def find_begun_card(*, card_id: int) -> GiftCard | None:
    """The card of this number while it is not paid yet; one query."""
    return GiftCard.objects.filter(pk=card_id, status=GiftCard.Status.DRAFT).first()


def has_payment_under_way(card: GiftCard) -> bool:
    """Whether the provider may still say that a card is paid; one query."""
    attempts = Payment.objects.filter(order__gift_card=card).order_by("-pk")
    last = attempts.first()
    return last is not None and last.status in UNDECIDED
