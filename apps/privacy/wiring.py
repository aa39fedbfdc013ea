"""What the worker does about personal data; connected by ``apps.py``."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.messages.links import message_id_of
from apps.outbox.models import OutboxItem
from apps.outbox.registry import register, register_periodic
from apps.privacy import mails, operations


def mail_link(payload: Mapping[str, Any], item: OutboxItem) -> None:
    """Do an item of ``privacy.desk``: ``{"request_id": int}``."""
    mails.send_link(
        request_id=payload["request_id"],
        attempt=item.attempts,
        now=timezone.now(),
        message_id=message_id_of(item),
    )


def mail_receipt(payload: Mapping[str, Any], item: OutboxItem) -> None:
    """Do an item of ``privacy.receipt``: ``{"entry_id": int}``."""
    mails.send_receipt(
        entry_id=payload["entry_id"],
        attempt=item.attempts,
        now=timezone.now(),
        message_id=message_id_of(item),
    )


def forget(now: datetime) -> None:
    """Forget requests that are over, and addresses of receipts that nobody takes."""
    operations.forget_requests(now=now)
    operations.forget_receipts(now=now)


def keep_to_periods(now: datetime) -> None:
    """Erase what is older than its business keeps it (rule D13)."""
    operations.keep_to_periods(now=now)


def connect() -> None:
    """Take the two topics, tidy up each hour, and keep to the periods of each business four times a
    day."""
    register(operations.DESK_TOPIC, mail_link)
    register(operations.RECEIPT_TOPIC, mail_receipt)
    register_periodic("privacy.forget", timedelta(hours=1), forget)
    register_periodic("privacy.keep_to_periods", timedelta(hours=6), keep_to_periods)
