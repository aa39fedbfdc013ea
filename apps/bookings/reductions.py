"""What may be taken off a price before it is paid. Said by an app above this one, which registers
itself when it is ready; as long as nobody does, prices are what they are."""

from datetime import datetime
from typing import Protocol

from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.catalog.queries import Choice


class Reductions(Protocol):
    """Whoever knows of discounts."""

    def applies_to(self, *, draft: Booking, now: datetime) -> bool:
        """Whether the draft costs less than its price, so that a page has to show it."""
        ...

    def takes_codes(self, *, draft: Booking, now: datetime) -> bool:
        """Whether there is any code or gift card that may pay for the draft, so that a page has to
        ask for it."""
        ...

    def words_before(
        self, *, service: Service, subtotal: int | None, people: int, now: datetime
    ) -> str:
        """One sentence beside a price (minor units; None: on request), or ""."""
        ...


_known: list[Reductions] = []


def register_reductions(reductions: Reductions) -> None:
    """Let this one be asked from now on, and no other."""
    _known[:] = [reductions]


def is_reduced(*, draft: Booking, now: datetime) -> bool:
    """Whether anything is taken off a draft's price."""
    return any(known.applies_to(draft=draft, now=now) for known in _known)


def takes_codes(*, draft: Booking, now: datetime) -> bool:
    """Whether a code or a gift card may be used for a draft."""
    return any(known.takes_codes(draft=draft, now=now) for known in _known)


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
        subtotal=choice.price.total,
        people=choice.party_size,
        now=now,
    )
