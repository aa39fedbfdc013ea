"""What is on a gift card, and what of it is held, taken and put back (rule M15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.businesses.models import TeamMember
from apps.checkout.gifts import Holding, plain_gift_code, uncovered
from apps.checkout.models import UNDECIDED, CouponUse, GiftCard, GiftEntry, Order, Payment
from apps.checkout.operations.errors import GiftRefused
from apps.checkout.operations.promotions import give_coupon_back
from apps.checkout.queries.orders import status_of
from apps.outbox import operations as outbox
from apps.outbox.sweeping import sweep

GIFT_TOPIC = "gifts.told"
HOLD_LEFT = timedelta(minutes=5)
"""A payment may still come shortly after its hold: the card's money waits that much longer."""
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


def gift_mail_key(card_id: int, to: str) -> str:
    """What the outbox calls the mail that brings a card to its BUYER or RECIPIENT."""
    return f"gift:{card_id}:{to}"


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
    """What a card holds or has authorized for a locked order is taken: it is the card's no more."""
    payment.status, payment.captured, payment.authorized = Payment.Status.PAID, payment.amount, 0
    payment.settled_at = now
    payment.save(update_fields=["status", "captured", "authorized", "settled_at"])


def authorize_gift(payment: Payment) -> None:
    """What a card holds for a locked order stays off it and is not taken before a yes."""
    payment.status, payment.authorized = Payment.Status.AUTHORIZED, payment.amount
    payment.captures_later = True
    payment.save(update_fields=["status", "authorized", "captures_later"])


def let_gift_go(payment: Payment, *, now: datetime) -> None:
    """What a card holds or has authorized for a locked order goes back to it."""
    payment.status, payment.authorized = Payment.Status.CANCELED, 0
    payment.save(update_fields=["status", "authorized"])
    give_to_card(payment, amount=payment.amount, now=now)


@dataclass(frozen=True, slots=True)
class SeenGift:
    """The card a customer pays with, and what the page said it pays, in minor units."""

    card_id: int
    amount: int


def hold_gift(order: Order, gift: SeenGift, *, until: datetime, now: datetime) -> Payment:
    """Take what a card pays off its balance, for a locked order that is not approved yet.

    Raises:
        GiftRefused: the card is stopped, another business's, or has less on it meanwhile; or it
            would pay more than the order costs.
    """
    cards = GiftCard.objects.select_for_update().filter(
        pk=gift.card_id, business_id=order.business_id, status=GiftCard.Status.ACTIVE
    )
    card = cards.first()
    if card is None or not _has(card, gift.amount) or not 0 < gift.amount <= order.total:
        raise GiftRefused(card.balance if card else 0, gift.amount)
    payment = Payment.objects.create(
        business_id=order.business_id,
        order=order,
        kind=Payment.Kind.GIFT,
        gift_card=card,
        amount=gift.amount,
        created_at=now,
        expires_at=until,
    )
    used = GiftEntry.Kind.USED
    write_gift_entry(card, used, amount=-gift.amount, payment=payment, now=now)
    return payment


def _has(card: GiftCard, amount: int) -> bool:
    return card.balance >= amount


def pay_by_card(
    order: Order, code: str, owed: int, *, by: TeamMember | None, now: datetime
) -> Payment | None:
    """Have the card of a number pay of a locked, approved order what is owed (minor units), as far
    as there is something on it; None where no such card has anything. by is None for the
    customer."""
    cards = GiftCard.objects.select_for_update().filter(
        business_id=order.business_id,
        code=plain_gift_code(code),
        status=GiftCard.Status.ACTIVE,
        balance__gt=0,
    )
    card = cards.first()
    if card is None:
        return None
    amount = min(card.balance, owed)
    user_id = by.user_id if by else None
    payment = Payment.objects.create(
        business_id=order.business_id,
        order=order,
        kind=Payment.Kind.GIFT,
        status=Payment.Status.PAID,
        gift_card=card,
        amount=amount,
        captured=amount,
        taken_by_id=user_id,
        created_at=now,
        settled_at=now,
    )
    write_gift_entry(
        card, GiftEntry.Kind.USED, amount=-amount, payment=payment, by=user_id, now=now
    )
    return payment


def let_gifts_go(order: Order, *, now: datetime, besides: SeenGift | None = None) -> None:
    """Give back what cards held for a locked order that is placed anew or forgotten; besides is the
    card that is used next."""
    pending = order.payments.select_for_update().filter(
        kind=Payment.Kind.GIFT, status=Payment.Status.PENDING
    )
    held = list(pending.order_by("pk"))
    lock_cards(held, besides=besides.card_id if besides else None)
    for payment in held:
        let_gift_go(payment, now=now)


def release_held(*, now: datetime) -> int:
    """Give back what gift cards hold for orders that nobody went on paying, and the uses of their
    codes; return how many orders.

    As long as a payment of the order may still come, code and money stay with it. Going on to pay
    later uses both anew.
    """
    return sweep(_held(now=now), partial(_release, now=now))


def _held(*, now: datetime) -> QuerySet[Order]:
    """The orders that hold a code or a card's money although no payment of them can come."""
    over = Payment.objects.filter(
        kind=Payment.Kind.GIFT,
        status=Payment.Status.PENDING,
        expires_at__lte=now - HOLD_LEFT,
    )
    uses = CouponUse.objects.filter(order__status=Order.Status.INITIALIZED)
    coming = Payment.objects.filter(_may_come(now), order=OuterRef("pk"))
    return Order.objects.filter(
        Q(pk__in=over.values("order")) | Q(pk__in=uses.values("order")), ~Exists(coming)
    )


def _may_come(now: datetime) -> Q:
    """Payments that may still come, or whose time has only just passed. A charge of a saved card
    that failed is over at once: nobody is on a page of the bank's."""
    online = Q(kind=Payment.Kind.ONLINE, status__in=UNDECIDED)
    return online | Q(expires_at__gt=now - HOLD_LEFT, saved_card="")


@transaction.atomic
def _release(order_id: int, *, now: datetime) -> bool:
    order = Order.objects.select_for_update().get(pk=order_id)
    list(order.payments.select_for_update().order_by("pk"))
    if order.status != Order.Status.INITIALIZED or not _held(now=now).filter(pk=order_id).exists():
        return False
    let_all_go(order, now=now)
    return True


def let_all_go(order: Order, *, now: datetime) -> None:
    """Give back the code and the cards' money of a locked order of which no payment can come."""
    give_coupon_back(order)
    let_gifts_go(order, now=now)
    status = status_of(order, list(order.payments.all()))
    Order.objects.filter(pk=order.pk).update(payment_status=status.value)
