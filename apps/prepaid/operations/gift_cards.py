"""Sell, adjust and stop gift cards (rule M15)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.bookings.operations import Actor
from apps.businesses.models import Business, TeamMember
from apps.checkout.gifts import new_gift_code
from apps.checkout.models import UNDECIDED, GiftCard, GiftEntry, Order, OrderLine, Payment
from apps.checkout.operations.check_out import has_brought_money
from apps.checkout.operations.errors import GiftRefused, WayNotOffered
from apps.checkout.operations.gift_money import follow_purchase, write_gift_entry
from apps.checkout.operations.in_person import take_in_person
from apps.checkout.operations.open_payment import PAY_WITHIN, new_payment
from apps.checkout.operations.pay_online import begin_paying
from apps.checkout.operations.refund import refund_remaining
from apps.checkout.operations.sync import approve
from apps.checkout.pricing import Way
from apps.kernel.references import new_reference
from apps.outbox.sweeping import sweep
from apps.prepaid.operations.buy_plan import Buyer
from apps.prepaid.operations.errors import AlreadyBought, GiftIsOver
from apps.prepaid.operations.sell_plan import desk_key

Status = GiftCard.Status
DRAFT_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Gift:
    """A card that is bought: value in minor units; to_email is "" when the buyer hands it over."""

    value: int
    buyer: Buyer
    to_name: str = ""
    to_email: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class BoughtGift:
    """The card, and where to pay for it; "" when it was paid already."""

    card: GiftCard
    url: str


def buy_gift_card(
    *,
    business: Business,
    gift: Gift,
    form_key: str,
    visitor_hash: str,
    origin: str,
    now: datetime,
) -> BoughtGift:
    """Buy a gift card on the page: its code is mailed when the money has come (rule M15).

    The same form sent again leads to the same card and payment (rule B6). origin as in
    ``check_out``.
    No tax is charged: that comes when somebody pays with it.

    Raises:
        WayNotOffered: the business sells no gift cards, or nothing is paid online here.
        AlreadyBought: this form bought a card of another value, or for somebody else.
        ProviderDown: the provider does not answer; nothing was paid.
    """
    card, payment = _place(business, gift, form_key=form_key, visitor_hash=visitor_hash, now=now)
    if payment is None:
        return BoughtGift(card, "")
    return BoughtGift(card, begin_paying(payment=payment, subject=card, origin=origin, now=now))


def pay_for_gift_card(*, card_id: int, origin: str, now: datetime) -> BoughtGift:
    """Open the payment of a card anew: the last one failed, ran out or was given up.

    Raises:
        GiftCard.DoesNotExist: there is none.
        WayNotOffered, ProviderDown: as in ``buy_gift_card``.
    """
    card, payment = _place_again(card_id, now=now)
    if payment is None:
        return BoughtGift(card, "")
    return BoughtGift(card, begin_paying(payment=payment, subject=card, origin=origin, now=now))


@transaction.atomic
def sell_gift_card(*, gift: Gift, by: TeamMember, now: datetime, form_key: str = "") -> GiftCard:
    """Sell a card at the desk: it was paid in person and is good at once. The same form_key sells
    once.

    Raises:
        AlreadyBought: it sold another card before.
    """
    card, is_new = GiftCard.objects.get_or_create(
        form_key=desk_key(by, form_key),
        defaults=_columns(by.business, gift, now=now),
    )
    if not is_new:
        _require_same(card, gift)
        return card
    order = _new_order(card, way=Way.IN_PERSON, now=now)
    approve(order, card, [], now=now)
    take_in_person(order, card, by=by, now=now)
    return card


def offer_gift_cards(*, offered: bool, by: TeamMember) -> None:
    """Start or stop selling gift cards on the booking page; those that were sold stay good, and
    the desk may sell them either way. Done twice it is the same."""
    others = Business.objects.filter(pk=by.business_id).exclude(sells_gift_cards=offered)
    others.update(sells_gift_cards=offered)


@transaction.atomic
def adjust_gift_card(
    *, card_id: int, amount: int, seen_balance: int, reason: str, by: TeamMember, now: datetime
) -> None:
    """Take an amount off a card (below 0) or put back what was taken off, and keep the reason.

    Raises:
        GiftCard.DoesNotExist: not a card of this business.
        GiftIsOver: it is not active (any more).
        GiftRefused: the balance is another one than the page showed, or would leave its bounds.
    """
    card = GiftCard.objects.select_for_update().get(pk=card_id, business_id=by.business_id)
    if card.status != Status.ACTIVE:
        raise GiftIsOver
    if card.balance != seen_balance or not 0 <= card.balance + amount <= card.value:
        raise GiftRefused(card.balance)
    kind = GiftEntry.Kind.ADJUSTED
    write_gift_entry(card, kind, amount=amount, reason=reason, by=by.user_id, now=now)
    follow_purchase(card, now=now)


@transaction.atomic
def settle_uncovered(*, card_id: int, seen: int, by: TeamMember, now: datetime) -> None:
    """Record that the team has settled with the buyer what a card paid although its purchase went
    back (rule M31). seen is the amount that the page showed, in minor units; where it is another
    one by now, nothing is settled. Done twice it is the same.

    Raises:
        GiftCard.DoesNotExist: not a card of this business.
    """
    card = GiftCard.objects.select_for_update().get(pk=card_id, business_id=by.business_id)
    if not seen or card.uncovered != seen:
        return
    card.written_off, card.uncovered = card.written_off + seen, 0
    card.save(update_fields=["written_off", "uncovered"])
    write_gift_entry(card, GiftEntry.Kind.SETTLED, amount=0, by=by.user_id, now=now)


@transaction.atomic
def stop_gift_card(
    *,
    card_id: int,
    gives_back: bool,
    by: TeamMember,
    now: datetime,
    seen_balance: int | None = None,
) -> None:
    """Let nobody pay with a card any more; what is left on it stays written there, or goes back to
    whoever bought it, also later on: what a stopped card paid may come back to it. Done twice it
    is the same. seen_balance is what the page showed, in minor units.

    Raises:
        GiftCard.DoesNotExist: not a card of this business.
        GiftRefused: the balance is another one than the page showed.
        TooMuchToRefund: less than that is left of what was paid for it.
    """
    card = GiftCard.objects.select_for_update().get(pk=card_id, business_id=by.business_id)
    left = card.balance
    goes_back = gives_back and left > 0
    if card.status != Status.ACTIVE and not goes_back:
        return
    if seen_balance is not None and left != seen_balance:
        raise GiftRefused(left)
    card.status = Status.STOPPED
    card.save(update_fields=["status"])
    if not goes_back:
        return
    order = Order.objects.select_for_update().get(gift_card=card)
    write_gift_entry(card, GiftEntry.Kind.REFUNDED, amount=-left, by=by.user_id, now=now)
    refund_remaining(
        order, card, amount=left, seen_refunded=None, reason="", actor=Actor.of(by), now=now
    )


def forget_unpaid_gifts(*, now: datetime) -> int:
    """Delete cards that nobody paid for within 24 hours; return how many."""
    drafts = GiftCard.objects.filter(status=Status.DRAFT, made_at__lte=now - DRAFT_LIFE)
    unpaid = drafts.exclude(
        Q(order__payments__status__in=(*UNDECIDED, "PAID"))
        | Q(order__payments__told_amount__isnull=False)
    )
    return sweep(unpaid, _forget)


@transaction.atomic
def _place(
    business: Business, gift: Gift, *, form_key: str, visitor_hash: str, now: datetime
) -> tuple[GiftCard, Payment | None]:
    if not business.sells_gift_cards or business.state != Business.State.PUBLISHED:
        raise WayNotOffered
    card, is_new = GiftCard.objects.get_or_create(
        form_key=form_key,
        defaults=_columns(business, gift, now=now) | {"visitor_hash": visitor_hash},
    )
    if not is_new:
        _require_same(card, gift)
        return _place_again(card.pk, now=now)
    order = _new_order(card, way=Way.FULL, now=now)
    return card, new_payment(order, amount=card.value, until=now + PAY_WITHIN, now=now)


@transaction.atomic
def _place_again(card_id: int, *, now: datetime) -> tuple[GiftCard, Payment | None]:
    cards = GiftCard.objects.select_for_update(of=("self",)).select_related("business")
    card = cards.get(pk=card_id)
    order = Order.objects.select_for_update().get(gift_card=card)
    if order.status != Order.Status.INITIALIZED:
        return card, None
    return card, new_payment(order, amount=card.value, until=now + PAY_WITHIN, now=now)


def _require_same(card: GiftCard, gift: Gift) -> None:
    """What was bought with a form is its idempotency, the amount above all."""
    bought = (card.value, card.buyer_email, card.to_name, card.to_email, card.words)
    asked = (gift.value, gift.buyer.email, gift.to_name, gift.to_email, gift.words)
    if bought != asked:
        raise AlreadyBought(card.reference, card.value)


def _columns(business: Business, gift: Gift, *, now: datetime) -> dict[str, Any]:
    return {
        "business": business,
        "reference": new_reference(),
        "code": new_gift_code(),
        "currency": business.currency,
        "value": gift.value,
        "buyer_name": gift.buyer.name,
        "buyer_email": gift.buyer.email,
        "to_name": gift.to_name,
        "to_email": gift.to_email,
        "words": gift.words,
        "made_at": now,
    }


def _new_order(card: GiftCard, *, way: Way, now: datetime) -> Order:
    order = Order.objects.create(
        business=card.business,
        gift_card=card,
        reference=new_reference(),
        way=way.value,
        currency=card.currency,
        total=card.value,
        due_now=card.value if way is Way.FULL else 0,
        placed_at=now,
    )
    OrderLine.objects.create(order=order, name=card.title, amount=card.value, total=card.value)
    return order


@transaction.atomic
def _forget(card_id: int) -> bool:
    card = GiftCard.objects.select_for_update().get(pk=card_id)
    order = Order.objects.select_for_update().get(gift_card=card)
    payments = order.payments.select_for_update()
    if any(has_brought_money(it) or it.status in UNDECIDED for it in payments):
        return False
    order.payments.all().delete()
    card.delete()
    return True
