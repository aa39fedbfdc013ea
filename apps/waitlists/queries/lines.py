"""Questions about the lines in front of full classes and courses."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from apps.availability.models import CourseRun, Session
from apps.bookings.joining import Obstacle, may_join
from apps.bookings.models import Booking, WaitlistEntry
from apps.bookings.queries.joinables import (
    has_line,
    join_rules_of,
    joinable_of,
    line_of,
    open_wish,
    wish_of,
    wishes_for,
)
from apps.bookings.queries.offered import wants_the_same
from apps.bookings.states import OCCUPYING
from apps.bookings.wishes import Wish
from apps.bookings.wording import wish_words
from apps.businesses.models import Location
from apps.catalog.models import Service
from apps.catalog.queries import Choice, default_policy, is_offered, zone_of
from apps.waitlists.offers import QuietHours

State = WaitlistEntry.State


def find_in_line(
    reference: str,
    *,
    visitor_hash: str,
    choice: Choice,
    notice_minutes: int,
    wish: Wish | None = None,
) -> Booking | None:
    """What a browser has put in line itself by the same words: it may see that, whoever else waits
    there. Nothing when it asks for another thing now (more people, other days): it still waits for
    what it asked for before, and has to be told so."""
    mine = WaitlistEntry.objects.select_related("booking__service__business", "booking__location")
    found = mine.filter(booking__reference=reference, booking__visitor_hash=visitor_hash)
    entry = found.exclude(booking__visitor_hash="").first()
    if entry is None or entry.notice_minutes != notice_minutes:
        return None
    waited_for = wish_of(entry)
    is_same = wish == (waited_for and replace(waited_for, let_pass=()))
    return entry.booking if is_same and wants_the_same(entry.booking, choice) else None


def may_wait_for(target: Session | CourseRun, *, choice: Choice, now: datetime) -> bool:
    """Whether somebody could join the line now: it is full, it can be booked, the line has room."""
    joinable = joinable_of(target, besides=None, now=now)
    rules = join_rules_of(choice.policy)
    joining = may_join(joinable, rules=rules, seats=choice.party_size, now=now)
    is_full = joining.obstacle in {Obstacle.FULL, Obstacle.TOO_MANY}
    has_room = is_full and line_of(target).count() < choice.policy.waitlist_capacity
    return has_room and is_offered(service=choice.service) and has_line(choice.service)


@dataclass(frozen=True, slots=True)
class OfferRules:
    """How long an offer lasts, in minutes, and when nobody is written to, on whose clock."""

    minutes: int
    quiet: QuietHours | None
    zone: ZoneInfo
    service: Service
    late_entry: bool


def offer_rules(*, service_id: int, location: Location | None) -> OfferRules:
    """Read the owner's rules of offers from the policy of the service; its quiet hours are told by
    the clock of the place."""
    service = Service.objects.select_related("policy", "business").get(pk=service_id)
    policy = service.policy or default_policy(business=service.business)
    start, end = policy.quiet_from_minute, policy.quiet_to_minute
    quiet = None if start is None or end is None else QuietHours(start, end)
    zone = zone_of(service=service, location=location)
    return OfferRules(policy.waitlist_minutes, quiet, zone, service, policy.late_entry)


def last_chance(target: Session | CourseRun, *, late_entry: bool, now: datetime) -> datetime:
    """Until when a place is of use: the start, or the end of a course that has begun and that
    people may still join (rule B15)."""
    has_begun = isinstance(target, CourseRun) and target.starts_at <= now
    return target.ends_at if has_begun and late_entry else target.starts_at


def place_in_line(entry: WaitlistEntry) -> int:
    """1 for the first of those who want the same, or one of the same days; those who have been
    offered something count."""
    before = Q(rank__lt=entry.rank) | Q(rank=entry.rank, pk__lt=entry.pk)
    if (wish := wish_of(entry)) is not None:
        line = wishes_for(
            service_id=entry.booking.service_id,
            location_id=entry.booking.location_id,
            first_on=wish.first_on,
            last_on=wish.last_on,
        )
    elif target := entry.session or entry.course_run:
        line = line_of(target)
    else:
        return 0
    return line.filter(before).count() + 1


def find_entry(*, booking: Booking) -> WaitlistEntry | None:
    """The place in line of a booking, or nothing."""
    entries = WaitlistEntry.objects.select_related("session", "course_run", "booking")
    return entries.filter(booking=booking).first()


def wish_words_of(*, booking: Booking) -> tuple[str, str] | None:
    """The days and hours, in words, of a booking that waits, or waited in vain, for a time."""
    if booking.kind != Service.Kind.APPOINTMENT or booking.status in OCCUPYING:
        return None
    entry = find_entry(booking=booking)
    wish = open_wish(entry) if entry else None
    return wish_words(wish, locale=booking.business.locale) if wish else None


def has_waited_in_vain(*, booking: Booking) -> bool:
    """Whether a booking that is over never was more than a place in line."""
    if booking.status not in {Booking.Status.CANCELED, Booking.Status.DECLINED}:
        return False
    return WaitlistEntry.objects.filter(booking=booking, state=State.LEFT).exists()


def has_offer(entry: WaitlistEntry | None, *, now: datetime) -> bool:
    """Whether a place is kept for it at this moment."""
    return (
        entry is not None
        and entry.state == State.OFFERED
        and entry.offer_ends_at is not None
        and entry.offer_ends_at > now
    )
