"""Questions about bookings and about the times that could become bookings."""

from apps.bookings.queries.choice import choice_as_booked, choice_of
from apps.bookings.queries.claims import (
    NoTime,
    claim_anyway,
    claim_of,
    claim_of_hold,
    find_claim,
    find_reasons,
    query_again,
    slot_query,
)

__all__ = [
    "NoTime",
    "choice_as_booked",
    "choice_of",
    "claim_anyway",
    "claim_of",
    "claim_of_hold",
    "find_claim",
    "find_reasons",
    "query_again",
    "slot_query",
]
