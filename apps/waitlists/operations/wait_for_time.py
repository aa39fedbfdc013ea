from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from apps.availability import operations as availability
from apps.availability.queries import zone_of
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.operations._drafts import Visitor, When, copy_choice, made_before, new_draft
from apps.bookings.operations._errors import NotBookable, NotWelcome
from apps.bookings.queries.claims import slot_query
from apps.bookings.queries.wishes import may_wait_for_a_time, wishes_for
from apps.bookings.wishes import Wish, wanted_span
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import Choice, is_bookable
from apps.customers.queries import find_blocked
from apps.waitlists.operations.join import (
    AlreadyInLine,
    LineIsFull,
    NotFull,
    WaitingDetails,
    put_in_line,
    write_joining,
)
from apps.waitlists.queries.times import find_times_for


class TimesAreFree(NotFull):
    """There are times in the wanted hours: starts (UTC), in order."""

    def __init__(self, starts: Sequence[datetime]) -> None:
        super().__init__(f"{len(starts)} free")
        self.starts = tuple(starts)


class WishIsOver(Exception):
    """The last of the wanted days has passed."""


class WishIsClosed(Exception):
    """Nobody works in the wanted hours, or they cannot be booked yet: nothing would come free."""


@transaction.atomic
def wait_for_time(
    *,
    choice: Choice,
    wish: Wish,
    details: WaitingDetails,
    visitor: Visitor,
    now: datetime,
    by: TeamMember | None = None,
    form_key: str = "",
) -> WaitlistEntry:
    """Put somebody in the line of an appointment: any time on these days, in these hours.

    They do it themselves, or the team for them (by).

    Their booking has the status WAITING_LIST; its session takes no time until one is offered.
    The same form_key of the team does it once.

    Raises:
        NotBookable: the business paused its pages, or the service is not booked online so.
        NotWelcome: the business blocked this person.
        WishIsOver, WishIsClosed, TimesAreFree, LineIsFull, AlreadyInLine: as their names say.
    """
    service = choice.service
    if not is_bookable(service=service) or not may_wait_for_a_time(service):
        raise NotBookable
    if blocked := find_blocked(
        business_id=service.business_id, email=details.email, phone=details.phone
    ):
        raise NotWelcome(blocked)
    if earlier := _made_before(service, form_key):
        return earlier
    query = slot_query(choice=choice)
    zone = zone_of(service=service, location=query.location)
    starts_at, ends_at = wanted_span(wish, zone=zone)
    if ends_at <= now:
        raise WishIsOver
    if free := find_times_for(choice=choice, wish=wish, now=now):
        raise TimesAreFree(free)
    if not find_times_for(choice=choice, wish=wish, ignores_bookings=True, now=now):
        raise WishIsClosed
    _lock_line(service.pk)
    _require_room(choice, wish, email=details.email)
    booking = new_draft(
        When(starts_at, ends_at, query.location), choice=choice, visitor=visitor, now=now
    )
    booking.draft_id = form_key or booking.draft_id
    booking.session = availability.wish_time(query=query, starts_at=starts_at, ends_at=ends_at)
    booking.resource_id = choice.primary_id
    put_in_line(booking, details=details, now=now)
    copy_choice(booking, choice)
    return _write_entry(booking, wish, by=by, now=now)


def _made_before(service: Service, form_key: str) -> WaitlistEntry | None:
    """The line is locked first, so that two who send the same form come one after the other."""
    if not form_key:
        return None
    _lock_line(service.pk)
    earlier = made_before(form_key, business_id=service.business_id)
    return WaitlistEntry.objects.get(booking=earlier) if earlier else None


def _lock_line(service_id: int) -> None:
    """One after the other: the line has an order and an end."""
    list(Service.objects.select_for_update(no_key=True).filter(pk=service_id).values_list("pk"))


def _require_room(choice: Choice, wish: Wish, *, email: str) -> None:
    line = wishes_for(
        service_id=choice.service.pk,
        location_id=choice.location.pk if choice.location else None,
        first_on=wish.first_on,
        last_on=wish.last_on,
    )
    known = line.filter(booking__contact_email=email).values_list("booking__reference", flat=True)
    if reference := known.first():
        raise AlreadyInLine(reference)
    if line.count() >= choice.policy.waitlist_capacity:
        raise LineIsFull


def _write_entry(
    booking: Booking, wish: Wish, *, by: TeamMember | None, now: datetime
) -> WaitlistEntry:
    line = WaitlistEntry.objects.filter(
        booking__service_id=booking.service_id, wanted_first_on__isnull=False
    )
    last = line.aggregate(last=Max("rank"))["last"] or 0
    entry = WaitlistEntry.objects.create(
        business_id=booking.business_id,
        booking=booking,
        wanted_first_on=wish.first_on,
        wanted_last_on=wish.last_on,
        wanted_from_minute=wish.from_minute,
        wanted_to_minute=wish.to_minute,
        people=booking.party_size,
        notice_minutes=wish.notice_minutes,
        rank=last + 1,
        joined_at=now,
    )
    write_joining(booking, by=by, now=now)
    return entry
