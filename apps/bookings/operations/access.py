"""Links to one booking: 256 random bits in the mail, their SHA-256 here (rule S3); and a mail with
fresh ones for whoever lost theirs."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from apps.bookings.models import AccessLink, Booking
from apps.businesses.models import Business
from apps.outbox import operations as outbox

AFTER_THE_VISIT = timedelta(days=7)
FIND_TOPIC = "bookings.find"


def create_access_link(*, booking: Booking, now: datetime) -> str:
    """Make a manage link and return its token, the only time it can be seen.

    It opens until 7 days after the visit; any number of links may live side by side.
    """
    token = secrets.token_urlsafe(32)
    AccessLink.objects.create(
        booking=booking,
        purpose=AccessLink.Purpose.MANAGE,
        token_hash=_hash(token, AccessLink.Purpose.MANAGE),
        created_at=now,
        expires_at=max(booking.ends_at, now) + AFTER_THE_VISIT,
    )
    return token


def exchange_link(*, token: str, now: datetime) -> Booking | None:
    """Return the booking a token opens, or nothing, for every reason alike.

    Nothing about the booking changes and nothing is used up: mail scanners open links. Only the
    time of the last use is written down.
    """
    links = AccessLink.objects.select_related("booking__business").filter(
        Q(revoked_at=None),
        token_hash=_hash(token, AccessLink.Purpose.MANAGE),
        expires_at__gt=now,
    )
    link = links.first()
    if link is None:
        return None
    AccessLink.objects.filter(pk=link.pk).update(last_used_at=now)
    return link.booking


def revoke_links(*, booking: Booking, now: datetime) -> int:
    """Close every link of a booking; return how many were open."""
    return AccessLink.objects.filter(booking=booking, revoked_at=None).update(revoked_at=now)


def _hash(token: str, purpose: str) -> str:
    return hashlib.sha256(f"{purpose}:{token}".encode()).hexdigest()


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
