from datetime import datetime

from django.db import transaction

from apps.businesses.models import TeamMember
from apps.checkout.models import UNDECIDED, Payment
from apps.checkout.operations.approve import approve
from apps.checkout.operations.errors import NotOwed
from apps.checkout.operations.in_person import take_in_person
from apps.prepaid.operations.change_plan import lock_plan
from apps.prepaid.operations.errors import PlanIsOver
from apps.prepaid.operations.pay_plan import pay_plan_by_card
from apps.prepaid.operations.periods import LIVE
from apps.prepaid.operations.renew import open_order_of, place_next


@transaction.atomic
def renew_in_person(
    *, purchase_id: int, revision: int, by: TeamMember, now: datetime, gift: str = ""
) -> Payment | None:
    """Sell the next period of a membership at the desk, for what the last one cost: one that was
    bought there, or whose card was refused. It begins as any period that is paid (ADR 18); what
    costs nothing has no payment. gift is the number of a gift card that pays it; what is not on the
    card is still to be paid then, while the period begins all the same.

    Raises:
        PlanPurchase.DoesNotExist: not a plan of this business.
        StaleRevision: somebody changed it since the page was made.
        PlanIsOver: it has ended, or has no periods.
        NotOwed: its next period is paid for, or is being paid online at this moment.
        CouponRefused: there is no such card with anything on it.
    """
    purchase = lock_plan(purchase_id, by.business_id, revision)
    if purchase.status not in LIVE or purchase.period_months is None:
        raise PlanIsOver
    if purchase.opens_at is not None:
        raise NotOwed
    order = open_order_of(purchase) or place_next(purchase, now=now)
    if order.payments.filter(status__in=UNDECIDED).exists():
        raise NotOwed
    approve(order, purchase, [], now=now)
    if not order.total:
        return None
    if gift:
        return pay_plan_by_card(order, purchase, gift, by=by, now=now)
    return take_in_person(order, purchase, by=by, now=now)
