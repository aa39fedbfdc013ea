"""Gift cards that were begun, and the money that may still come for them."""

from apps.checkout.models import UNDECIDED, GiftCard, Payment


def find_begun_card(*, card_id: int) -> GiftCard | None:
    """The card of this number while it is not paid yet; one query."""
    return GiftCard.objects.filter(pk=card_id, status=GiftCard.Status.DRAFT).first()


def has_payment_under_way(card: GiftCard) -> bool:
    """Whether the provider may still say that a card is paid; one query."""
    attempts = Payment.objects.filter(order__gift_card=card).order_by("-pk")
    last = attempts.first()
    return last is not None and last.status in UNDECIDED
