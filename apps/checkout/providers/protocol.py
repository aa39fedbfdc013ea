"""What a payment provider has to do for us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from apps.kernel.refusals import Refusal


class ProviderDown(Refusal):
    """The provider did not answer, or not in a way we understand; it may be asked again."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class ProviderGone(ProviderDown):
    """This portal does not speak to the provider any more, because its keys are gone."""


class RefundRefused(Exception):
    """The provider will never do this refund."""


class OpenRefused(ProviderDown):
    """The provider will never open this payment, so that nobody can pay it."""


class CaptureRefused(Exception):
    """The provider will never take this amount: the bank let it go. Its text is for people."""


class ForgedEvent(Refusal):
    """Not signed by the provider, too old, or no event at all (rule M6)."""

    status = HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, slots=True)
class Bounds:
    """The amounts of one currency that can be paid online, in minor units: from least to most, in
    steps of step."""

    least: int = 1
    most: int = 2_000_000_000
    step: int = 1

    def takes(self, amount: int) -> bool:
        """Whether this amount can be paid."""
        return self.least <= amount <= self.most and amount % self.step == 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payment to be opened: key makes it idempotent; amount in minor units; times are UTC.

    captures_later: the amount is only authorized on the card until ``capture``. saves_card: the
    card may be charged again later without its owner (``charge_saved``).
    """

    key: str
    amount: int
    currency: str
    seller: str
    words: str
    email: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    captures_later: bool = False
    saves_card: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """ref names the payment at the provider; the customer pays at url, "" when nobody has to."""

    ref: str
    url: str


@dataclass(frozen=True, slots=True)
class Returned:
    """One refund as the provider knows it: its name there, our key ("" where somebody made it on
    the provider's own pages), and minor units. refused says in words why the bank did not take the
    money after all, which may turn out days after the provider said yes and is for good; "" while
    it stands."""

    ref: str
    key: str
    amount: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """How a payment stands at the provider at this moment, in minor units.

    is_open: it can still be paid. failure is for people, "" when nothing failed. authorized is kept
    authorized and not captured; saved is the provider's name of a card that may be charged
    again later, "" when there is none. refunds are those that the provider tells one by one;
    refunded is what is gone, without those that were refused.
    """

    amount: int
    currency: str
    captured: int
    refunded: int
    is_open: bool
    failure: str = ""
    authorized: int = 0
    saved: str = ""
    refunds: tuple[Returned, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A hint that something happened to a payment; the truth is fetched.

    The payment is named by ref, or by key where the provider speaks of a part of it only, or by one
    of its refunds ("" each when it does not say). An event about nothing of ours has none of them.
    """

    event_id: str
    kind: str
    ref: str
    key: str = ""
    refund: str = ""


class Provider(Protocol):
    """Idempotent by key and ref; each method may raise ProviderDown.

    can_authorize: it can authorize an amount now and take it later (``Wanted.captures_later``).
    """

    name: str
    can_authorize: bool

    def bounds(self, currency: str) -> Bounds:
        """What amounts of a currency can be paid; known without asking."""

    def open_payment(self, wanted: Wanted) -> Opened:
        """Open a payment, or return the one that this key has opened already.

        Raises:
            OpenRefused: it will never be opened.
        """

    def charge_saved(self, wanted: Wanted, *, saved: str) -> Opened:
        """Charge a saved card without its owner, once for each key; there is no page to pay on.

        A card that is declined is no error: ``fetch`` tells the failure in words.

        Raises:
            OpenRefused: there is no such card any more.
        """

    def find_charge(self, key: str, *, saved: str) -> str:
        """The ref of what ``charge_saved`` made under this key, "" when it never came to that."""

    def fetch(self, ref: str, *, now: datetime) -> ProviderPayment:
        """Ask how a payment stands."""

    def close(self, ref: str) -> None:
        """Let nobody pay it any more, and let go what is authorized; harmless when it is paid or
        closed."""

    def capture(self, ref: str, *, key: str) -> None:
        """Take all of what is authorized; harmless when it was taken already.

        Raises:
            CaptureRefused: it will never be done.
        """

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
