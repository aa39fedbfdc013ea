"""Questions about what has to be said and what was said; they never write."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from apps.availability.models import Session
from apps.bookings.forms.picks import again_url
from apps.bookings.models import Booking, BookingEvent, MoveWish, WaitlistEntry
from apps.bookings.models.history import MOVES
from apps.bookings.plan_uses import plan_words_of
from apps.bookings.policy import Policy, ServiceSnapshot, free_until
from apps.bookings.queries.clock import fee_rows, is_by_plan
from apps.bookings.queries.joinables import open_wish
from apps.bookings.queries.minimum import group_of, progress_of
from apps.bookings.queries.moving import may_go_elsewhere, times_moved
from apps.bookings.queries.requests import awaiting_of
from apps.bookings.queries.stub import all_dates_of, dates_of
from apps.businesses.models import Business, Clock, Location, TeamMember
from apps.businesses.queries import get_main_location
from apps.catalog.models import Resource
from apps.messages.facts import ENDED, BookingFacts, BusinessFacts, CourseDate
from apps.messages.models import Message
from apps.messages.money_facts import money_facts
from apps.waitlists.queries import find_entry, position_in_line


def get_booking_facts(*, booking_id: int) -> BookingFacts:
    """Read everything a mail or calendar file may tell about one booking, in at most eight queries;
    in three more where it waits for more people.

    Raises:
        Booking.DoesNotExist: there is no such booking (an abandoned draft was swept).
    """
    related = ("business", "location", "customer", "resource__staff_member", "service__business")
    booking = Booking.objects.select_related(*related).get(pk=booking_id)
    booked, by_plan = booking.as_booked, plan_words_of(booking).get(booking.pk, "")
    dates = dates_of(booking=booking)
    starts_at, ends_at = dates[0] if dates else (booking.starts_at, booking.ends_at)
    return BookingFacts(
        reference=booking.reference,
        revision=booking.revision,
        status=booking.status,
        starts_at=starts_at,
        ends_at=ends_at,
        time_zone=booking.time_zone,
        service=booking.title,
        staff=_staff_name(booking.resource),
        **_as_booked(booking, booked),
        who_comes=tuple(it.name for it in booking.participants.all()),
        price=booking.price,
        by_plan=by_plan,
        currency=booking.currency,
        price_text=booking.price_text,
        free=booking.price == 0 and not by_plan,
        pays_in_person=booked.pays_in_person,
        party_size=booking.party_size,
        customer_name=booking.contact_name or _of_customer(booking, "name"),
        customer_phone=booking.contact_phone or _of_customer(booking, "phone"),
        answer_by=booking.answer_by,
        holds_time=not booked.allows_multiple_requests,
        **_cancelling(booking),
        business=_business_facts(booking.business, booked, booking.location),
        reason=_reason(booking, BookingEvent.Actor.TEAM),
        **_ended_by_a_rule(booking),
        **_awaited(booking),
        suggestions=tuple(_suggested(booking)),
        dates=dates,
        all_dates=tuple(CourseDate(*it) for it in all_dates_of(booking=booking)),
        **money_facts(booking),
        **_line_facts(booking),
        again_path=again_url(booking=booking) if booking.status in ENDED else "",
    )


def list_calendar_facts(*, bookings: Sequence[Booking]) -> list[BookingFacts]:
    """Read what a calendar may tell about these bookings, and nothing else of them, in one query;
    business, location, customer and the person come joined. The dates of a course are numbered as
    in its own file, so that both are the same events."""
    runs = [it.course_run_id for it in bookings if it.course_run_id is not None]
    sessions = Session.objects.filter(course_run__in=runs).order_by("starts_at", "pk")
    dates = list(sessions.values_list("course_run_id", "starts_at", "ends_at", "state"))
    return [
        _calendar_facts(
            booking,
            tuple(
                CourseDate(start, end, state != Session.State.SCHEDULED)
                for run, start, end, state in dates
                if run == booking.course_run_id and start > booking.created_at
            ),
        )
        for booking in bookings
    ]


def _calendar_facts(booking: Booking, dates: tuple[CourseDate, ...]) -> BookingFacts:
    booked = booking.as_booked
    return BookingFacts(
        reference=booking.reference,
        revision=booking.revision,
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        time_zone=booking.time_zone,
        service=booking.title,
        staff=_staff_name(booking.resource),
        **_as_booked(booking, booked),
        price=None,
        currency=booking.currency,
        price_text="",
        free=False,
        pays_in_person=False,
        party_size=booking.party_size,
        customer_name="",
        customer_phone="",
        answer_by=None,
        holds_time=False,
        cancel_until=None,
        business=_sender(booking.business, booked, booking.location, address=booked.address),
        all_dates=dates,
    )


def _as_booked(booking: Booking, booked: ServiceSnapshot) -> dict[str, Any]:
    return {
        "address": booking.visit_address if booked.is_home_visit else booked.address,
        "at_customer": booked.is_home_visit,
        "online": booked.is_online,
        "online_link": booked.online_link,
        "extras": booked.extras,
        "mix": booked.mix,
    }


def _ended_by_a_rule(booking: Booking) -> dict[str, Any]:
    told_why = _reason(booking, BookingEvent.Actor.SYSTEM)
    asks_again = bool(told_why) and booking.service.requires_approval
    return {"told_why": told_why, "asks_again": asks_again}


def _line_facts(booking: Booking) -> dict[str, Any]:
    if booking.status not in {Booking.Status.WAITING_LIST, *ENDED}:
        return {}
    entry = find_entry(booking=booking)
    if entry is None:
        return {}
    facts: dict[str, Any] = {"wish": open_wish(entry), "offer_ends_at": entry.offer_ends_at}
    facts["waited"] = booking.status in ENDED and entry.state == WaitlistEntry.State.LEFT
    if booking.status == Booking.Status.WAITING_LIST:
        facts["position_in_line"] = position_in_line(entry)
    return facts


def _awaited(booking: Booking) -> dict[str, Any]:
    awaiting = awaiting_of(booking=booking, now=booking.created_at)
    if awaiting is None:
        return _people(booking)
    return {"unanswered": awaiting.rule.value, "offers_others": awaiting.offers_others}


def _people(booking: Booking) -> dict[str, Any]:
    """How many have come of those that a booking waits for, where nobody's answer is awaited."""
    if booking.status != Booking.Status.PENDING:
        return {}
    progress = progress_of(group_of(booking, booking.service), now=booking.created_at)
    return {"people": progress.people, "minimum": progress.minimum} if progress else {}


