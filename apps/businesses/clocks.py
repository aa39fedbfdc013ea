"""Whose clock it is: a place's own, or that of the business and of every place that follows it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q

from apps.businesses.models import Business, Location


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock whose zone can be changed. Without a location it is the business's, which counts
    wherever there is no location or it has no zone of its own."""

    business: Business
    location: Location | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone that it shows now, in which the times of today are told."""
        own = self.location.time_zone if self.location else ""
        return ZoneInfo(own) if own else self.business.zone

    @property
    def own_name(self) -> str:
        """The IANA name that was chosen for it; "" for a place that follows its business."""
        return (self.location or self.business).time_zone

    def zone_with(self, name: str) -> ZoneInfo:
        """The zone it would show with this IANA name, "" for a place that follows the business."""
        return ZoneInfo(name) if name else self.business.zone

    def rows(self, path: str = "") -> Q:
        """Rows that this clock governs; path leads to what has a business and a location
        ("booking__")."""
        here = Q(**{f"{path}business_id": self.business.pk})
        if self.location is not None:
            return here & Q(**{f"{path}location_id": self.location.pk})
        follows = Q(**{f"{path}location": None}) | Q(**{f"{path}location__time_zone": ""})
        return here & follows
