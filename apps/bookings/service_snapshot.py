"""The service as it was when it was booked: where it happens, what to mind, how it is paid. Pure.

Pages, mails and calendar files about a booking read this; only who books next reads the service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from apps.kernel.snapshots import freeze, thaw


class Venue(StrEnum):
    """Whose place it happens at."""

    BUSINESS = "BUSINESS"
    CUSTOMER = "CUSTOMER"
    ONLINE = "ONLINE"


@dataclass(frozen=True, slots=True)
class ServiceSnapshot:
    """What was promised besides price and policy, which are frozen beside it.

    address is the business's, in one line; that of a home visit is the booking's visit_address.
    online_link is the service's own, or what the team typed for this booking, "" until then.
    arrival_note is what to mind on the day, place_word what the business calls its place.
    requires_approval and allows_multiple_requests say how the booking was asked for. extras
    are the names of its add-ons, mix tells how many people come as what; the rows beside the
    booking have their prices. tax_rate is the tax in its price, in basis points; tax_included says
    whether the business kept its prices with it. Every field
    has a default, for snapshots that were taken before it existed.
    """

    VERSION: ClassVar[int] = 2

    venue: Venue = Venue.BUSINESS
    address: str = ""
    online_link: str = ""
    arrival_note: str = ""
    place_word: str = "studio"
    pays_in_person: bool = True
    pays_online: bool = False
    any_amount: bool = False
    tax_rate: int = 0
    tax_included: bool = True
    requires_approval: bool = False
    allows_multiple_requests: bool = False
    answer_within_hours: int = 24
    extras: tuple[str, ...] = ()
    mix: tuple[tuple[int, str], ...] = ()

    @property
    def is_online(self) -> bool:
        return self.venue is Venue.ONLINE

    @property
    def is_home_visit(self) -> bool:
        return self.venue is Venue.CUSTOMER

    def as_snapshot(self) -> dict[str, Any]:
        """Return what is stored with a booking."""
        plain = {
            "venue": self.venue.value,
            "extras": list(self.extras),
            "mix": [list(it) for it in self.mix],
        }
        return freeze(self) | plain

    @classmethod
    def from_snapshot(cls, snapshot: Mapping[str, Any]) -> "ServiceSnapshot":
        """Read what was stored with a booking, by code of any age."""
        typed = {
            "venue": Venue(snapshot.get("venue", Venue.BUSINESS)),
            "extras": tuple(snapshot.get("extras", ())),
            "mix": tuple((people, name) for people, name in snapshot.get("mix", ())),
        }
        return thaw(cls, {**snapshot, **typed})
