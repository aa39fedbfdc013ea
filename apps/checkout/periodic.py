"""What the worker does about money every now and then. Registered when the app is ready."""

from datetime import datetime, timedelta

from apps.checkout.operations import (
    forget_abandoned_orders,
    look_after_kept_aside,
    look_after_refunds,
    release_held,
    return_lost_coupons,
    return_lost_credits,
    settle_open_payments,
)
from apps.outbox.operations import register_periodic


def reconcile(now: datetime) -> None:
    """Ask providers about payments whose word never came (rule M6)."""
    settle_open_payments(now=now)


def ask_after_refunds(now: datetime) -> None:
    """Ask providers whether a bank refused a refund after all (rule M32)."""
    look_after_refunds(now=now)


def decide_kept_aside(now: datetime) -> None:
    """Take what is kept aside after a yes, and let it go after a no (ADR 16)."""
    look_after_kept_aside(now=now)


def forget_orders(now: datetime) -> None:
    """Delete orders that nobody paid for, so that their drafts can go."""
    release_held(now=now)
    forget_abandoned_orders(now=now)


def give_back(now: datetime) -> None:
    """Give visits and codes of lost bookings back, and money of cards that pays for nothing."""
    return_lost_credits(now=now)
    return_lost_coupons(now=now)
    release_held(now=now)


def register_periodic_work() -> None:
    """Look after open payments and what goes back each 30 seconds, after what is kept aside each
    ten, after abandoned orders each ten minutes, after refunds each hour."""
    register_periodic("checkout.reconcile", timedelta(seconds=30), reconcile)
    register_periodic("checkout.refunds", timedelta(hours=1), ask_after_refunds)
    register_periodic("checkout.kept_aside", timedelta(seconds=10), decide_kept_aside)
    register_periodic("checkout.give_back", timedelta(seconds=30), give_back)
    register_periodic("checkout.forget_abandoned_orders", timedelta(minutes=10), forget_orders)
