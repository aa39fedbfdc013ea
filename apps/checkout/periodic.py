"""What the worker does about money every now and then. Registered when the app is ready."""

from datetime import datetime, timedelta

from apps.checkout.operations import forget_abandoned_orders, settle_open_payments
from apps.outbox.operations import register_periodic


def reconcile(now: datetime) -> None:
    """Ask providers about payments whose word never came (R006)."""
    settle_open_payments(now=now)


def forget_orders(now: datetime) -> None:
    """Delete orders that nobody paid for, so that their drafts can go."""
    forget_abandoned_orders(now=now)


def register_periodic_work() -> None:
    """Look after open payments each 30 seconds, after abandoned orders each ten minutes."""
    register_periodic("checkout.reconcile", timedelta(seconds=30), reconcile)
    register_periodic("checkout.forget_abandoned_orders", timedelta(minutes=10), forget_orders)
