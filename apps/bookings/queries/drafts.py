"""Drafts of one browser, and the bookings a browser or a device may see."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery

from apps.bookings.models import Booking
from apps.businesses.models import Business, SetupRevision
from apps.businesses.queries import Revision, get_business
from apps.catalog.queries import find_staff, get_service_by_id
from apps.customers.identity import domains_of, identity_of
from apps.customers.queries import of_line
from apps.web.phones import line_of

REMEMBERED = (Booking.Status.PENDING, Booking.Status.CONFIRMED, Booking.Status.CANCELED)

PLAIN_ANSWERS = ("SHORT_TEXT", "LONG_TEXT", "CHOICE", "PHONE")
"""Kinds whose stored words are what was typed; the others are asked again."""


def with_revision(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Read the setup revision along, for ``with_setup``; a join would cost the planner more than
    all the rest."""
    known = SetupRevision.objects.filter(business=OuterRef("business_id")).values("value")
    return bookings.annotate(setup_revision=Subquery(known))


def with_setup(booking: Booking) -> Booking:
    """Give a booking its business, service, form, place and person, from memory as long as nothing
    changed there. What the service no longer offers is left to be read where it is shown."""
    known = Revision(booking.business_id, getattr(booking, "setup_revision", None))
    booking.business = get_business(known)
    booking.service = get_service_by_id(business=booking.business, service_id=booking.service_id)
    for place in booking.service.all_locations:
        if place.pk == booking.location_id:
            booking.location = place
    for variant in booking.service.all_variants:
        if variant.pk == booking.variant_id:
            booking.variant = variant
    if booking.resource_id is not None:
        person = find_staff(service=booking.service, resource_id=booking.resource_id)
        if person is not None:
            booking.resource = person.resource
    return booking


def get_draft(*, draft_id: str, visitor_hash: str) -> Booking:
    """Return the draft, or what became of it, for the browser that made it.

    Raises:
        Booking.DoesNotExist: there is none, or another browser made it (rule S17).
    """
    if not visitor_hash:
        raise Booking.DoesNotExist
    return with_setup(
        with_revision(Booking.objects.all()).get(draft_id=draft_id, visitor_hash=visitor_hash)
    )


def get_booking(*, reference: str) -> Booking:
    """Return a booking that is more than a draft; who may see it is the caller's question.

    Raises:
        Booking.DoesNotExist: there is none.
    """
    bookings = with_revision(Booking.objects.all()).exclude(status=Booking.Status.CREATED)
    return with_setup(bookings.get(reference=reference))


def find_booking(*, reference: str) -> Booking | None:
    """Return the same, or nothing, also for a text that could be no reference."""
    if not (reference.isascii() and reference.isalnum()):
        return None
    try:
        return get_booking(reference=reference)
    except Booking.DoesNotExist:
        return None


def text_of(booking: Booking) -> dict[str, list[str]]:
    """Return contact, note and answers as the details form keeps what is typed."""
    contact = {
        "name": booking.contact_name,
        "email": booking.contact_email,
        "phone": booking.contact_phone,
        "visit_address": booking.visit_address,
        "note": booking.customer_note,
    }
    answers = booking.answers.exclude(question=None).filter(participant=None)
    plain = answers.filter(kind__in=PLAIN_ANSWERS).values_list("question_id", "value")
    typed = {**contact, **{f"q{pk}": value for pk, value in plain}}
    return {name: [value] for name, value in typed.items() if value}


def find_last(*, business: Business, booking_ids: Sequence[int]) -> Booking | None:
    """Return the newest of these bookings at this business, for a device that remembers them."""
    if not booking_ids:
        return None
    bookings = with_revision(Booking.objects.all()).filter(
        business=business, pk__in=list(booking_ids), status__in=REMEMBERED
    )
    found = bookings.order_by("-pk").first()
    return with_setup(found) if found else None


def count_unpaid_ahead(
    *, business: Business, email: str, phone: str, proven: Sequence[int], now: datetime
) -> int:
    """Count the unpaid bookings ahead of a mailbox (lower case, in all its spellings) or a phone
    (E.164, "" for none) at one business. The phone is the one typed for the booking, or that of its
    contact, who is known under another one perhaps.

    0 for somebody who opened the link of one of theirs (proven): the mailbox is theirs.
    """
    mine = Booking.objects.filter(business=business).filter(_perhaps_of(email, phone))
    if proven and _count_of(email, phone, mine.filter(pk__in=list(proven))):
        return 0
    ahead = mine.filter(
        status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED),
        payment_status=Booking.PaymentStatus.NOT_PAID,
        starts_at__gt=now,
    )
    return _count_of(email, phone, ahead)


def count_paid_since(*, business_id: int, email: str, phone: str, since: datetime) -> int:
    """Count the bookings of a mailbox or a phone, as in ``count_unpaid_ahead``, that were begun
    since then (UTC) and for which money, or the promise of it, is here, or a plan paid."""
    money = Q(paid__gt=0) | Q(kept_aside__gt=0)
    by_plan = Q(payment_option=Booking.PaymentOption.MEMBERSHIP)
    live = Q(status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED))
    mine = Booking.objects.filter(_perhaps_of(email, phone), business=business_id)
    return _count_of(email, phone, mine.filter(live, money | by_plan, created_at__gte=since))


def _count_of(email: str, phone: str, rows: QuerySet[Booking]) -> int:
    """How many of the bookings are of a mailbox in all its spellings, or of a phone."""
    contacts = ("customer__email", "contact_phone", "customer__phone")
    wanted, line = identity_of(email), line_of(phone)
    return sum(
        identity_of(address) == wanted or (bool(line) and line in map(line_of, numbers))
        for address, *numbers in rows.values_list(*contacts)
    )


def _perhaps_of(email: str, phone: str) -> Q:
    """All of the same mail domain: which of them are the same mailbox, no database can tell."""
    found = of_line("contact_phone", phone) | of_line("customer__phone", phone)
    for domain in domains_of(email):
        found |= Q(customer__email__endswith=f"@{domain}")
    return found


def count_live_holds(
    *, business: Business, network_hash: str, besides: str, now: datetime
) -> tuple[int, datetime | None]:
    """Count the live holds of a network at one business, and when the first of them ends.

    The visitor's own hold (besides, a visitor hash) does not count: a new one replaces it.
    """
    near = Booking.objects.filter(business=business, network_hash=network_hash)
    holds = near.held(now).exclude(visitor_hash=besides)
    found = holds.aggregate(count=Count("pk"), first=Min("hold_expires_at"))
    return found["count"], found["first"]