def _reason(booking: Booking, actor: BookingEvent.Actor) -> str:
    """What the team wrote for the customer when it ended the booking, or why a rule did; never why
    the team overrode one."""
    if booking.status not in ENDED:
        return ""
    events = BookingEvent.objects.filter(booking=booking, actor=actor)
    last = events.filter(action__in=(*ENDED, BookingEvent.Action.LAPSED)).order_by("-pk").first()
    return last.reason if last else ""


def _suggested(booking: Booking) -> list[datetime]:
    if booking.status != Booking.Status.DECLINED:
        return []
    return [it.starts_at for it in booking.suggestions.all()]


def is_undeliverable(*, booking_id: int, email: str) -> bool:
    """Say whether the last mail to this address about this booking failed for good."""
    last = Message.objects.filter(booking_id=booking_id, to_address=email).order_by("-pk").first()
    return last is not None and last.status == Message.Status.FAILED


def list_team_addresses(*, business: Business) -> list[str]:
    """List who hears of new bookings: the business's own address, else that of each owner."""
    if business.email:
        return [business.email]
    owners = TeamMember.objects.filter(business=business, role=TeamMember.Role.OWNER)
    addresses = owners.order_by("pk").values_list("user__email", flat=True)
    return [address for address in addresses if address]


def list_messages(*, booking_id: int) -> QuerySet[Message]:
    """List every mail about a booking, oldest first, for the booking's page."""
    return Message.objects.filter(booking_id=booking_id).order_by("pk")


def find_undelivered_address(*, booking_id: int) -> str:
    """Return the customer's address when the last mail to it was refused for good, else ""."""
    to_customer = Message.objects.filter(booking_id=booking_id).exclude(kind__startswith="NEW_")
    last = to_customer.exclude(status=Message.Status.SKIPPED).order_by("-pk").first()
    return last.to_address if last and last.status == Message.Status.FAILED else ""


def _staff_name(resource: Resource | None) -> str:
    staff = getattr(resource, "staff_member", None)
    return staff.name if staff is not None else ""


def _of_customer(booking: Booking, column: str) -> str:
    return str(getattr(booking.customer, column, ""))


