"""What the worker does about sign-ins now and then; connected by ``apps.py``."""

from datetime import datetime, timedelta

from apps.customers.operations import forget_saved_people, forget_sign_ins
from apps.outbox.registry import register_periodic


def forget(now: datetime) -> None:
    """Delete sign-ins that are over (rule S19), and lists of people of whom nobody knows any more
    who made them (rule D14)."""
    forget_sign_ins(now=now)
    forget_saved_people(now=now)


def connect() -> None:
    """Forget sign-ins each hour."""
    register_periodic("customers.forget_sign_ins", timedelta(hours=1), forget)
