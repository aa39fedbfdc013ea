"""Money that goes back: asked for, done at the provider, and written back where the provider
refused it, at once or days after it said yes (rules M9, M32)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations import Actor
from apps.businesses.models import TeamMember
from apps.checkout.models import GiftCard, Order, OrderLine, Payment, Refund, RefundLine
from apps.checkout.operations.errors import RefundChanged, TooMuchOfLine, TooMuchToRefund
from apps.checkout.operations.gift_money import give_to_card, lock_cards
from apps.checkout.operations.orders import Subject, is_over, lock_order_of, lock_subject
from apps.checkout.operations.sync import sync
from apps.checkout.operations.tell_of_money import tell_of_refunds, tell_of_refusal
from apps.checkout.providers import ProviderPayment, RefundRefused, provider_of
from apps.checkout.queries.orders import flows_of, refundable_of
from apps.checkout.queries.payments import key_of_refund
from apps.checkout.states import Share, assign, excess, split
from apps.outbox import operations as outbox

REFUND_TOPIC = "payments.refund"
INSTANT_KINDS = (Payment.Kind.IN_PERSON, Payment.Kind.GIFT)
STANDS = (Refund.Status.PENDING, Refund.Status.DONE)


def ask_for_refund(
    payment: Payment,
    *,
    order: Order,
    payments: Sequence[Payment],
    amount: int,
    reason: str,
    asked_by: int | None,
    now: datetime,
    by_hand: bool = False,
) -> Refund:
    """Write a refund of one of the locked payments of a locked order; the worker does it at the
    provider. Money that came in person, or is given back by_hand, is in the customer's hand
    already, that of a gift card is on the card at once."""
    at_once = by_hand or payment.kind in INSTANT_KINDS
    too_much = count_back(payment, order=order, payments=payments, amount=amount)
    payment.save(update_fields=["refunded", "excess"])
    refund = Refund.objects.create(
        business_id=payment.business_id,
        payment=payment,
        amount=amount,
        excess=too_much,
        status=Refund.Status.DONE if at_once else Refund.Status.PENDING,
        is_external=by_hand or payment.kind == Payment.Kind.IN_PERSON,
        by_hand=by_hand,
        reason=reason,
        asked_by_id=asked_by,
        created_at=now,
        done_at=now if at_once else None,
    )
    if payment.kind == Payment.Kind.GIFT:
        give_to_card(payment, amount=amount, now=now)
    if not at_once:
        outbox.enqueue(
            topic=REFUND_TOPIC,
            payload={"refund_id": refund.pk},
            business_id=payment.business_id,
            now=now,
            key=f"refund:{refund.pk}",
        )
    return refund


def count_back(payment: Payment, *, order: Order, payments: Sequence[Payment], amount: int) -> int:
    """Count what goes back of one of the locked payments of an order, and return how much of it
    was more than the bill: that goes first (rule M8). Nothing is written."""
    too_much = min(amount, excess(total=order.bill, flows=flows_of(payments)))
    payment.refunded += amount
    payment.excess += too_much
    return too_much


def take_back_refund(
    refund: Refund, *, payments: Sequence[Payment], why: str, now: datetime
) -> bool:
    """Write of a refund of one of the locked payments of a locked order that its money is here
    again, for the lines it was for, once; tell whether that is new. The team decides what then
    becomes of it."""
    standing = Refund.objects.filter(pk=refund.pk, status__in=STANDS)
    reason = f"{refund.reason} ({why})".strip()[:250]
    if not standing.update(status=Refund.Status.FAILED, reason=reason, refused_at=now):
        return False
    payment = next(it for it in payments if it.pk == refund.payment_id)
    payment.refunded -= refund.amount
    payment.excess -= refund.excess
    payment.save(update_fields=["refunded", "excess"])
    for pk, amount in refund.lines.values_list("line_id", "amount"):
        OrderLine.objects.filter(pk=pk).update(refunded=F("refunded") - amount)
    return True


def refused_in(state: ProviderPayment, payment: Payment) -> list[tuple[Refund, str]]:
    """The refunds of a payment that stand in our books and that its provider says were refused,
    with why."""
    told = {name: it.refused for it in state.refunds if it.refused for name in (it.ref, it.key)}
    if not told:
        return []
    standing = payment.refunds.filter(status__in=STANDS, by_hand=False).order_by("pk")
    named = ((it, told.get(it.provider_ref) or told.get(key_of_refund(it))) for it in standing)
    return [(it, why) for it, why in named if why]


def outdated_in(state: ProviderPayment, payment: Payment) -> int:
    """What a provider says is gone although we know already that it was refused, in minor units:
    the provider was asked before that."""
    failed = payment.refunds.filter(status=Refund.Status.FAILED)
    known = _names_of(failed)
    return sum(it.amount for it in state.refunds if not it.refused and known & {it.ref, it.key})


def split_elsewhere(
    amount: int, *, state: ProviderPayment, payment: Payment
) -> list[tuple[str, int]]:
    """Split what went back on the provider's own pages (minor units) into its refunds there, by
    their names; "" where the provider names none."""
    if amount <= 0:
        return []
    known, parts = _names_of(payment.refunds.all()), []
    for it in state.refunds:
        part = 0 if it.refused or known & {it.ref, it.key} else min(amount, it.amount)
        if part:
            parts.append((it.ref, part))
            amount -= part
    return [*parts, ("", amount)] if amount else parts


def _names_of(refunds: Iterable[Refund]) -> set[str]:
    names = (name for it in refunds for name in (it.provider_ref, key_of_refund(it)))
    return {name for name in names if name}


@transaction.atomic
def refund_order(
    *,
    booking_id: int,
    amount: int,
    seen_refunded: int,
    reason: str,
    by: TeamMember,
    now: datetime,
    lines: Mapping[int, int] | None = None,
) -> None:
    """Give money of an order back, the newest payment first (rule M9).

    lines are amounts for lines of the order by their ids, amount is what goes back besides.
    seen_refunded is what the page said had gone back already: a stale page is refused (rule M9).

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        NotOwed: it was never to be paid.
        RefundChanged: more went back meanwhile.
        TooMuchToRefund: more than is left of what came.
        TooMuchOfLine: more than is left of a line, or it is no line of this order.
    """
    booking = bookings.lock_booking(
        booking_id=booking_id, business_id=by.business_id, revision=None
    )
    order = lock_order_of(booking)
    refund_remaining(
        order,
        booking,
        amount=amount,
        seen_refunded=seen_refunded,
        reason=reason,
        actor=Actor.of(by),
        now=now,
        lines=lines,
    )


def refund_remaining(
    order: Order,
    subject: Subject,
    *,
    amount: int | None,
    seen_refunded: int | None,
    reason: str,
    actor: Actor,
    now: datetime,
    lines: Mapping[int, int] | None = None,
    by_itself: bool = False,
) -> int:
    """Ask for refunds of a locked order of something locked; amount None is all that is left.
    by_itself: nobody is there to hand anything over, so no money that came in person goes back.
    Return how much goes back, in minor units. Errors as in ``refund_order``."""
    of_lines = {pk: part for pk, part in (lines or {}).items() if part}
    payments = list(order.payments.select_for_update().order_by("pk"))
    refunded = sum(it.refunded for it in payments)
    if seen_refunded is not None and refunded != seen_refunded:
        raise RefundChanged(refunded)
    left = sum(it.captured - it.refunded for it in payments)
    wanted = left if amount is None else amount + sum(of_lines.values())
    if wanted > left or wanted < 0:
        raise TooMuchToRefund(left)
    _take_of_lines(order, of_lines)
    _decide_refused(order, subject, amount=wanted, now=now)
    lock_cards(payments)
    by_id, asked = {it.pk: it for it in payments}, []
    for pk, part in split(wanted, over=refundable_of(payments, by_itself=by_itself)):
        refund = ask_for_refund(
            by_id[pk],
            order=order,
            payments=payments,
            amount=part,
            reason=reason,
            asked_by=actor.user_id,
            now=now,
        )
        asked.append(refund)
    _write_lines(of_lines, [(it.pk, it.amount) for it in asked])
    sync(order, subject, payments, actor=actor, now=now)
    tell_of_refunds(subject, asked, now=now)
    return wanted


def refund_by_itself(
    order: Order, subject: Subject, *, amount: int, actor: Actor, now: datetime
) -> None:
    """Ask for the refund of so much (minor units) of a locked order because something else was
    decided: nobody is there to hand anything over, so only what goes back the way it came.
    Errors as in ``refund_order``."""
    refund_remaining(
        order,
        subject,
        amount=amount,
        seen_refunded=None,
        reason="",
        actor=actor,
        now=now,
        by_itself=True,
    )


def _decide_refused(order: Order, subject: Subject, *, amount: int, now: datetime) -> None:
    """Whoever gives money of a locked order back has seen that it did not go before. The rest of a
    booking that is over is asked about by itself; of all else no more is decided than goes back. Of
    a gift card that is nothing: what was refused is not on it any more."""
    if isinstance(subject, GiftCard):
        return
    asks_by_itself = isinstance(subject, Booking) and is_over(subject) and order.kept_at is None
    refused = Refund.objects.filter(payment__order=order, status=Refund.Status.FAILED)
    for refund in refused.filter(decided_at=None).order_by("pk"):
        if asks_by_itself or refund.amount <= amount:
            Refund.objects.filter(pk=refund.pk).update(decided_at=now)
            amount -= refund.amount


def _take_of_lines(order: Order, lines: Mapping[int, int]) -> None:
    """Count what goes back for lines of a locked order."""
    own = {line.pk: line for line in order.lines.all()}
    for pk, amount in lines.items():
        left = own[pk].left if pk in own else 0
        if not 0 < amount <= left:
            raise TooMuchOfLine(pk, left)
        OrderLine.objects.filter(pk=pk).update(refunded=F("refunded") + amount)


def _write_lines(lines: Mapping[int, int], asked: Sequence[Share]) -> None:
    RefundLine.objects.bulk_create(
        RefundLine(refund_id=refund, line_id=line, amount=amount)
        for refund, parts in assign(lines, to=asked).items()
        for line, amount in parts
    )


def do_refund(*, refund_id: int, now: datetime) -> None:
    """Do a refund at the provider, once however often this runs; kill -9 on either side of the call
    is harmless, because the key is the refund's own. Done means that the provider took it on: what
    the bank then refuses is learnt from its provider (``apply_provider_state``).

    Raises:
        ProviderDown: it does not answer; the outbox tries again.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.status != Refund.Status.PENDING:
        return
    provider = provider_of(refund.payment.provider)
    try:
        ref = provider.refund(
            refund.payment.provider_ref, amount=refund.amount, key=key_of_refund(refund)
        )
    except RefundRefused as no:
        _fail(refund_id, why=str(no), now=now)
        return
    Refund.objects.filter(pk=refund_id, status=Refund.Status.PENDING).update(
        status=Refund.Status.DONE, provider_ref=ref, done_at=now
    )


@transaction.atomic
def _fail(refund_id: int, *, why: str, now: datetime) -> None:
    """The money stays where it is; the order says so again, and the team sees it."""
    refund = Refund.objects.select_related("payment__order").get(pk=refund_id)
    order = refund.payment.order
    subject = lock_subject(order, now=now)
    order = Order.objects.select_for_update().get(pk=order.pk)
    payments = list(order.payments.select_for_update().order_by("pk"))
    if not take_back_refund(refund, payments=payments, why=why, now=now):
        return
    failed = BookingEvent.Action.NOT_REFUNDED
    sync(order, subject, payments, actor=Actor.system(), now=now, action=failed)
    tell_of_refusal(subject, refund, now=now)
