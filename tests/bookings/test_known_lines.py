"""Every line that history can have is known to the ledger."""

from apps.bookings.models import BookingEvent
from apps.bookings.operations.transitions import TOPICS
from apps.ledger.laws.history import STATUS_AFTER, STAYS, TOLD


def test_each_line_leads_to_a_status_or_leaves_it_as_it_is() -> None:
    assert sorted([*STATUS_AFTER, *STAYS]) == sorted(BookingEvent.Action)


def test_each_line_that_is_told_is_looked_for_in_the_outbox() -> None:
    """But for refunds that failed, or were handed over, of which nobody was told before: those of
    old have no mail."""
    untold = (BookingEvent.Action.NOT_REFUNDED, BookingEvent.Action.HANDED_BACK)
    assert sorted([*TOLD, *untold]) == sorted(TOPICS)
