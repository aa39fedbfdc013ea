"""What may be taken off a price before it is paid. Said by an app above this one, which registers
itself when it is ready; as long as nobody does, prices are what they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.catalog.queries import Choice


class Reductions(Protocol):
    """Whoever knows of discounts."""

    def applies_to(self, *, service: Service, subtotal: int, people: int, now: datetime) -> bool:
        """Whether it costs less than its price (minor units), so that a page has to show it."""
        ...

    def takes_codes(self, *, business_id: int, now: datetime) -> bool:
        """Whether there is any code or gift card that may pay for a booking, so that a page has to
        ask for it."""
        ...

    def words_before(
        self, *, service: Service, subtotal: int | None, people: int, now: datetime
    ) -> str:
        """One sentence beside a price (minor units; None: on request), or ""."""
        ...

    def authorized_by_gift(self, *, booking: Booking) -> int:
        """What of the money authorized for a booking a gift card pays, in minor units."""
        ...

    def let_go(self, *, booking: Booking) -> int:
        """What is to be paid online because the bank let go of what was authorized for a live
        booking, in minor units; 0 also where nothing can be paid online."""
        ...

    def paid_parts(self, *, booking: Booking) -> Sequence[tuple[str, int, int]]:
        """In which ways money of a booking came, how much of it, and how much of that went back, in
        minor units."""
        ...


_known: list[Reductions] = []


def register_reductions(reductions: Reductions) -> None:
    """Let this one be asked from now on, and no other."""
    _known[:] = [reductions]


def is_reduced(*, service: Service, subtotal: int, people: int, now: datetime) -> bool:
    """Whether anything is taken off a price (minor units)."""
    return any(
        known.applies_to(service=service, subtotal=subtotal, people=people, now=now)
        for known in _known
    )


def takes_codes(*, business_id: int, now: datetime) -> bool:
    """Whether a code or a gift card may be used for a booking."""
    return any(known.takes_codes(business_id=business_id, now=now) for known in _known)


def authorized_by_gift(booking: Booking) -> int:
    """What of the money authorized for a booking a gift card pays, in minor units."""
    return sum(known.authorized_by_gift(booking=booking) for known in _known)


def let_go(booking: Booking) -> int:
    """What is to be paid online in place of what was authorized and let go, in minor units; nothing
    is asked of what was never to be paid online."""
    if booking.payment_option != Booking.PaymentOption.ONLINE:
        return 0
    return sum(known.let_go(booking=booking) for known in _known)


def paid_in_ways(booking: Booking) -> list[tuple[str, int, int]]:
    """In which ways money of a booking came, how much of it, and how much of that went back, in
    minor units; nothing is asked where none came."""
    if not booking.paid and not booking.returned:
        return []
    return [part for known in _known for part in known.paid_parts(booking=booking)]


def discount_words(*, service: Service, subtotal: int | None, people: int, now: datetime) -> str:
    """What is said beside a price before it is paid, or ""."""
    said = (
        known.words_before(service=service, subtotal=subtotal, people=people, now=now)
        for known in _known
    )
    return " ".join(words for words in said if words)


def choice_words(choice: Choice, *, now: datetime) -> str:
    """The same for what somebody has chosen so far."""
    return discount_words(
        service=choice.service,
        subtotal=choice.price.net,
        people=choice.party_size,
        now=now,
    )
