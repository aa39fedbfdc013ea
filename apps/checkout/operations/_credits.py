"""The ledger of a plan: every visit that comes, goes or comes back is a line of it (rule M16)."""

from datetime import datetime

from apps.bookings.models import Booking
from apps.checkout.models import CreditEntry, PlanPurchase

Kind = CreditEntry.Kind


def write_entry(
    purchase: PlanPurchase,
    kind: CreditEntry.Kind,
    *,
    amount: int,
    now: datetime,
    booking: Booking | None = None,
    reason: str = "",
    by: int | None = None,
) -> CreditEntry:
    """Move the balance of a locked plan and write why. amount is visits, below 0 when they go; a
    plan that counts nothing keeps its lines all the same."""
    if purchase.balance is not None:
        purchase.balance += amount
        PlanPurchase.objects.filter(pk=purchase.pk).update(balance=purchase.balance)
    return CreditEntry.objects.create(
        purchase=purchase,
        kind=kind,
        amount=amount,
        left=purchase.balance,
        booking=booking,
        reason=reason,
        by_id=by,
        at=now,
    )


def let_run_out(purchase: PlanPurchase, *, now: datetime) -> None:
    """Take what is left off a locked plan that is over, or begins a new period."""
    if purchase.balance:
        write_entry(purchase, Kind.EXPIRED, amount=-purchase.balance, now=now)
