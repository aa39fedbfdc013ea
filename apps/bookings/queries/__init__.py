"""Questions about bookings and about the times that could become bookings."""

from apps.bookings.queries.offered import (
    NoTime,
    choice_as_booked,
    choice_of,
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
