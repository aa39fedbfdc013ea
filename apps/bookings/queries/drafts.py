"""Drafts of one browser, and the bookings a browser or a device may see."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Min

from apps.bookings.models import Booking
from apps.businesses.models import Business

RELATED = (
    "business",
    "customer",
    "location",
    "resource__staff_member",
    "service__form",
    "service__policy",
    "session",
    "variant",
)
REMEMBERED = (Booking.Status.PENDING, Booking.Status.CONFIRMED, Booking.Status.CANCELED)


def get_draft(*, draft_id: str, visitor_hash: str) -> Booking:
    """Return the draft, or what became of it, for the browser that made it.

    Raises:
        Booking.DoesNotExist: there is none, or another browser made it (N072).
    """
    if not visitor_hash:
        raise Booking.DoesNotExist
    drafts = Booking.objects.select_related(*RELATED)
    draft = drafts.get(draft_id=draft_id, visitor_hash=visitor_hash)
    draft.service.business = draft.business
    return draft


def get_booking(*, reference: str) -> Booking:
    """Return a booking that is more than a draft; who may see it is the caller's question.

    Raises:
        Booking.DoesNotExist: there is none.
    """
    bookings = Booking.objects.select_related(*RELATED).exclude(status=Booking.Status.CREATED)
    booking = bookings.get(reference=reference)
    booking.service.business = booking.business
    return booking


def find_last(*, business: Business, booking_ids: Sequence[int]) -> Booking | None:
    """Return the newest of these bookings at this business, for a device that remembers them."""
    bookings = Booking.objects.select_related(*RELATED).filter(
        business=business, pk__in=list(booking_ids), status__in=REMEMBERED
    )
    found = bookings.order_by("-pk").first() if booking_ids else None
    if found is not None:
        found.service.business = business
    return found


def count_unpaid_ahead(
    *, business: Business, email: str, proven: Sequence[int], now: datetime
) -> int:
    """Count the unpaid bookings ahead of an address at one business.

    0 for somebody who opened the link of one of its bookings (proven): the mailbox is theirs.
    """
    # By way of the customer, whom an index finds; an address in the bookings has none.
    mine = Booking.objects.filter(customer__business=business, customer__email=email)
    if proven and mine.filter(pk__in=list(proven)).exists():
        return 0
    ahead = mine.filter(
        status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED),
        payment_status=Booking.PaymentStatus.NOT_PAID,
        starts_at__gt=now,
    )
    return ahead.count()


def count_live_holds(
    *, business: Business, network_hash: str, besides: str, now: datetime
) -> tuple[int, datetime | None]:
    """Count the live holds of a network at one business, and when the first of them ends.

    The visitor's own hold (besides, a visitor hash) does not count: a new one replaces it.
    """
    holds = Booking.objects.filter(
        business=business,
        network_hash=network_hash,
        status=Booking.Status.CREATED,
        hold_expires_at__gt=now,
    ).exclude(visitor_hash=besides)
    found = holds.aggregate(count=Count("pk"), first=Min("hold_expires_at"))
    return found["count"], found["first"]
