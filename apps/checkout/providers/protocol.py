"""What a payment provider has to do for us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class ProviderDown(Exception):
    """The provider did not answer, or not in a way we understand; it may be asked again."""


class RefundRefused(Exception):
    """The provider will never do this refund."""


class ForgedEvent(Exception):
    """Not signed by the provider, too old, or no event at all (N088)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payment to be opened: key makes it idempotent; amount in minor units; times are UTC."""

    key: str
    amount: int
    currency: str
    seller: str
    words: str
    email: str
    return_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """ref names the payment at the provider; the customer pays at url."""

    ref: str
    url: str


@dataclass(frozen=True, slots=True)
class Truth:
    """How a payment stands at the provider at this moment, in minor units.

    is_open: it can still be paid. failure is for people, "" when nothing failed.
    """

    amount: int
    currency: str
    captured: int
    refunded: int
    is_open: bool
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A hint that something happened to a payment; the truth is fetched."""

    event_id: str
    kind: str
    ref: str


class Provider(Protocol):
    """Idempotent by key and ref; each method may raise ProviderDown."""

    name: str

    def open_payment(self, wanted: Wanted) -> Opened:
        """Open a payment, or return the one that this key has opened already."""

    def fetch(self, ref: str, *, now: datetime) -> Truth:
        """Ask how a payment stands."""

    def close(self, ref: str) -> None:
        """Let nobody pay it any more; harmless when it is paid or closed."""

    def refund(self, ref: str, *, amount: int, key: str) -> str:
        """Give back a part or all, once for each key; return the provider's name for it.

        Raises:
            RefundRefused: it will never be done.
        """

    def read_event(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> Event:
        """Check the signature over the raw body and read what it is about.

        Raises:
            ForgedEvent: it is not the provider's, or too old.
        """
