"""Where an order stands, by the money that came and went (domain.md 6.2). Pure.

Two machines that never contradict each other: the order is INITIALIZED until money or the promise
of money approves it; its payment status is nothing but arithmetic on its payments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class OrderStatus(StrEnum):
    INITIALIZED = "INITIALIZED"
    APPROVED = "APPROVED"
    CANCELED = "CANCELED"


class PaymentStatus(StrEnum):
    """Of an order."""

    NOT_PAID = "NOT_PAID"
    PENDING = "PENDING"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    FULLY_REFUNDED = "FULLY_REFUNDED"


BOOKING_STATUS = {
    PaymentStatus.NOT_PAID: "NOT_PAID",
    PaymentStatus.PENDING: "NOT_PAID",
    PaymentStatus.PARTIALLY_PAID: "PARTIALLY_PAID",
    PaymentStatus.PAID: "PAID",
    PaymentStatus.PARTIALLY_REFUNDED: "PAID",
    PaymentStatus.FULLY_REFUNDED: "REFUNDED",
}
"""What the booking says, by the table of domain.md 6.2."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One payment: minor units that came and went back; is_open while the provider may still say
    yes. A reversing entry has a negative captured. What is kept aside on a card has not come."""

    captured: int
    refunded: int
    is_open: bool = False
    kept_aside: int = 0


def payment_status(*, total: int, flows: Sequence[Flow]) -> PaymentStatus:
    """Derive the status of an order's money from all of its payments."""
    captured = sum(flow.captured for flow in flows)
    refunded = sum(flow.refunded for flow in flows)
    if refunded:
        whole = refunded >= captured
        return PaymentStatus.FULLY_REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
    if captured >= total > 0:
        return PaymentStatus.PAID
    if captured > 0:
        return PaymentStatus.PARTIALLY_PAID
    is_open = any(flow.is_open or flow.kept_aside for flow in flows)
    return PaymentStatus.PENDING if is_open else PaymentStatus.NOT_PAID


def balance(*, total: int, flows: Sequence[Flow]) -> int:
    """What is still to be paid beside what is kept aside; 0 once anything went back, negative when
    too much came."""
    captured = sum(flow.captured + flow.kept_aside for flow in flows)
    if any(flow.refunded for flow in flows):
        return 0
    return total - captured


def booking_status(status: PaymentStatus, *, total: int) -> str:
    """The payment status of the booking behind an order."""
    return "EXEMPT" if total == 0 else BOOKING_STATUS[status]
