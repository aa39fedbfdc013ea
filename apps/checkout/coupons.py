"""May this code be used, and what is it worth (rule M13). Pure.

Amounts are whole minor units; a percentage is in basis points (1000 is 10 %).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from apps.kernel.money import Money

WHOLE = 10_000
QUOTES = frozenset("\"'`´‘’‚“”„«»‹›")
SAME_MAILBOX = frozenset({"gmail.com", "googlemail.com"})
"""Hosts that deliver j.doe and jdoe into one mailbox."""


class Kind(StrEnum):
    """Off by an amount, off by a share, or one fixed price for everything."""

    AMOUNT = "AMOUNT"
    PERCENT = "PERCENT"
    FIXED_PRICE = "FIXED_PRICE"


class Refused(StrEnum):
    UNKNOWN = "UNKNOWN"
    NOT_YET = "NOT_YET"
    OVER = "OVER"
    OTHER_SERVICE = "OTHER_SERVICE"
    TOO_SMALL = "TOO_SMALL"
    USED_UP = "USED_UP"
    USED_BY_YOU = "USED_BY_YOU"
    PAID_ALREADY = "PAID_ALREADY"
    ONE_CODE = "ONE_CODE"
    FIRST_PERIOD = "FIRST_PERIOD"


@dataclass(frozen=True, slots=True)
class Terms:
    """A coupon as it stands: used counts all uses, used_by_customer those of this mailbox. Without
    services it is good for all of them; None is no limit."""

    kind: Kind
    value: int
    starts_at: datetime
    ends_at: datetime | None
    service_ids: frozenset[int]
    min_subtotal: int
    max_uses: int | None
    max_per_customer: int | None
    used: int
    used_by_customer: int
    covers_plans: bool = False


def refusal(
    terms: Terms, *, service_id: int | None, subtotal: int, now: datetime
) -> Refused | None:
    """Why the code cannot be used now, the most lasting reason first; None when it can. service_id
    is None for a plan."""
    if terms.ends_at is not None and now >= terms.ends_at:
        return Refused.OVER
    if now < terms.starts_at:
        return Refused.NOT_YET
    covers = terms.covers_plans if service_id is None else _covers(terms, service_id)
    if not covers:
        return Refused.OTHER_SERVICE
    if subtotal < terms.min_subtotal:
        return Refused.TOO_SMALL
    if terms.max_uses is not None and terms.used >= terms.max_uses:
        return Refused.USED_UP
    if terms.max_per_customer is not None and terms.used_by_customer >= terms.max_per_customer:
        return Refused.USED_BY_YOU
    return None


def _covers(terms: Terms, service_id: int) -> bool:
    return not terms.service_ids or service_id in terms.service_ids


class Worth(Protocol):
    """Whatever takes something off: value is minor units, or basis points for a share."""

    @property
    def kind(self) -> Kind: ...
    @property
    def value(self) -> int: ...


def worth(terms: Worth, *, subtotal: int) -> int:
    """What is taken off a subtotal: never more than all of it, half a unit rounded up."""
    if terms.kind is Kind.AMOUNT:
        return min(terms.value, subtotal)
    if terms.kind is Kind.FIXED_PRICE:
        return max(0, subtotal - terms.value)
    return min(subtotal, (2 * subtotal * terms.value + WHOLE) // (2 * WHOLE))


def spread(discount: int, *, over: tuple[int, ...], currency: str) -> tuple[int, ...]:
    """Split a discount over lines in proportion to their amounts; no unit is lost."""
    if not discount or not sum(over):
        return tuple(0 for _line in over)
    return tuple(part.amount for part in Money(discount, currency).allocate(over))


def mailbox(address: str) -> str:
    """One name for one mailbox (rule M13): without case and what stands behind a plus, and without
    dots where the host ignores them."""
    local, _at, host = address.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    if host in SAME_MAILBOX:
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


def plain_code(raw: str) -> str:
    """A code as it is stored: upper case, without blanks, quotes, what cannot be printed, and a
    full stop at its end."""
    kept = (it for it in raw if it.isprintable() and not it.isspace() and it not in QUOTES)
    return "".join(kept).rstrip(".").upper()
