"""What of the money of a booking went back: because it was more than the bill, and in person."""

from datetime import datetime

from django.db.models import Exists, Q

from apps.bookings.models import Booking
from apps.checkout.models import CreditNote, Payment, Refund

IN_PERSON = Q(by_hand=True) | Q(payment__kind=Payment.Kind.IN_PERSON)
"""The refunds that the team hands over, as the summary of an order tells them."""


def excess_of(*, booking_id: int, at: datetime) -> int:
    """What went back for a booking at a moment because it was more than the bill, in minor units;
    what it was credited at that moment had been paid for (rule M35). One query."""
    credited = CreditNote.objects.filter(order__booking=booking_id, given_at=at)
    refunds = Refund.objects.filter(
        ~Exists(credited), payment__order__booking=booking_id, created_at=at
    )
    return sum(refunds.values_list("excess", flat=True))


def handed_over_at(*, booking_id: int, at: datetime) -> int:
    """What of the money of a booking that went back at a moment was given back in person, in minor
    units; one query."""
    refunds = Refund.objects.filter(IN_PERSON, payment__order__booking=booking_id, created_at=at)
    return sum(refunds.values_list("amount", flat=True))


def handed_over_of(*, booking: Booking) -> int:
    """All that was given back in person of the money of a booking that it had owed, in minor units;
    one query."""
    refunds = Refund.objects.filter(IN_PERSON, payment__order__booking=booking)
    return sum(it.amount - it.excess for it in refunds.exclude(status=Refund.Status.FAILED))
