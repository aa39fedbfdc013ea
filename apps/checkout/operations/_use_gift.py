"""A gift card pays: its money is held with the order, taken when the order is approved, and given
back when the order comes to nothing. The card's row is locked last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.checkout.models import UNDECIDED, CouponUse, GiftCard, GiftEntry, Order, Payment
from apps.checkout.operations._coupons import give_coupon_back
from apps.checkout.operations._errors import GiftRefused
from apps.checkout.operations._gift_money import let_gift_go, lock_cards, write_gift_entry
from apps.checkout.queries.orders import status_of
from apps.outbox.sweeping import sweep

HOLD_LEFT = timedelta(minutes=5)
"""A payment may still come shortly after its hold: the card's money waits that much longer."""


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
