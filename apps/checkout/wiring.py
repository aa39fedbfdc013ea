"""What checkout answers to the rooms below it, and what the worker does about money; connected by
``apps.py``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.bookings.plan_uses import register_plan_uses
from apps.bookings.reductions import register_reductions
from apps.catalog.payment_problems import register_reach
from apps.checkout import operations as checkout
from apps.checkout.providers import ProviderGone
from apps.checkout.queries.passes import find_plan_uses, limits_of
from apps.checkout.queries.promotions import Reductions
from apps.checkout.queries.reach import ProviderReach
from apps.outbox.models import OutboxItem
from apps.outbox.registry import Postpone, register, register_periodic


def look(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.look``: ``{"payment_id": int}``."""
    with _waits_for_keys():
        checkout.settle_payment(payment_id=payload["payment_id"], now=timezone.now())


def capture(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.capture``: ``{"payment_id": int}``."""
    with _waits_for_keys():
        checkout.capture_payment(payment_id=payload["payment_id"], now=timezone.now())


def release(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.release``: ``{"payment_id": int}``."""
    with _waits_for_keys():
        checkout.release_payment(payment_id=payload["payment_id"], now=timezone.now())


def close(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.close``: ``{"payment_id": int}``."""
    with _waits_for_keys():
        checkout.close_payment(payment_id=payload["payment_id"])


def refund(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``payments.refund``: ``{"refund_id": int}``."""
    with _waits_for_keys():
        checkout.do_refund(refund_id=payload["refund_id"], now=timezone.now())


def tell(payload: Mapping[str, Any], _item: OutboxItem) -> None:
    """Do an item of ``practice.tell``: ``{"ref": str, "kind": str, "event_id": str}``."""
    checkout.deliver_sandbox_event(
        ref=payload["ref"],
        kind=payload["kind"],
        event_id=payload["event_id"],
        now=timezone.now(),
    )


@contextmanager
def _waits_for_keys() -> Iterator[None]:
    """What a provider has to do that this portal does not speak to any more waits, for as long as
    it takes, until its keys are back; the owner is told meanwhile."""
    try:
        yield
    except ProviderGone as gone:
        raise Postpone(timezone.now() + timedelta(hours=1)) from gone


def reconcile(now: datetime) -> None:
    """Ask providers about payments whose word never came (rule M6)."""
    checkout.settle_open_payments(now=now)


def ask_after_refunds(now: datetime) -> None:
    """Ask providers whether a bank refused a refund after all (rule M32)."""
    checkout.look_after_refunds(now=now)


def decide_authorized(now: datetime) -> None:
    """Take what is authorized after a yes, and let it go after a no (ADR 16)."""
    checkout.look_after_authorized(now=now)


def make_final(now: datetime) -> None:
    """Free the places of what customers cancelled, and give back what was paid for it, once they
    cannot take it back any more (rule B34)."""
    checkout.finish_cancellations(now=now)


def forget_orders(now: datetime) -> None:
    """Delete orders that nobody paid for, so that their drafts can go."""
    checkout.release_held(now=now)
    checkout.forget_abandoned_orders(now=now)


def return_lost(now: datetime) -> None:
    """Give visits and codes of lost bookings back, and money of cards that pays for nothing."""
    checkout.return_lost_credits(now=now)
    checkout.return_lost_coupons(now=now)
    checkout.release_held(now=now)


def connect() -> None:
    """Say what was taken off prices, what plans paid, what can be paid online; take the topics of
    payments; look after open payments and what goes back each 30 seconds, after what is authorized
    and what was cancelled each ten, after abandoned orders each ten minutes, after refunds each
    hour."""
    register_plan_uses(find_plan_uses, limits=limits_of)
    register_reach(ProviderReach())
    register_reductions(Reductions())
    register(checkout.LOOK_TOPIC, look)
    register(checkout.CAPTURE_TOPIC, capture)
    register(checkout.RELEASE_TOPIC, release)
    register(checkout.CLOSE_TOPIC, close)
    register(checkout.REFUND_TOPIC, refund)
    register(checkout.TELL_TOPIC, tell)
    register_periodic("checkout.reconcile", timedelta(seconds=30), reconcile)
    register_periodic("checkout.refunds", timedelta(hours=1), ask_after_refunds)
    register_periodic("checkout.authorized", timedelta(seconds=10), decide_authorized)
    register_periodic("checkout.final_cancellations", timedelta(seconds=10), make_final)
    register_periodic("checkout.give_back", timedelta(seconds=30), return_lost)
    register_periodic("checkout.forget_abandoned_orders", timedelta(minutes=10), forget_orders)
