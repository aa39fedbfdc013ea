"""What the link in an e-mail is for (rule S23)."""

from datetime import datetime

from apps.messages.facts import BookingFacts, Kind


def purpose_of(facts: BookingFacts, kind: Kind, *, now: datetime) -> str:
    """What the link of a mail to the customer is for, and all that it opens (rule S23)."""
    if kind in {Kind.OFFERED, Kind.BETTER}:
        return "OFFER"
    if kind is Kind.LET_GO and facts.status != "PENDING":
        return "PAY"
    if kind in {Kind.CANCELED, Kind.OWED} and facts.owed:
        return "PAY"
    if kind is Kind.TOO_LATE or (
        kind is Kind.DECLINED and any(it > now for it in facts.suggestions)
    ):
        return "TIME"
    return "MANAGE"
