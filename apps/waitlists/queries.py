"""Questions about the lines: who waits where, how offers are made, which times somebody wants."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from apps.availability.engine.slots import find_slots
from apps.availability.models import CourseRun, Session
from apps.availability.operations import Claim
from apps.availability.queries.search import as_if_free
from apps.bookings.joining import Obstacle, may_join
from apps.bookings.models import Booking, MoveWish, WaitlistEntry
from apps.bookings.queries.better_times import find_better_starts, may_wish, query_to_move
from apps.bookings.queries.joinables import (
    has_line,
    join_rules_of,
    joinable_of,
    line_for,
    line_of,
    open_wish,
    wish_of,
    wishes_for,
)
from apps.bookings.queries.moving import verdict_on_move
from apps.bookings.queries.offered import (
    NoTime,
    choice_of,
    find_claim,
    load_offer,
    slot_query,
    wants_the_same,
)
from apps.bookings.states import OCCUPYING
from apps.bookings.wishes import Key, Wish, first_that_suits, suits, worth_waiting
from apps.bookings.wording import wish_words
from apps.businesses.models import Location
from apps.catalog.models import Service
from apps.catalog.queries import (
    Choice,
    UnknownChoice,
    default_policy,
    is_bookable,
    is_offered,
    may_wait_for_a_time,
    zone_of,
)
from apps.waitlists.offers import QuietHours, speaks_at

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


def position_in_line(entry: WaitlistEntry) -> int:
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
    """The entry of a booking, or nothing."""
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


def has_offer(entry: WaitlistEntry | MoveWish | None, *, now: datetime) -> bool:
    """Whether something is offered to it at this moment."""
    return (
        entry is not None
        and entry.state == State.OFFERED
        and entry.offer_ends_at is not None
        and entry.offer_ends_at > now
    )


def find_worth_waiting(
    *, choice: Choice, wishes: Mapping[Key, Wish], now: datetime
) -> frozenset[Key]:
    """Which of these wishes are worth waiting for: somebody works in their hours, nothing is free
    in them, and the line has room. The wishes lie within a few days."""
    if not wishes:
        return frozenset()
    whole = Wish(
        first_on=min(it.first_on for it in wishes.values()),
        last_on=max(it.last_on for it in wishes.values()),
    )
    open_ones = worth_waiting(
        wishes,
        worked=find_times_for(choice=choice, wish=whole, ignores_bookings=True, now=now),
        free=find_times_for(choice=choice, wish=whole, now=now),
        lasts=timedelta(minutes=choice.duration_minutes),
        zone=zone_of(service=choice.service, location=choice.location),
    )
    days = {(it.first_on, it.last_on): it for key, it in wishes.items() if key in open_ones}
    roomy = {pair for pair, it in days.items() if line_for(choice, it).has_room}
    return frozenset(
        key for key in open_ones if (wishes[key].first_on, wishes[key].last_on) in roomy
    )


def find_times_for(
    *,
    choice: Choice,
    wish: Wish,
    own_session_id: int | None = None,
    ignores_bookings: bool = False,
    now: datetime,
) -> list[datetime]:
    """List the free starts (UTC, in order) of a choice in the wanted days and hours.

    ignores_bookings leaves out everything that is booked: empty then means that these hours are
    closed.
    """
    zone = zone_of(service=choice.service, location=choice.location)
    first = max(wish.first_on, now.astimezone(zone).date())
    if first > wish.last_on:
        return []
    query = slot_query(choice=choice, own_session_id=own_session_id)
    search = load_offer(query=query, first=first, last=wish.last_on, now=now)
    if ignores_bookings:
        search = as_if_free(search)
    lasts = timedelta(minutes=choice.duration_minutes)
    starts = (
        datetime.fromtimestamp(slot.start, UTC)
        for slot in find_slots(search, first=first, last=wish.last_on)
    )
    return [at for at in starts if suits(wish, starts_at=at, ends_at=at + lasts, zone=zone)]


def find_claim_for(*, entry: WaitlistEntry, now: datetime) -> Claim | None:
    """The first free time that suits somebody in line and that they would hear of early enough,
    with those who would serve it; None where there is none, or the service is not sold so now (it
    is switched off, or the team says yes to everybody first, rule B31). No lock is taken."""
    booking, wish = entry.booking, wish_of(entry)
    service = booking.service
    if wish is None or not (is_bookable(service=service) and may_wait_for_a_time(service)):
        return None
    try:
        choice = choice_of(booking=booking)
        starts = find_times_for(
            choice=choice, wish=wish, own_session_id=booking.session_id, now=now
        )
        rules = offer_rules(service_id=service.pk, location=booking.location)
        at = first_that_suits(
            starts,
            wish=wish,
            lasts=timedelta(minutes=choice.duration_minutes),
            zone=zone_of(service=service, location=booking.location),
            told_at=speaks_at(now=now, zone=rules.zone, quiet=rules.quiet),
        )
        query = slot_query(choice=choice, own_session_id=booking.session_id)
        return None if at is None else find_claim(query=query, starts_at=at, now=now)
    except (UnknownChoice, NoTime):
        return None


def find_better_claim(*, wish: MoveWish, now: datetime) -> Claim | None:
    """The first free time that is better for somebody who has one (rule B37), that they would hear
    of early enough to move, and that is not offered to another of them at this moment; with those
    who would serve it. No lock is taken."""
    booking, wanted = wish.booking, wish_of(wish)
    # Whoever wished may have to sign in to swap: asked at the tap, not before they are told.
    if wanted is None or not may_wish(booking=booking, now=now, is_known=True):
        return None
    rules = offer_rules(service_id=booking.service_id, location=booking.location)
    told_at = speaks_at(now=now, zone=rules.zone, quiet=rules.quiet)
    if last_chance_to_move(booking, now=now) <= told_at:
        return None
    earliest = told_at + timedelta(minutes=wanted.notice_minutes)
    starts = find_better_starts(booking=booking, wish=wanted, resource_id=wish.resource_id, now=now)
    others = _offered_to_others(wish, now=now) if starts else []
    for at in starts:
        if at <= earliest:
            continue
        claim = _claim_to_move(wish, at, now=now)
        if claim is not None and not any(_is_same(claim, it) for it in others):
            return claim
    return None


def last_chance_to_move(booking: Booking, *, now: datetime) -> datetime:
    """Until when (UTC) the customer, signed in, may move a booking that they may move now."""
    verdict = verdict_on_move(booking=booking, is_team=False, now=now, is_known=True)
    return verdict.until or booking.starts_at


Offered = tuple[int | None, datetime, datetime]


def _offered_to_others(wish: MoveWish, *, now: datetime) -> list[Offered]:
    others = MoveWish.objects.filter(
        business=wish.business_id, state=MoveWish.State.OFFERED, offer_ends_at__gt=now
    ).exclude(pk=wish.pk)
    rows = others.values_list("offered_resource_id", "offered_starts_at", "offered_ends_at")
    return [(who, start, end) for who, start, end in rows if start and end]


def _is_same(claim: Claim, offered: Offered) -> bool:
    who, start, end = offered
    return claim.primary_id == who and start < claim.ends_at and claim.starts_at < end


def _claim_to_move(wish: MoveWish, at: datetime, *, now: datetime) -> Claim | None:
    try:
        query = query_to_move(booking=wish.booking, resource_id=wish.resource_id)
        return find_claim(query=query, starts_at=at, now=now)
    except (NoTime, UnknownChoice):
        return None
