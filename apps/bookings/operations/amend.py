"""What is put right in a booking that stands: note, link of an online visit, address; and when and
with whom its class or course is, when that is changed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.operations.access import revoke_links
from apps.bookings.operations.drafts import clock_columns
from apps.bookings.operations.errors import AlreadyCorrected, NotAllowed
from apps.bookings.operations.transitions import (
    Actor,
    deadline_columns,
    lock_booking,
    record_transition,
)
from apps.bookings.policy import Reason
from apps.bookings.queries.joinables import lead_of
from apps.bookings.states import OCCUPYING, Status
from apps.businesses.models import TeamMember
from apps.customers.operations import find_or_add_customer


@transaction.atomic
def note_booking(
    *, booking_id: int, revision: int, by: TeamMember, note: str, now: datetime
) -> Booking:
    """Keep the team's own note on a booking; customers never see it.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile; the typed text is the view's to keep.
    """
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    record_transition(
        booking,
        action=BookingEvent.Action.NOTED,
        actor=Actor.of(by),
        now=now,
        columns={"owner_note": note},
    )
    return booking


@transaction.atomic
def set_online_link(
    *, booking_id: int, revision: int, link: str, by: TeamMember, now: datetime
) -> Booking:
    """Give an online booking the link under which it takes place, in place of the service's.

    A confirmed customer is told by mail; one whose request still waits reads it with the yes. The
    same link again changes nothing and tells nobody.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
        NotAllowed: it does not happen online, or it does not take place.
    """
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=revision)
    booked = booking.as_booked
    if not booked.is_online or booking.status not in OCCUPYING:
        raise NotAllowed(Reason.WRONG_STATUS)
    if booked.online_link == link:
        return booking
    record_transition(
        booking,
        action=BookingEvent.Action.LINKED,
        actor=Actor.of(by),
        now=now,
        columns={"service_snapshot": replace(booked, online_link=link).as_snapshot()},
    )
    return booking


@transaction.atomic
def correct_address(*, booking_id: int, business_id: int, email: str, now: datetime) -> Booking:
    """Let the browser that booked correct its mistyped address, once.

    email is in lower case. The booking moves to the contact with that address, links in mails to
    the old one are closed (rule S15), and the mail is sent again. The history does not repeat
    either address, so that they can be erased in one place.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        AlreadyCorrected: it was corrected before.
        NotAllowed: it is over or was declined.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if Status(booking.status) not in OCCUPYING or booking.ends_at <= now:
        raise NotAllowed(Reason.FINAL)
    if booking.history.filter(action=BookingEvent.Action.READDRESSED).exists():
        raise AlreadyCorrected
    customer = find_or_add_customer(
        business_id=business_id,
        name=booking.contact_name,
        email=email,
        phone=booking.contact_phone,
        now=now,
    )
    revoke_links(booking=booking, now=now)
    record_transition(
        booking,
        action=BookingEvent.Action.READDRESSED,
        actor=Actor.of(None),
        now=now,
        columns={"contact_email": email, "customer": customer},
    )
    return booking


def follow_class(booking: Booking, *, now: datetime) -> bool:
    """Move a locked booking to where its class or course is by now: it was paid for while that was
    changed. Tell whether it was."""
    target: Session | CourseRun
    if booking.course_run_id is not None:
        target = CourseRun.objects.get(pk=booking.course_run_id)
    else:
        target = Session.objects.get(pk=booking.session_id or 0)
    return follow(booking, target, lead_of(target), actor=Actor.system(), now=now)


def follow(
    booking: Booking,
    target: Session | CourseRun,
    lead_id: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Write into a locked booking when and with whom (lead_id) its class or course is by now; tell
    whether anything changed."""
    if (booking.starts_at, booking.resource_id) == (target.starts_at, lead_id):
        return False
    record_transition(
        booking,
        action=BookingEvent.Action.MOVED,
        actor=actor,
        now=now,
        columns=columns_of(booking, target, lead_id=lead_id),
    )
    return True


def columns_of(
    booking: Booking, target: Session | CourseRun, *, lead_id: int | None
) -> dict[str, Any]:
    """What stands in a booking of when its class or course is, and with whom. One query, to be
    asked after the locks."""
    return {
        "starts_at": target.starts_at,
        "ends_at": target.ends_at,
        **deadline_columns(booking, starts_at=target.starts_at, ends_at=target.ends_at),
        **clock_columns(booking, starts_at=target.starts_at, location_id=target.location_id),
        "resource_id": lead_id,
    }