def _cancelling(booking: Booking) -> dict[str, Any]:
    """Until when it is free, what it costs then, and who may cancel and move it how."""
    if not booking.policy_snapshot:
        return {"cancel_until": None}
    policy = Policy.from_snapshot(booking.policy_snapshot)
    return {
        "cancel_until": free_until(policy=policy, starts_at=booking.starts_at),
        "policy": policy,
        "moves": may_go_elsewhere(booking),
        "moved": times_moved(booking, policy),
        "clock": fee_rows(booking=booking, now=booking.asked_at),
        "costs_visit": is_by_plan(booking),
    }


def _business_facts(
    business: Business, booked: ServiceSnapshot, location: Location | None
) -> BusinessFacts:
    """The sender as it is today, but for what it promised when it was booked."""
    main = None if booked.address else get_main_location(business=business)
    address = booked.address or (main.address if main else "")
    return _sender(business, booked, location, address=address)


def _sender(
    business: Business, booked: ServiceSnapshot, location: Location | None, *, address: str
) -> BusinessFacts:
    return BusinessFacts(
        id=business.pk,
        name=business.name,
        slug=business.slug,
        email=business.email,
        phone=business.phone,
        locale=business.locale,
        time_zone=Clock(business, location).zone.key,
        accent=business.accent,
        place_word=booked.place_word,
        arrival_note=booked.arrival_note,
        answer_within_hours=booked.answer_within_hours,
        address=address,
    )


def with_better_time(facts: BookingFacts, *, event: BookingEvent) -> BookingFacts:
    """The facts of the better time that an event offers, in place of the booking's own (rule B37);
    without the end of an offer where that is over."""
    wish = MoveWish.objects.select_related("offered_resource__staff_member").filter(
        booking_id=event.booking_id,
        state=MoveWish.State.OFFERED,
        offered_starts_at=event.better_at,
    )
    found = wish.first()
    if found is None or found.offered_starts_at is None or found.offered_ends_at is None:
        return facts
    return replace(
        facts,
        starts_at=found.offered_starts_at,
        ends_at=found.offered_ends_at,
        staff=_staff_name(found.offered_resource),
        offer_ends_at=found.offer_ends_at,
        instead_of=facts.starts_at,
    )


class PlaceBefore(NamedTuple):
    """Where its reader knows a booking: the start (UTC), the zone it was told in, and the person;
    "" for what is the same as now. is_back: it was moved away and back again unread."""

    starts_at: datetime | None
    time_zone: str
    person: str
    is_back: bool = False


def find_place_before(*, message: Message) -> PlaceBefore:
    """Return the start, the zone and the person its reader knows the booking by, from the history.

    A move whose mail never left (it was moved again at once) was never told, so the time before it
    counts.
    """
    moves = list(_changes(message.event).filter(pk__lte=message.event_id).order_by("-pk"))
    told = set(
        Message.objects.filter(
            event__in=moves, to_address=message.to_address, status=Message.Status.SENT
        ).values_list("event_id", flat=True)
    )
    first, zone = moves[0], _zone_before(moves[0])
    for move in moves[1:]:
        if move.pk in told:
            break
        first, zone = move, _zone_before(move) or zone
    was = first.before.get("starts_at")
    starts_at = datetime.fromisoformat(was) if was else None
    zone = "" if zone == message.booking.time_zone else zone
    person = _person(first, moves[0])
    is_as_it_was = starts_at == message.booking.starts_at and not zone and not person
    return PlaceBefore(
        starts_at=starts_at,
        time_zone=zone,
        person=person,
        is_back=is_as_it_was and first.pk != moves[0].pk,
    )


def is_moved_again(*, event: BookingEvent) -> bool:
    """Say whether a later move has a message of its own."""
    return any(it.is_noticed for it in _changes(event).filter(pk__gt=event.pk))


def _zone_before(move: BookingEvent) -> str:
    return move.zones[0] if move.zones else ""


def _changes(event: BookingEvent) -> QuerySet[BookingEvent]:
    return BookingEvent.objects.filter(booking_id=event.booking_id, action__in=MOVES)


def _person(first: BookingEvent, last: BookingEvent) -> str:
    was, now = first.before.get("resource_id"), last.after.get("resource_id")
    if was is None or was == now:
        return ""
    resource = Resource.objects.select_related("staff_member").filter(pk=was).first()
    staff = getattr(resource, "staff_member", None)
    return staff.name if staff is not None else ""
