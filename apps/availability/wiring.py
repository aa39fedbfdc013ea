"""What the worker does about time every now and then; connected by ``apps.py``."""

from datetime import datetime, timedelta

from apps.availability.operations import sweep_expired_holds, sweep_lapsed_seats
from apps.outbox.registry import register_periodic


def sweep(now: datetime) -> None:
    """Delete what holds kept after they ran out (rule C5)."""
    sweep_expired_holds(now=now)
    sweep_lapsed_seats(now=now)


def connect() -> None:
    """Sweep expired holds each 30 seconds."""
    register_periodic("availability.sweep_expired_holds", timedelta(seconds=30), sweep)
