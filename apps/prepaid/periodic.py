"""What the worker does about plans and gift cards every now and then. Registered when the app is
ready."""

from datetime import datetime, timedelta

from apps.outbox.operations import register_periodic
from apps.prepaid.operations import (
    end_plans,
    forget_unpaid_gifts,
    forget_unpaid_plans,
    open_paid_periods,
    renew_plans,
)


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


def register_periodic_work() -> None:
    """Look after plans each 30 seconds, after what nobody paid for each ten minutes."""
    register_periodic("prepaid.plans", timedelta(seconds=30), look_after_plans)
    register_periodic("prepaid.forget_unpaid", timedelta(minutes=10), forget_unpaid)
