"""The ledger of a gift card. Its row is the last one that is locked."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from apps.checkout.gifts import Holding, uncovered
from apps.checkout.links import gift_mail_key
from apps.checkout.models import GiftCard, GiftEntry, Payment
from apps.outbox import operations as outbox

GIFT_TOPIC = "gifts.told"
BUYER, RECIPIENT = "BUYER", "RECIPIENT"
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
    tell_all_of_gift(card=card, now=now)


def tell_all_of_gift(*, card: GiftCard, now: datetime) -> None:
    """Have the worker mail a card that was paid for to its buyer, and to whom it is for when an
    address was given; each by an item of their own, once."""
    recipients = [BUYER]
    if card.to_email and card.to_email.lower() != card.buyer_email.lower():
        recipients.append(RECIPIENT)
    for to in recipients:
        tell_of_gift(card=card, what="BOUGHT", to=to, now=now, key=gift_mail_key(card.pk, to))


def tell_of_gift(
    *, card: GiftCard, what: str, now: datetime, to: str = BUYER, amount: int = 0, key: str = ""
) -> None:
    """Have the worker write of a card: BOUGHT, REINSTATED, NOT_DELIVERED, or of an amount (minor
    units) that is REFUNDED, HANDED_BACK or NOT_REFUNDED; once for each key."""
    outbox.enqueue(
        topic=GIFT_TOPIC,
        payload={"card_id": card.pk, "what": what, "to": to, "amount": amount},
        business_id=card.business_id,
        now=now,
        key=key,
    )


def lock_cards(payments: Iterable[Payment], *, besides: int | None = None) -> None:
    """Lock the cards of several payments, and one besides, in the order of their keys (rule C2):
    two orders may have been paid by the same two cards."""
    used = (*(it.gift_card_id for it in payments), besides)
    cards = {pk for pk in used if pk is not None}
    if len(cards) > 1:
        list(GiftCard.objects.select_for_update().filter(pk__in=cards).order_by("pk"))


def give_to_card(payment: Payment, *, amount: int, now: datetime) -> None:
    """Put money of a gift payment back on its card; the card may have been stopped meanwhile."""
    card = GiftCard.objects.select_for_update().get(pk=payment.gift_card_id or 0)
    write_gift_entry(card, Kind.RETURNED, amount=amount, payment=payment, now=now)
    follow_purchase(card, now=now)


def holding_of(card: GiftCard) -> Holding:
    """What stands behind a card; two queries. A card without an order was given, not sold: all of
    it is covered."""
    spent = Q(kind__in=(Kind.USED, Kind.RETURNED))
    lines = card.entries.aggregate(
        used=Coalesce(Sum("amount", filter=spent), 0),
        put_on=Coalesce(Sum("amount", filter=Q(kind=Kind.ADJUSTED)), 0),
    )
    kept = Payment.objects.filter(order__gift_card=card).aggregate(
        kept=Sum(F("captured") - F("refunded"))
    )["kept"]
    return Holding(
        balance=card.balance,
        used=-lines["used"],
        kept=card.value if kept is None else max(0, kept),
        put_on=lines["put_on"],
        written_off=card.written_off,
    )


def follow_purchase(card: GiftCard, *, now: datetime) -> None:
    """Take off a locked card what of its purchase is not kept any more, and note what of it was
    used already (rule M31). A card of which all went back is over."""
    if card.status == GiftCard.Status.DRAFT:
        return
    holding = holding_of(card)
    found = uncovered(holding)
    if found.off:
        write_gift_entry(card, Kind.REFUNDED, amount=-found.off, now=now)
    if not holding.kept and not card.balance:
        card.status = GiftCard.Status.STOPPED
    card.uncovered = found.owing
    card.save(update_fields=["status", "uncovered"])


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
