"""A refund that the provider refused, at once or days after it said yes (rule M32)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F

from apps.checkout.models import OrderLine, Payment, Refund
from apps.checkout.providers import ProviderPayment
from apps.checkout.queries.payments import key_of_refund

STANDS = (Refund.Status.PENDING, Refund.Status.DONE)


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


def refused_in(truth: ProviderPayment, payment: Payment) -> list[tuple[Refund, str]]:
    """The refunds of a payment that stand in our books and that its provider says were refused,
    with why."""
    told = {name: it.refused for it in truth.refunds if it.refused for name in (it.ref, it.key)}
    if not told:
        return []
    standing = payment.refunds.filter(status__in=STANDS, by_hand=False).order_by("pk")
    named = ((it, told.get(it.provider_ref) or told.get(key_of_refund(it))) for it in standing)
    return [(it, why) for it, why in named if why]


def outdated_in(truth: ProviderPayment, payment: Payment) -> int:
    """What a truth says is gone although we know already that it was refused, in minor units: the
    provider was asked before that."""
    failed = payment.refunds.filter(status=Refund.Status.FAILED)
    known = _names_of(failed)
    return sum(it.amount for it in truth.refunds if not it.refused and known & {it.ref, it.key})


def split_elsewhere(
    amount: int, *, truth: ProviderPayment, payment: Payment
) -> list[tuple[str, int]]:
    """Split what went back on the provider's own pages (minor units) into its refunds there, by
    their names; "" where the provider names none."""
    if amount <= 0:
        return []
    known, parts = _names_of(payment.refunds.all()), []
    for it in truth.refunds:
        part = 0 if it.refused or known & {it.ref, it.key} else min(amount, it.amount)
        if part:
            parts.append((it.ref, part))
            amount -= part
    return [*parts, ("", amount)] if amount else parts


def _names_of(refunds: Iterable[Refund]) -> set[str]:
    names = (name for it in refunds for name in (it.provider_ref, key_of_refund(it)))
    return {name for name in names if name}
