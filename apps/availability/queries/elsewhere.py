"""What would be sent to the wrong place if a room, a tool or a person moved."""

from datetime import datetime

from django.db.models import Q, QuerySet

from apps.availability.models import Session
from apps.businesses.models import Location
from apps.catalog.models import Resource


def sessions_elsewhere(
    *, resource: Resource, location: Location | None, now: datetime
) -> QuerySet[Session]:
    """The sessions that are not over, need this resource, and take place at another location than
    this one, soonest first; none where the resource may be used at all of them (no location).

    Holds that ran out are in nobody's way.
    """
    if location is None:
        return Session.objects.none()
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    needing = Session.objects.filter(
        live, occupancies__resource=resource, ends_at__gt=now, location__isnull=False
    )
    elsewhere = needing.exclude(location=location).exclude(state=Session.State.CANCELED)
    told = elsewhere.select_related("service", "business", "location")
    return told.order_by("starts_at", "pk").distinct()
