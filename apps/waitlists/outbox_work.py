"""What the worker does for the topics of this app. Registered when the app is ready."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from apps.outbox.models import OutboxItem
from apps.outbox.operations import register
from apps.waitlists import operations as waitlists


def tell_of_offer(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``waitlist.offered``: ``{"entry_id": int, "offer": int}``."""
    waitlists.tell_offer(entry_id=payload["entry_id"], offer=payload["offer"], now=timezone.now())


def register_work() -> None:
    """Take ``waitlist.offered``."""
    register(waitlists.OFFER_TOPIC, tell_of_offer)
