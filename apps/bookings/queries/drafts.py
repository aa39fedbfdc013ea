"""Drafts of one browser, and the bookings a browser or a device may see; whether what somebody
books is still what they saw when they began, and what it costs as it is now."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.db.models import OuterRef, QuerySet, Subquery

from apps.availability.models import CourseRun, Session
from apps.bookings.joining import may_join, price_to_join
from apps.bookings.models import Booking, reading_of
from apps.bookings.queries.joinables import Browser, join_rules_of, joinable_of
from apps.bookings.queries.offered import NoTime, choice_of, find_claim, query_again
from apps.bookings.reductions import is_reduced, takes_codes
from apps.businesses.models import Business, SetupRevision
from apps.businesses.queries import Revision, get_business
from apps.catalog.models import Service
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice, UnknownChoice, find_staff, get_service_by_id, zone_of

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


class Change(StrEnum):
    """What became of it meanwhile."""

    NONE = "NONE"
    MOVED = "MOVED"
    CALLED_OFF = "CALLED_OFF"


def reads_otherwise(booking: Booking) -> bool:
    """Whether the clock of the place does not read any more what the customer of a draft saw: the
    zone there was changed meanwhile. No query."""
    zone = zone_of(service=booking.service, location=booking.location)
    return booking.wall_time != reading_of(booking.starts_at, zone)


def change_since(booking: Booking) -> Change:
    """Read anew what a locked booking of a class or a course is for; one query, none for an
    appointment, whose time is its own."""
    if reads_otherwise(booking):
        return Change.MOVED
    if booking.seating_id is None:
        return Change.NONE
    if booking.course_run_id is not None:
        target: Session | CourseRun = CourseRun.objects.get(pk=booking.course_run_id)
    else:
        target = Session.objects.get(pk=booking.session_id or 0)
    if target.state not in {Session.State.SCHEDULED, CourseRun.State.OPEN}:
        return Change.CALLED_OFF
    seen = (booking.starts_at, booking.ends_at)
    return Change.NONE if (target.starts_at, target.ends_at) == seen else Change.MOVED


def price_in_line(*, booking: Booking, now: datetime) -> int | None:
    """What a place costs whoever waited for it, in minor units: what they were told when they
    joined, or less by now for what is left of a course (rule B15)."""
    run, told = booking.course_run, booking.price
    if run is None or told is None or not booking.service.prorates:
        return told
    try:
        price = price_of(booking=booking, choice=choice_of(booking=booking), now=now)
    except UnknownChoice:
        return told
    return told if price.total is None else min(told, price.total)


def price_of(*, booking: Booking, choice: Choice, now: datetime) -> Price:
    """Return the price of a draft; one query more for a course that late joiners pay in part."""
    run = booking.course_run
    if booking.kind != Service.Kind.COURSE or run is None or not choice.service.prorates:
        return choice.price
    joinable = joinable_of(run, besides=None, now=now, seats_left=0)
    return price_to_join(choice.price, joinable, prorates=True, now=now)


def is_time_gone(*, booking: Booking, now: datetime) -> bool:
    """Whether a draft's hold is over and its time, or its places, went to somebody else."""
    if booking.is_held(now):
        return False
    try:
        choice = choice_of(booking=booking)
        if booking.seating_id is not None:
            return not _has_places(booking, choice, now=now)
        query = query_again(booking=booking, choice=choice)
        find_claim(query=query, starts_at=booking.starts_at, now=now)
    except (NoTime, UnknownChoice):
        return True
    return False


def _has_places(booking: Booking, choice: Choice, *, now: datetime) -> bool:
    target = booking.course_run or booking.session
    if target is None:
        return False
    joinable = joinable_of(target, besides=booking, now=now)
    rules = join_rules_of(choice.policy)
    return may_join(joinable, rules=rules, seats=booking.party_size, now=now).is_open


def pays_next(draft: Booking, *, has_plan: bool = False, now: datetime) -> bool:
    """Whether a page to pay on comes after the details: where it is paid online, where they have a
    plan, where a code or a gift card may be used, where anything is taken off the price, so that
    nobody books at a price they did not see, and where a payment was begun already."""
    if draft.is_at_the_till and draft.price is not None:
        return True
    by_plan = has_plan and not draft.asks_first
    return _pays(draft.service, draft.price, draft.party_size, by_plan=by_plan, now=now)


def steps_of(choice: Choice, *, has_plan: bool, now: datetime) -> int:
    """How many pages lead to the booking, as far as the choice tells: time, details, and paying
    where ``pays_next``."""
    by_plan = has_plan and not choice.service.requires_approval
    price, people = choice.price.total, choice.party_size
    return 3 if _pays(choice.service, price, people, by_plan=by_plan, now=now) else 2


def _pays(
    service: Service, price: int | None, people: int, *, by_plan: bool, now: datetime
) -> bool:
    if not price:
        return False
    if service.pays_online or by_plan:
        return True
    subtotal = service.without_tax(price)
    return is_reduced(service=service, subtotal=subtotal, people=people, now=now) or takes_codes(
        business_id=service.business_id, now=now
    )


def own_hold(*, browser: Browser, business_id: int, now: datetime) -> Booking | None:
    """Return the draft whose time or places the browser holds at a business now: a tap on another
    time lets them go, so that to this browser they are free. One query at most."""
    if not browser.visitor_hash:
        return None
    mine = Booking.objects.filter(business_id=business_id, visitor_hash=browser.visitor_hash)
    drafts = mine.held(now).only("session_id", "course_run_id", "seating_id", "party_size")
    return max(drafts, key=lambda draft: draft.pk, default=None)
