"""What the worker does for the topics of this app; connected by ``apps.py``."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.utils import timezone

from apps.checkout.models import PlanPurchase
from apps.customers.operations import SIGN_IN_TOPIC
from apps.messages import operations
from apps.messages.links import message_id_of
from apps.messages.models import Message
from apps.outbox.models import OutboxItem
from apps.outbox.registry import register


def tell_of_event(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of a booking topic: ``{"booking_id": int, "event_id": int}``."""
    operations.fan_out(
        booking_id=payload["booking_id"], event_id=payload["event_id"], now=timezone.now()
    )


def send_mail(payload: Mapping[str, Any], item: OutboxItem) -> None:
    """Do an item of ``mail.send``: ``{"message_id": int}``; an erased message needs none."""
    with suppress(Message.DoesNotExist):
        operations.send_message(
            message_id=payload["message_id"], attempt=item.attempts, now=timezone.now()
        )


def mail_links(payload: Mapping[str, Any], item: OutboxItem) -> None:
    """Do an item of ``bookings.find``: ``{"business_id": int, "email": str, "reference": str}``.

    One with a ``booking_id`` is about that booking alone.
    """
    operations.send_links(
        business_id=payload["business_id"],
        email=payload["email"],
        reference=payload["reference"],
        booking_id=payload.get("booking_id"),
        attempt=item.attempts,
        now=timezone.now(),
        message_id=message_id_of(item),
    )


def mail_plan(payload: Mapping[str, Any], item: OutboxItem) -> None:
    """Do an item of ``plans.told``: ``{"purchase_id": int, "what": str, "amount": int}``."""
    with suppress(PlanPurchase.DoesNotExist):  # it was never paid and is forgotten
        operations.send_plan(
            purchase_id=payload["purchase_id"],
            what=payload["what"],
            amount=payload.get("amount", 0),
            attempt=item.attempts,
            now=timezone.now(),
            message_id=message_id_of(item),
        )


def mail_gift(payload: Mapping[str, Any], item: OutboxItem) -> None:
    """Do an item of ``gifts.told``: ``{"card_id": int, "what": str, "to": str, "amount": int}``."""
    if "to" not in payload:
        operations.send_gift_to_all(card_id=payload["card_id"], now=timezone.now())
        return
    operations.send_gift(
        card_id=payload["card_id"],
        what=payload["what"],
        to=payload["to"],
        amount=payload["amount"],
        attempt=item.attempts,
        now=timezone.now(),
        message_id=message_id_of(item),
    )


def mail_reset(payload: Mapping[str, Any], item: OutboxItem) -> None:
    """Do an item of ``accounts.reset``: ``{"email": str, "user_id": int}``, the address as it was
    typed; without a user it is for all of this address."""
    operations.send_reset(
        email=payload["email"],
        user_id=payload.get("user_id"),
        attempt=item.attempts,
        now=timezone.now(),
        message_id=message_id_of(item),
    )


def mail_sign_in(payload: Mapping[str, Any], item: OutboxItem) -> None:
    """Do an item of ``customers.sign-in``: ``{"sign_in_id": int}``."""
    operations.send_sign_in(
        sign_in_id=payload["sign_in_id"],
        attempt=item.attempts,
        now=timezone.now(),
        message_id=message_id_of(item),
    )


def connect() -> None:
    """Take the booking topics, ``mail.send``, ``bookings.find``, ``accounts.reset``,
    ``customers.sign-in``, and those of plans and gifts."""
    for topic in operations.TOPICS:
        register(topic, tell_of_event)
    register(operations.SEND_TOPIC, send_mail)
    register(operations.LINKS_TOPIC, mail_links)
    register(operations.PLAN_TOPIC, mail_plan)
    register(operations.GIFT_TOPIC, mail_gift)
    register(operations.RESET_TOPIC, mail_reset)
    register(SIGN_IN_TOPIC, mail_sign_in)
