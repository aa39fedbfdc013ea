"""The ledger of a gift card. Its row is the last one that is locked."""

from datetime import datetime

from apps.checkout.models import GiftCard, GiftEntry, Payment
from apps.outbox import operations as outbox

GIFT_TOPIC = "gifts.told"
Kind = GiftEntry.Kind


def write_gift_entry(
    card: GiftCard,
    kind: GiftEntry.Kind,
    *,
    amount: int,
    now: datetime,
    payment: Payment | None = None,
    reason: str = "",
    by: int | None = None,
) -> None:
    """Move the balance of a locked card (minor units, below 0 when it pays) and write why."""
    card.balance += amount
    GiftCard.objects.filter(pk=card.pk).update(balance=card.balance)
    GiftEntry.objects.create(
        card=card,
        kind=kind,
        amount=amount,
        left=card.balance,
        payment=payment,
        reason=reason,
        by_id=by,
        at=now,
    )


def load_gift_card(card: GiftCard, *, now: datetime) -> None:
    """Put its value on a locked card that was paid for, and have the code mailed."""
    card.status = GiftCard.Status.ACTIVE
    card.save(update_fields=["status"])
    write_gift_entry(card, Kind.BOUGHT, amount=card.value, now=now)
    outbox.enqueue(
        topic=GIFT_TOPIC, payload={"card_id": card.pk}, business_id=card.business_id, now=now
    )


def give_to_card(payment: Payment, *, amount: int, now: datetime) -> None:
    """Put money of a gift payment back on its card; the card may have been stopped meanwhile."""
    card = GiftCard.objects.select_for_update().get(pk=payment.gift_card_id or 0)
    write_gift_entry(card, Kind.RETURNED, amount=amount, payment=payment, now=now)


def take_gift(payment: Payment, *, now: datetime) -> None:
    """What a card holds or keeps aside for a locked order is taken: it is the card's no more."""
    payment.status, payment.captured, payment.authorized = Payment.Status.PAID, payment.amount, 0
    payment.settled_at = now
    payment.save(update_fields=["status", "captured", "authorized", "settled_at"])


def keep_gift_aside(payment: Payment) -> None:
    """What a card holds for a locked order stays off it and is not taken before a yes."""
    payment.status, payment.authorized = Payment.Status.AUTHORIZED, payment.amount
    payment.captures_later = True
    payment.save(update_fields=["status", "authorized", "captures_later"])


def let_gift_go(payment: Payment, *, now: datetime) -> None:
    """What a card holds or keeps aside for a locked order goes back to it."""
    payment.status, payment.authorized = Payment.Status.CANCELED, 0
    payment.save(update_fields=["status", "authorized"])
    give_to_card(payment, amount=payment.amount, now=now)
