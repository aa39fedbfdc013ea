from collections.abc import Sequence

from apps.bookings.models import Booking
from apps.bookings.operations._errors import PlanDoesNotPay
from apps.bookings.plan_uses import Span, plan_limits_of


def require_paid_then(booking: Booking, *, times: Sequence[Span], is_team: bool) -> None:
    """Let a locked booking go only to times that its plan pays for too (UTC). The team may go
    beyond the end of a plan, and not to where its one person is already (rule M16).

    The plan is locked last, as wherever one pays.

    Raises:
        PlanDoesNotPay: as its name says.
    """
    limits = plan_limits_of(booking, locks=True)
    if limits.is_taken(times) if is_team else not limits.allow(times):
        raise PlanDoesNotPay
