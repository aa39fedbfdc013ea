"""Links to one booking: 256 random bits in the mail, their SHA-256 here (rule S3); where they
were opened, and how to close them all (rule S20); and a mail with fresh ones for whoever lost
theirs."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from apps.bookings.models import AccessLink, Booking, BookingEvent, LinkUse
from apps.bookings.operations.errors import NotAllowed, StaleRevision
from apps.bookings.operations.transitions import (
    AFTER_THE_VISIT,
    Actor,
    lock_booking,
    record_transition,
)
from apps.bookings.policy import Reason
from apps.bookings.queries.links import find_dead_link, find_link, hash_of
from apps.bookings.states import OCCUPYING, Status
from apps.businesses.models import Business, TeamMember
from apps.kernel.references import new_token
from apps.outbox import operations as outbox
from apps.web.devices import Device

FIND_TOPIC = "bookings.find"
Purpose = AccessLink.Purpose


def create_access_link(
    *, booking: Booking, now: datetime, purpose: AccessLink.Purpose = Purpose.MANAGE
) -> str:
    """Make a link for one purpose and return its token, the only time it can be seen.

    It opens until 7 days after the visit; any number of links may live side by side.
    """
    token, _link = _make(booking, purpose, now=now)
    return token


def exchange_link(
    *,
    token: str,
    now: datetime,
    purpose: AccessLink.Purpose = Purpose.MANAGE,
    device: Device | None = None,
) -> AccessLink | None:
    """Return the link of a token, with its booking, or nothing, for every reason alike.

    Nothing about the booking changes and nothing is used up: mail scanners open links. Only the
    use is written down, as the kind of device that opened it, or tried to when the link had ended
    (rule S20).
    """
    link = find_link(token=token, purpose=purpose, now=now)
    tried = link or find_dead_link(token=token, purpose=purpose)
    if tried is not None:
        _note_use(tried, device or Device(), refused=link is None, now=now)
    return link


@transaction.atomic
def _note_use(link: AccessLink, device: Device, *, refused: bool, now: datetime) -> None:
    """The first statement locks the row of the link, so that no tap is counted twice or lost."""
    used_at = F("last_used_at") if refused else Value(now)
    AccessLink.objects.filter(pk=link.pk).update(last_used_at=used_at)
    kind = {"link": link, "browser": device.browser, "system": device.system, "refused": refused}
    last_at = Greatest("last_at", Value(now))  # clocks of machines differ
    if not LinkUse.objects.filter(**kind).update(times=F("times") + 1, last_at=last_at):
        LinkUse.objects.create(**kind, first_at=now, last_at=now)


def revoke_links(*, booking: Booking, now: datetime) -> int:
    """Close every link of a booking, and what browsers may do that came by one (rule S20); return
    how many were open."""
    return AccessLink.objects.filter(booking=booking, revoked_at=None).update(revoked_at=now)


@transaction.atomic
def close_links(
    *,
    booking_id: int,
    business_id: int,
    revision: int,
    asked_by: str,
    sends: bool,
    now: datetime,
) -> None:
    """Close every link for the customer, and with them every browser that came by one; and another
    browser that made the booking, where it is not the one that asks (rule S20).

    asked_by is the visitor hash of the browser that asks, "" when it has none; it is let in again
    by ``keep_open``. sends has a fresh link mailed to the address of the booking. Sent twice it is
    done once.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
    """
    booking = lock_booking(booking_id=booking_id, business_id=business_id, revision=None)
    if _was_last(booking, BookingEvent.Action.LINKS_CLOSED, after=revision, by=None):
        return
    if booking.revision != revision:
        raise StaleRevision
    revoke_links(booking=booking, now=now)
    is_maker = bool(asked_by) and booking.visitor_hash == asked_by
    record_transition(
        booking,
        action=BookingEvent.Action.LINKS_CLOSED,
        actor=Actor.of(None),
        now=now,
        columns={} if is_maker else {"visitor_hash": ""},
    )
    if sends and booking.contact_email:
        _ask_for_one(booking, now=now)


def keep_open(*, booking: Booking, now: datetime) -> AccessLink:
    """Return a link whose token nobody has, for the browser that closed the others and stays."""
    return _make(booking, Purpose.MANAGE, now=now)[1]


@transaction.atomic
def make_link(*, booking_id: int, revision: int, by: TeamMember, now: datetime) -> str:
    """Make a link for the team to hand to the customer by its own channel, and return its token,
    the only time it can be seen; history says who made it (rule S21).

    A second tap on the same button gets a link of its own, since the first one was seen by nobody,
    and no second line of history.

    Raises:
        Booking.DoesNotExist: not a booking of this business.
        StaleRevision: somebody changed it meanwhile.
        NotAllowed: it is not confirmed, asked for or in line.
    """
    booking = lock_booking(booking_id=booking_id, business_id=by.business_id, revision=None)
    if Status(booking.status) not in {*OCCUPYING, Status.WAITING_LIST}:
        raise NotAllowed(Reason.WRONG_STATUS)
    if not _was_last(booking, BookingEvent.Action.LINK_MADE, after=revision, by=by):
        if booking.revision != revision:
            raise StaleRevision
        record_transition(
            booking,
            action=BookingEvent.Action.LINK_MADE,
            actor=Actor.of(by),
            now=now,
            columns={},
        )
    return _make(booking, Purpose.MANAGE, now=now)[0]


def _was_last(
    booking: Booking, action: BookingEvent.Action, *, after: int, by: TeamMember | None
) -> bool:
    """Whether this very form was sent before by the same one, and nothing has happened since."""
    if booking.revision != after + 1:
        return False
    last = booking.history.filter(revision=booking.revision, action=action)
    return last.filter(user=by.user if by else None).exists()


def _make(
    booking: Booking, purpose: AccessLink.Purpose, *, now: datetime
) -> tuple[str, AccessLink]:
    token = new_token()
    link = AccessLink.objects.create(
        booking=booking,
        purpose=purpose,
        token_hash=hash_of(token, purpose),
        created_at=now,
        expires_at=max(booking.ends_at, now) + AFTER_THE_VISIT,
    )
    return token, link


@transaction.atomic
def ask_for_links(
    *, business: Business, email: str, reference: str, now: datetime, form_key: str = ""
) -> None:
    """Have one mail sent that lists the future bookings of an address, each with a fresh link.

    Whether the address is known is found out by the worker, so that the answer here takes the
    same time for all. email is in lower case. The same form_key sends one.
    """
    outbox.enqueue(
        topic=FIND_TOPIC,
        payload={"business_id": business.pk, "email": email, "reference": reference.upper()},
        business_id=business.pk,
        now=now,
        key=f"{FIND_TOPIC}:{form_key}" if form_key else "",
    )


def _ask_for_one(booking: Booking, *, now: datetime) -> None:
    """The same mail with this booking in it, whatever became of it."""
    outbox.enqueue(
        topic=FIND_TOPIC,
        payload={
            "business_id": booking.business_id,
            "email": booking.contact_email,
            "reference": booking.reference,
            "booking_id": booking.pk,
        },
        business_id=booking.business_id,
        now=now,
    )
