"""What money does to a plan, told at once to whoever sells plans, in the transaction in which it
happens.

Whoever settles a payment does not know what a period is: it announces that one was paid for, and
those who sell plans listen (they register themselves when they are ready).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.providers.protocol import ProviderPayment
from apps.checkout.states import PaymentStatus


class Listener(Protocol):
    """Hears of each announcement while the plan, its order and the payments are locked, so it must
    neither wait for the outside world nor lock anything that comes earlier in the order of locks
    (rule C2)."""

    def period_paid(self, purchase: PlanPurchase, *, now: datetime) -> None:
        """The first or the next period was paid for, or nothing is due for it."""

    def money_changed(
        self, purchase: PlanPurchase, order: Order, status: PaymentStatus, *, now: datetime
    ) -> None:
        """Money of an order of the plan came or went; status is how the order stands now."""

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
        """The provider told something new of one of the payments of an order."""


_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Let this one hear of everything from now on."""
    _listeners.append(listener)


def announce_paid_period(purchase: PlanPurchase, *, now: datetime) -> None:
    """Say that a period of a locked plan was paid for (``Listener.period_paid``)."""
    for listener in _listeners:
        listener.period_paid(purchase, now=now)


def announce_money(
    purchase: PlanPurchase, order: Order, status: PaymentStatus, *, now: datetime
) -> None:
    """Say how a locked order of a locked plan stands now (``Listener.money_changed``)."""
    for listener in _listeners:
        listener.money_changed(purchase, order, status, now=now)


def announce_charge(
    purchase: PlanPurchase,
    order: Order,
    payments: Sequence[Payment],
    *,
    payment: Payment,
    state: ProviderPayment,
    now: datetime,
) -> None:
    """Say what the provider told of a locked payment (``Listener.charge_answered``)."""
    for listener in _listeners:
        listener.charge_answered(purchase, order, payments, payment=payment, state=state, now=now)
