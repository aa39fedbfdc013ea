"""One engine offers what came free to those in line, the first first (rule B19).

Places of classes and courses are offered when they come free, and on every look of the worker. Free
times are found by looking only, entry by entry (ADR 15). What differs between the two stands in
``wanted``. Lock order: booking, then the session or run, or the resources of a time, then entries;
each session, run or wish in a transaction of its own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session, has_lapsed
from apps.availability.operations import BusyTryAgain, Claim, SlotTaken
from apps.bookings.models import Booking, BookingEvent, MoveWish, WaitlistEntry
from apps.bookings.operations.rebooking import require_may_book_again
from apps.bookings.operations.submit import asked
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.bookings.queries.drafts import price_in_line
from apps.bookings.queries.joinables import IN_LINE, has_line, line_of
from apps.bookings.queries.minimum import decided_by, group_at, lacking
from apps.bookings.queries.offered import NoTime
from apps.catalog.models import Service
from apps.catalog.queries import UnknownChoice, policy_of
from apps.kernel.refusals import Refusal
from apps.outbox.sweeping import each, sweep
from apps.waitlists.offers import Waiting, next_in_line, offer_ends_at, speaks_at
from apps.waitlists.operations.wanted import (
    NotInLine,
    Places,
    Time,
    Wanted,
    lock_entry,
    lock_waiting,
)
from apps.waitlists.queries import (
    OfferRules,
    find_claim_for,
    has_offer,
    last_chance,
    offer_rules,
)

Status, State = Booking.Status, WaitlistEntry.State
Target = Session | CourseRun
ONE_DAY = timedelta(days=1)


class OfferGone(Refusal):
    """Nothing is kept for them (any more); they keep their place in line."""

    status = HTTPStatus.GONE


def offer_what_came_free(*, now: datetime) -> int:
    """Ask the lines for which something came free without anybody's doing: holds that ran out,
    places added by operators, any free time. Return how many offers were made."""
    waiting = WaitlistEntry.objects.filter(state=State.WAITING)
    wishes = waiting.filter(wanted_last_on__gte=now - ONE_DAY)
    wishes = wishes.select_related("booking__service__business", "booking__location")
    return _sweep_targets(
        waiting.filter(passed_at=None), _offer_alone, with_room=True, now=now
    ) + each(wishes.order_by("business_id", "rank", "pk"), partial(_offer_free_time, now=now))


@transaction.atomic
def _offer_alone(target: Target, *, now: datetime) -> int:
    return offer_places(target=target, now=now)


@transaction.atomic(savepoint=False)
def offer_places(
    *,
    target: Target,
    now: datetime,
    new_round: bool = False,
    besides: Booking | None = None,
) -> int:
    """Offer the free places of a session or a run to those whom they fit; return how many offers.

    None where the team says yes to everybody first: it puts people in by itself. Where it
    is not decided yet that it takes place, those with whom too few would come are stepped over
    (rule B31).

    new_round: places came free, so everybody is asked again, also those who passed before.
    besides is the booking that gives them back, and whose end is written next.
    """
    line = line_of(target)
    if not line.exists():
        return 0
    target = availability.lock_target(target=target, now=now)
    entries = {it.pk: it for it in line.select_for_update().order_by("rank", "pk")}
    if new_round:
        line.filter(state=State.WAITING).update(passed_at=None)
    rules = offer_rules(service_id=target.service_id or 0, location=target.location)
    if not has_line(rules.service):
        return 0
    missing = lacking(target, rules.service, besides=besides, now=now)
    waiting = [_waiting(it, forgets=new_round) for it in entries.values() if it.people >= missing]
    told_at = _told_at(rules, now=now)
    until = last_chance(target, late_entry=rules.late_entry, now=now)
    free, made = target.seats_left, 0
    while found := next_in_line(waiting, seats_free=free, starts_at=until, now=told_at):
        if not make_offer(Places(entries[found.pk], target), rules, until=until, now=now):
            break
        free, made = free - found.people, made + 1
        waiting.remove(found)
    return made


def _waiting(entry: WaitlistEntry, *, forgets: bool) -> Waiting:
    return Waiting(
        pk=entry.pk,
        people=entry.people,
        notice_minutes=entry.notice_minutes,
        is_offered=entry.state == State.OFFERED,
        was_passed=entry.passed_at is not None and not forgets,
    )


def _offer_free_time(entry: WaitlistEntry, *, now: datetime) -> bool:
    """A look without any lock first, so that a line without luck costs no writer anything."""
    claim = find_claim_for(entry=entry, now=now)
    if claim is None:
        return False
    try:
        return offer_claim(entry_id=entry.pk, claim=claim, actor=Actor.system(), now=now)
    except (SlotTaken, BusyTryAgain):
        return False  # lost to a customer's tap: whoever waits is asked about the next one


@transaction.atomic
def offer_claim(*, entry_id: int, claim: Claim, actor: Actor, now: datetime) -> bool:
    """Keep a time for somebody in line and tell them; False when they do not wait any more.

    Raises:
        SlotTaken: somebody else has it.
        BusyTryAgain: the lock did not come in time.
    """
    entry = lock_entry(entry_id)
    booking = entry.booking
    if booking.status != Status.WAITING_LIST or entry.state != State.WAITING:
        return False
    rules = offer_rules(service_id=booking.service_id, location=booking.location)
    return make_offer(Time(entry, actor, claim), rules, until=claim.starts_at, now=now)


def _told_at(rules: OfferRules, *, now: datetime) -> datetime:
    return speaks_at(now=now, zone=rules.zone, quiet=rules.quiet)


def make_offer(wanted: Wanted, rules: OfferRules, *, until: datetime, now: datetime) -> bool:
    """Offer it for as long as the owner says, until then (UTC) at the latest; False when it went to
    somebody else."""
    told_at = _told_at(rules, now=now)
    ends_at = offer_ends_at(now=told_at, starts_at=until, minutes=rules.minutes)
    if not wanted.offer(until=ends_at, told_at=told_at, now=now):
        return False
    write_state(wanted.entry, State.OFFERED, offer_ends_at=ends_at, offers=F("offers") + 1)
    return True


def write_state(entry: WaitlistEntry | MoveWish, state: str, **columns: Any) -> None:
    """Write into a locked entry, or the wish of a locked booking, how it stands now."""
    columns = {"offer_ends_at": None, **columns}
    rows: QuerySet[Any] = type(entry)._default_manager.filter(pk=entry.pk)
    rows.update(state=state, **columns)


@transaction.atomic
def tell_offer(*, entry_id: int, offer: int, now: datetime) -> None:
    """Write an offer of places into the history of its booking, which sends the mail; nothing when
    it is over by now. Safe to repeat."""
    if not WaitlistEntry.objects.filter(pk=entry_id).exists():
        return
    entry = lock_entry(entry_id)
    booking = entry.booking
    told = BookingEvent.objects.filter(booking=booking, action=BookingEvent.Action.OFFERED).count()
    if entry.state != State.OFFERED or entry.offers != offer or told >= offer:
        return
    record_transition(
        booking,
        action=BookingEvent.Action.OFFERED,
        actor=Actor.system(),
        now=now,
        columns={"price": price_in_line(booking=booking, now=now)},
    )


def shorten_offers(*, target: Target, now: datetime) -> None:
    """End the offers of a session or a run that was moved at its new start at the latest; in the
    transaction of the caller, who has it locked."""
    offered = line_of(target, states=(State.OFFERED,))
    if not offered.exists():
        return
    rules = offer_rules(service_id=target.service_id or 0, location=target.location)
    ends_at = last_chance(target, late_entry=rules.late_entry, now=now)
    offered.filter(offer_ends_at__gt=ends_at).update(offer_ends_at=ends_at)


def expire_offers(*, now: datetime) -> int:
    """End the offers that ran out and ask the next in line; return how many ended.

    Whoever did not answer keeps their place in line for the next time.
    """
    over = WaitlistEntry.objects.filter(state=State.OFFERED, offer_ends_at__lte=now)
    wishes = over.filter(wanted_first_on__isnull=False)
    return _sweep_targets(over, _expire_places, now=now) + sweep(
        wishes, partial(_expire_time, now=now)
    )


@transaction.atomic
def _expire_places(target: Target, *, now: datetime) -> int:
    target = availability.lock_target(target=target, now=now)
    over = line_of(target, states=(State.OFFERED,)).filter(offer_ends_at__lte=now)
    ended = list(over.select_for_update())
    for entry in ended:
        pass_by(Places(entry, target), now=now)
    offer_places(target=target, now=now)
    return len(ended)


@transaction.atomic
def _expire_time(entry_id: int, *, now: datetime) -> bool:
    entry = lock_entry(entry_id)
    is_over = entry.offer_ends_at is not None and entry.offer_ends_at <= now
    return is_over and pass_by(Time(entry, Actor.system()), now=now)


def pass_by(wanted: Wanted, *, now: datetime) -> bool:
    """Give back what is offered: the entry waits on. False when nothing is."""
    if wanted.entry.state != State.OFFERED:
        return False
    write_state(wanted.entry, State.WAITING, **wanted.release(now=now))
    return True


@transaction.atomic
def refuse_offer(*, booking: Booking, now: datetime) -> None:
    """Let an offer go to the next in line; whoever refuses keeps their place for another one.

    Harmless when there is no offer. Raises as ``take_offer``, but OfferGone and TooFewSoFar.
    """
    wanted = lock_waiting(booking, actor=Actor.of(None), now=now)
    if pass_by(wanted, now=now) and isinstance(wanted, Places):
        offer_places(target=wanted.target, now=now)


def leave_line(*, booking: Booking, now: datetime) -> None:
    """Take a locked booking out of its line; places that were offered to it go to the next, and a
    time is given back with its booking. Harmless for one that never waited."""
    target = booking.course_run or booking.session
    if target is None or booking.kind == Service.Kind.APPOINTMENT:
        mine = WaitlistEntry.objects.filter(booking=booking, state__in=IN_LINE)
        mine.update(state=State.LEFT, offer_ends_at=None)
        return
    target = availability.lock_target(target=target, now=now)
    for entry in line_of(target).filter(booking=booking).select_for_update():
        pass_by(Places(entry, target), now=now)
        write_state(entry, State.LEFT)
    offer_places(target=target, now=now)


@transaction.atomic
def take_offer(*, booking: Booking, now: datetime) -> Booking:
    """Turn an offer into a confirmed booking, once, on however many devices it is taken.

    Raises:
        OfferGone: it ran out, there is none, or the hours have changed under it.
        BookedOften: they have booked it meanwhile as often as one customer may; the offer stays.
        TooFewSoFar: others left meanwhile, and it would not take place with them; the offer stays.
        NotInLine: they left, or it was cancelled.
        BusyTryAgain: the lock did not come in time.
    """
    _require_room(booking, now=now)
    wanted = lock_waiting(booking, actor=Actor.of(None), now=now)
    entry = wanted.entry
    if entry.booking.status == Status.CONFIRMED:
        return entry.booking
    if entry.state == State.LEFT:
        raise NotInLine
    if not has_offer(entry, now=now):
        raise OfferGone
    try:
        columns = wanted.hand_over(now=now)
    except (NoTime, UnknownChoice, SlotTaken) as lost:
        raise OfferGone from lost
    return enrol(entry, columns=columns, actor=Actor.of(None), now=now)


def _require_room(booking: Booking, *, now: datetime) -> None:
    """The limit of customers is asked before what they wait for is locked (rule C2)."""
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    if locked.status == Status.WAITING_LIST and locked.customer is not None:
        require_may_book_again(
            booking=locked,
            policy=policy_of(service=locked.service),
            email=locked.customer.email,
            phone=locked.contact_phone,
            now=now,
        )


def enrol(
    entry: WaitlistEntry, *, columns: Mapping[str, Any], actor: Actor, now: datetime
) -> Booking:
    """Confirm a locked booking that waited and has what it waited for now; columns says what. Where
    too few come so far it is a request, which is decided with those of the others."""
    booking = entry.booking
    starts_at = columns.get("starts_at", booking.starts_at)
    until = decided_by(group_at(booking, starts_at), people=entry.people, now=now)
    write_state(entry, State.ENROLLED)
    price = price_in_line(booking=booking, now=now)
    free = Booking.PaymentStatus.EXEMPT if price == 0 else Booking.PaymentStatus.NOT_PAID
    record_transition(
        booking,
        action=BookingEvent.Action.REQUESTED if until else BookingEvent.Action.BOOKED,
        actor=actor,
        now=now,
        columns={
            "status": (Status.PENDING if until else Status.CONFIRMED).value,
            "skip_business_confirmation": True,  # it was offered, or the team put them in
            **asked(booking, until, now=now),
            "price": price,
            "payment_status": free.value,
            "payment_option": Booking.PaymentOption.OFFLINE.value,
            **columns,
        },
    )
    return booking


def _sweep_targets(
    entries: QuerySet[WaitlistEntry],
    do: Callable[..., int],
    *,
    with_room: bool = False,
    now: datetime,
) -> int:
    """Do it to each session and each run that these entries wait for, in order; with_room leaves
    those out in which no place can have come free."""
    sessions = Session.objects.filter(
        pk__in=entries.filter(session__isnull=False).values("session")
    )
    runs = CourseRun.objects.filter(
        pk__in=entries.filter(course_run__isnull=False).values("course_run")
    )
    if with_room:
        lapsed = has_lapsed(now, of="seatings__")
        room = Q(capacity__gt=F("seats_taken") + F("seats_offered"))
        sessions = sessions.filter(room | lapsed).distinct()
        runs = runs.filter(room | lapsed).distinct()
    return sweep(sessions, lambda pk: do(Session.objects.get(pk=pk), now=now)) + sweep(
        runs, lambda pk: do(CourseRun.objects.get(pk=pk), now=now)
    )
