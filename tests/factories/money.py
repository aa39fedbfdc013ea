"""Drafts that are ready to be paid for, and payments at the sandbox."""

from datetime import datetime

import time_machine

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, SandboxSession
from apps.checkout.operations import Act, Seen
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from apps.outbox.worker import Worker
from tests.factories.bookings import make_draft

ORIGIN = "http://testserver"


def make_prepared(
    *,
    service: Service,
    starts_at: datetime,
    now: datetime,
    name: str = "Carl Vogt",
    email: str = "carl@example.com",
    resource_id: int | None = None,
) -> Booking:
    """A draft whose details are written: the next step is the money."""
    draft = make_draft(
        service=service, starts_at=starts_at, now=now, visitor=email, resource_id=resource_id
    )
    return bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=Details(name=name, email=email),
        seen_price=draft.price,
        now=now,
    )


def check_out(draft: Booking, way: Way, *, now: datetime) -> checkout.CheckedOut:
    """Choose a way to pay, having seen what it costs."""
    quote = offer_of(booking=draft, now=now).quotes[way]
    seen = Seen.of(quote)
    return checkout.check_out(draft_id=draft.draft_id, way=way, seen=seen, origin=ORIGIN, now=now)


def pay_in_sandbox(payment: Payment, act: Act, *, now: datetime) -> SandboxSession:
    """Do something on the provider's page; nobody has been told of it yet."""
    payment.refresh_from_db()
    return checkout.act_in_sandbox(ref=payment.provider_ref, act=act, now=now)


def work(at: datetime) -> None:
    """Let a worker do everything that is due at this moment."""
    with time_machine.travel(at, tick=False):
        Worker(clock=lambda: at, jitter=lambda: 0.0).drain()
