"""Where an order stands, by the money that came and went; from which payments, and for which
lines, money goes back (rule M9). Pure; amounts are whole minor units of one currency.

Two machines that never contradict each other: the order is INITIALIZED until money or the promise
of money approves it; its payment status is nothing but arithmetic on its payments.

What is given back is taken off the bill: it is not asked for again. So a part that went back hides
nothing of what is still owed, and a bill that was paid in full owes nothing after a refund. What
goes back because it was more than the bill (excess) is neither: it never paid for anything, so it
is counted as if it had not come (rule M8).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


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
"""What the booking says."""
STATUS = {
    # something is kept, something is owed, something went back
    (True, True, False): PaymentStatus.PARTIALLY_PAID,
    (True, True, True): PaymentStatus.PARTIALLY_PAID,
    (True, False, False): PaymentStatus.PAID,
    (True, False, True): PaymentStatus.PARTIALLY_REFUNDED,
    (False, True, True): PaymentStatus.FULLY_REFUNDED,
    (False, False, True): PaymentStatus.FULLY_REFUNDED,
}
"""Where nothing came, or all of it was a mistake, a payment that is open makes the difference."""
Share = tuple[int, int]
"""The id of a payment or a line, and an amount of it."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One payment: minor units that came and went back; excess is what of it went back because it
    was more than the bill. is_open while the provider may still say yes. A reversing entry has a
    negative captured. What is authorized on a card has not come."""

    captured: int
    refunded: int
    is_open: bool = False
    authorized: int = 0
    excess: int = 0

    @property
    def came(self) -> int:
        """What came for the bill."""
        return self.captured - self.excess

    @property
    def given_back(self) -> int:
        """What of it went back as a decision."""
        return self.refunded - self.excess


def payment_status(*, total: int, flows: Sequence[Flow]) -> PaymentStatus:
    """Derive the status of an order's money from all of its payments."""
    came = sum(flow.came for flow in flows)
    back = sum(flow.given_back for flow in flows)
    found = STATUS.get((came > back, came < total, back > 0))
    if found is not None:
        return found
    is_open = any(flow.is_open or flow.authorized for flow in flows)
    return PaymentStatus.PENDING if is_open else PaymentStatus.NOT_PAID


def balance(*, total: int, flows: Sequence[Flow]) -> int:
    """What is still to be paid beside what is authorized, in minor units; negative when more came
    than the bill and is still here. What was given back is not asked for again."""
    promised = sum(flow.came + flow.authorized for flow in flows)
    return max(0, total - promised) or -excess(total=total, flows=flows)


def excess(*, total: int, flows: Sequence[Flow]) -> int:
    """What came beyond the bill and is still here, in minor units."""
    here = sum(flow.captured - flow.refunded for flow in flows)
    return max(0, min(here, sum(flow.came for flow in flows) - total))


def booking_status(status: PaymentStatus, *, total: int) -> str:
    """The payment status of the booking behind an order."""
    return "EXEMPT" if total == 0 else BOOKING_STATUS[status]


def split(wanted: int, *, over: Sequence[Share]) -> list[Share]:
    """Take an amount from what is left of each, in their order; those of which nothing is taken are
    left out. When all of them together are too little, less is taken."""
    parts, rest = [], wanted
    for pk, left in over:
        part = min(rest, left)
        if part > 0:
            parts.append((pk, part))
            rest -= part
    return parts


def assign(lines: Mapping[int, int], *, to: Sequence[Share]) -> dict[int, list[Share]]:
    """Say which lines each refund is for, one line after the other; what is left of the refunds in
    the end is for no line."""
    rest, found = dict(lines), {}
    for refund, amount in to:
        found[refund] = split(amount, over=list(rest.items()))
        for line, part in found[refund]:
            rest[line] -= part
    return found


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of the money of something cancelled: back goes back the way it came, by_hand is
    for the team to hand over, kept is the fee as far as it was paid, owed the rest of it."""

    back: int
    by_hand: int
    kept: int
    owed: int


def settle_cancelled(*, paid: int, by_itself: int, fee: int) -> Settlement:
    """Share out what was paid for something that its customer cancelled (rule M33): the fee stays,
    taken first from what could not go back by itself (by_itself is what could)."""
    kept = min(paid, fee)
    back = min(by_itself, paid - kept)
    return Settlement(back=back, by_hand=paid - kept - back, kept=kept, owed=fee - kept)


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of the money of a booking that costs another amount: back goes back the way it
    came, by_hand is for the team to hand over, owed is what is still to be paid of all of it."""

    back: int
    by_hand: int
    owed: int


def settle_difference(*, price: int, flows: Sequence[Flow], by_itself: int) -> Difference:
    """Share out what was paid for something that costs price from now on (rule M35): it counts
    towards that price, and what is beyond it goes back, as far as it can by itself (by_itself is
    what could)."""
    too_much = excess(total=price, flows=flows)
    back = min(by_itself, too_much)
    return Difference(back, too_much - back, max(0, balance(total=price, flows=flows)))
