"""Which booking a link opens, whose a dead one was, and where those of a booking were opened."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Sum

from apps.bookings.models import AccessLink, Booking, LinkUse
from apps.businesses.models import Business
from apps.web.devices import Device

LONGEST_TOKEN = 100


def hash_of(token: str, purpose: str) -> str:
    """Return what is stored of a token: SHA-256 over purpose and token (rule S3)."""
    return hashlib.sha256(f"{purpose}:{token}".encode()).hexdigest()


def find_link(*, token: str, purpose: AccessLink.Purpose, now: datetime) -> AccessLink | None:
    """Return the live link of a token with its booking; None when it is unknown, expired, revoked,
    or for another purpose. Nothing is written."""
    if len(token) > LONGEST_TOKEN:
        return None
    links = AccessLink.objects.select_related("booking__business", "booking__location")
    live = links.filter(token_hash=hash_of(token, purpose), revoked_at=None, expires_at__gt=now)
    return live.first()


def find_dead_link(*, token: str, purpose: AccessLink.Purpose) -> AccessLink | None:
    """Return the link of a token, however dead it is; None for one that never was."""
    if len(token) > LONGEST_TOKEN:
        return None
    known = AccessLink.objects.select_related("booking__business")
    return known.filter(token_hash=hash_of(token, purpose)).first()


def find_business_of_link(*, token: str, purpose: AccessLink.Purpose) -> Business | None:
    """Return whose a link is or was, for whoever holds its token; None for one that never was."""
    link = find_dead_link(token=token, purpose=purpose)
    return link.booking.business if link else None


def list_live(*, link_ids: Collection[int]) -> set[int]:
    """Return which of these links are not revoked; what came by one lives no longer (rule S20)."""
    live = AccessLink.objects.filter(pk__in=link_ids, revoked_at=None)
    return set(live.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Opening:
    """A kind of device that opened links of a booking, or tried to when they had ended (refused):
    first and last (UTC), and how often."""

    device: Device
    first_at: datetime
    last_at: datetime
    times: int
    refused: bool = False


def list_openings(*, booking: Booking) -> list[Opening]:
    """List where the links of a booking were opened, closed ones too, the latest first; one row for
    each kind of device, and one for what it tried in vain. One query."""
    uses = LinkUse.objects.filter(link__booking=booking).values("browser", "system", "refused")
    rows = uses.annotate(first=Min("first_at"), last=Max("last_at"), count=Sum("times"))
    return [
        Opening(
            Device(it["browser"], it["system"]),
            it["first"],
            it["last"],
            it["count"],
            refused=it["refused"],
        )
        for it in rows.order_by("-last", "browser", "system", "refused")
    ]
