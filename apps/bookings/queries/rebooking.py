"""What a person has booked of a service, however they spell their address (rules B46, S27)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from apps.bookings.models import Booking
from apps.bookings.rebooking import RebookingLimit
from apps.catalog.models import BookingPolicy
from apps.customers.queries import identity_of, of_line, perhaps_of_mailbox
from apps.web.phones import line_of

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


class Made(NamedTuple):
    """A booking that counts: which, when it was made (UTC), and the hash of the browser."""

    pk: int
    at: datetime
    visitor_hash: str


def rebooking_limit_of(policy: BookingPolicy) -> RebookingLimit | None:
    """Read the limit of a policy; None for none. Without a query."""
    if policy.rebooking_limit is None:
        return None
    return RebookingLimit(policy.rebooking_limit, policy.rebooking_days)


def perhaps_of_person(email: str, phone: str) -> Q:
    """Bookings that may be of a mailbox (lower case) or a phone (E.164, "" for none): the phone
    that was typed for them, or that of their contact, who is known under another one perhaps."""
    return (
        perhaps_of_mailbox("customer__email", email)
        | of_line("contact_phone", phone)
        | of_line("customer__phone", phone)
    )


def only_of_person(rows: QuerySet[Booking], *, email: str, phone: str) -> list[int]:
    """The keys of the bookings that are of a mailbox in all its spellings, or of a phone."""
    contacts = ("pk", "customer__email", "contact_phone", "customer__phone")
    wanted, line = identity_of(email), line_of(phone)
    return [
        pk
        for pk, address, *numbers in rows.values_list(*contacts)
        if identity_of(address) == wanted or (bool(line) and line in map(line_of, numbers))
    ]


def list_made(
    *,
    business_id: int,
    service_id: int,
    email: str,
    phone: str,
    besides: Iterable[int] = (),
    now: datetime,
) -> list[Made]:
    """List what a person has of a service: requests, bookings, what they cancelled a moment ago and
    may take back, and drafts that are being paid for. Two queries, one for whoever has nothing."""
    paying = Q(status=Booking.Status.CREATED, payment_option=Booking.PaymentOption.ONLINE)
    just_now = Q(status=Booking.Status.CANCELED, hold_expires_at__isnull=False)
    counts = Q(status__in=LIVE) | just_now | (paying & Q(hold_expires_at__gt=now))
    rows = Booking.objects.filter(
        counts, perhaps_of_person(email, phone), business_id=business_id, service_id=service_id
    ).exclude(pk__in=list(besides))
    mine = only_of_person(rows, email=email, phone=phone)
    if not mine:
        return []
    found = Booking.objects.filter(pk__in=mine).values_list("pk", "created_at", "visitor_hash")
    return [Made(*it) for it in found]


def times_of(made: Sequence[Made]) -> list[datetime]:
    """When they were made (UTC)."""
    return [it.at for it in made]
