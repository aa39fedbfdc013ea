"""What plans hear of, and what the worker does about them and about gift cards; connected by
``apps.py``."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.bookings.held_plans import register_finder
from apps.checkout.announcements import register_listener
from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.providers import ProviderPayment
from apps.checkout.states import PaymentStatus
from apps.outbox.registry import register_periodic
from apps.prepaid.operations import (
    end_plans,
    forget_unpaid_gifts,
    forget_unpaid_plans,
    open_paid_periods,
    renew_plans,
)
from apps.prepaid.operations.periods import begin_period, note_charge, note_plan_money
from apps.prepaid.queries.of_mailbox import plans_held


class Plans:
    """What becomes of a plan when money comes or goes (``apps.checkout.announcements``)."""

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
        state: ProviderPayment,
        now: datetime,
    ) -> None:
        """The card that paid is kept; one that failed is tried again."""
        note_charge(purchase, order, payments, payment=payment, state=state, now=now)


def look_after_plans(now: datetime) -> None:
    """Begin periods that were paid for, have the next ones paid, and let plans end whose time is
    up."""
    open_paid_periods(now=now)
    renew_plans(now=now)
    end_plans(now=now)


def forget_unpaid(now: datetime) -> None:
    """Delete plans and gift cards that nobody paid for."""
    forget_unpaid_plans(now=now)
    forget_unpaid_gifts(now=now)


def connect() -> None:
    """Listen to money; say whose plans are whose; look after plans each 30 seconds, after what
    nobody paid for each ten minutes."""
    register_listener(Plans())
    register_finder(plans_held)
    register_periodic("prepaid.plans", timedelta(seconds=30), look_after_plans)
    register_periodic("prepaid.forget_unpaid", timedelta(minutes=10), forget_unpaid)
