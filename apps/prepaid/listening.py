"""What becomes of a plan when money comes or goes (apps.checkout.announcements)."""

from collections.abc import Sequence
from datetime import datetime

from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.providers import ProviderPayment
from apps.checkout.states import PaymentStatus
from apps.prepaid.operations.periods import begin_period, note_plan_money
from apps.prepaid.operations.renew import note_charge


class Plans:
    """The listener of the app, registered when it is ready."""

    def period_paid(self, purchase: PlanPurchase, *, now: datetime) -> None:
        """It begins, or follows the one that runs."""
        begin_period(purchase, now=now)

    def money_changed(
        self, purchase: PlanPurchase, order: Order, status: PaymentStatus, *, now: datetime
    ) -> None:
        """A plan whose money went back is over."""
        note_plan_money(purchase, order, status, now=now)

    def charge_answered(
        self,
        purchase: PlanPurchase,
        order: Order,
        payments: Sequence[Payment],
        *,
        payment: Payment,
        truth: ProviderPayment,
        now: datetime,
    ) -> None:
        """The card that paid is kept; one that failed is tried again."""
        note_charge(purchase, order, payments, payment=payment, truth=truth, now=now)
