"""What the worker does about sign-ins now and then; connected by ``apps.py``."""

from datetime import datetime, timedelta

from apps.customers.operations import forget_sign_ins
from apps.outbox.registry import register_periodic


def forget(now: datetime) -> None:
    """Delete sign-ins that are over (rule S19)."""
    forget_sign_ins(now=now)


def connect() -> None:
    """Forget sign-ins each hour."""
    register_periodic("customers.forget_sign_ins", timedelta(hours=1), forget)
