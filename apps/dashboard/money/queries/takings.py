"""The money of one day: what came, what went back, and how (the cash sheet)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from operator import attrgetter

from django.db.models import Q

from apps.availability.engine.zones import day_bounds
from apps.checkout.models import Payment, Refund
from apps.checkout.queries.orders import PAYER, payer_of, receipt_of
from apps.dashboard.access import Access
from apps.kernel.money import Money

MAX_ROWS = 1000
KINDS = tuple(kind for kind in Payment.Kind if kind != Payment.Kind.GIFT)


@dataclass(frozen=True, slots=True)
class Taking:
    """One amount that came (above 0) or went back (below); a record taken back is below 0, too, and
    a refund that its bank refused later (is_refused) is above 0 on the day it came back. receipt is
    the number of its receipt."""

    at: datetime
    reference: str
    of: str
    name: str
    kind: str
    kind_words: str
    is_refund: bool
    is_refused: bool
    amount: Money
    receipt: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What came of one kind, less what went back."""

    words: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Takings:
    """The sums are of all rows; more is how many follow those that are shown.

    total is the money that came, less what went; what gift cards paid (by_card) is no part of it,
    for its money came when the card was bought.
    """

    on: date
    rows: tuple[Taking, ...]
    more: int
    sums: tuple[Sum, ...]
    total: Money
    by_card: Money


def get_takings(*, access: Access, on: date) -> Takings:
    """The money of a day of the business, in the order it moved; two queries."""
    zone, currency = access.business.zone, access.business.currency
    low, high = (datetime.fromtimestamp(edge, UTC) for edge in day_bounds(zone, on))
    came = (
        Payment.objects.filter(business=access.business, settled_at__gte=low, settled_at__lt=high)
        .exclude(captured=0)
        .select_related("order__receipt", *(f"order__{name}" for name in PAYER))
    )
    back = (
        Refund.objects.filter(
            Q(created_at__gte=low, created_at__lt=high)
            | Q(refused_at__gte=low, refused_at__lt=high),
            business=access.business,
        )
        .exclude(status=Refund.Status.FAILED, done_at=None)
        .select_related("payment__order__receipt", *(f"payment__order__{name}" for name in PAYER))
    )
    went = (_went(it) for it in back if low <= it.created_at < high)
    refused = (_refused(it, at) for it in back if (at := it.refused_at) and low <= at < high)
    rows = sorted([*map(_came, came), *went, *refused], key=attrgetter("at"))
    by_card = _sum((it for it in rows if it.kind == Payment.Kind.GIFT), currency)
    return Takings(
        on=on,
        rows=tuple(rows[:MAX_ROWS]),
        more=len(rows[MAX_ROWS:]),
        sums=tuple(
            Sum(str(kind.label), _sum((it for it in rows if it.kind == kind), currency))
            for kind in KINDS
        ),
        total=_sum(rows, currency) - by_card,
        by_card=by_card,
    )


def _came(payment: Payment) -> Taking:
    payer = payer_of(payment.order)
    return Taking(
        at=payment.settled_at or payment.created_at,
        reference=payer.reference,
        of=payer.of,
        name=payer.name,
        kind=payment.kind,
        kind_words=payment.get_kind_display(),
        is_refund=False,
        is_refused=False,
        amount=Money(payment.captured, payment.order.currency),
        receipt=receipt_of(payment.order),
    )


def _went(refund: Refund) -> Taking:
    """What was handed over is out of the till, however it had come (rule M32)."""
    payer = payer_of(refund.payment.order)
    kind = Payment.Kind.IN_PERSON if refund.by_hand else Payment.Kind(refund.payment.kind)
    return Taking(
        at=refund.created_at,
        reference=payer.reference,
        of=payer.of,
        name=payer.name,
        kind=kind,
        kind_words=str(kind.label),
        is_refund=True,
        is_refused=False,
        amount=Money(-refund.amount, refund.payment.order.currency),
        receipt=receipt_of(refund.payment.order),
    )


def _refused(refund: Refund, at: datetime) -> Taking:
    """What the provider had taken on and the bank refused later: the day on which it went keeps its
    sum, and the money is here again on this one."""
    return replace(
        _went(refund), at=at, is_refund=False, is_refused=True, amount=-_went(refund).amount
    )


def _sum(rows: Iterable[Taking], currency: str) -> Money:
    return sum((it.amount for it in rows), Money(0, currency))
