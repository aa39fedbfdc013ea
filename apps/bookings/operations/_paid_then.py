from datetime import datetime

from apps.bookings.models import Booking
from apps.bookings.operations._errors import PlanDoesNotPay
from apps.bookings.plan_uses import plan_limits_of


def require_paid_then(
    booking: Booking, *, starts_at: datetime, ends_at: datetime, is_team: bool
) -> None:
    """Let a locked booking go only to a time that its plan pays for too (UTC). The team may go
    beyond the end of a plan, and not to where its one person is already (rule M16).

    The plan is locked last, as wherever one pays.

    Raises:
        PlanDoesNotPay: as its name says.
    """
    limits = plan_limits_of(booking, locks=True)
    if is_team:
        is_paid = not limits.is_taken(starts_at=starts_at, ends_at=ends_at)
    else:
        is_paid = limits.allow(starts_at=starts_at, ends_at=ends_at)
    if not is_paid:
        raise PlanDoesNotPay
