"""What a customer types into the details form, and where it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.bookings.models import Answer, Booking, Participant
from apps.catalog.models import Question
from apps.customers.models import Consent


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One answer as cleaned text; participant is its place in the list of names, or None."""

    question: Question
    value: str
    participant: int | None = None


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Who comes and how to reach them, cleaned: e-mail in lower case, phone in E.164, the address
    of a home visit in one line."""

    name: str
    email: str
    phone: str = ""
    visit_address: str = ""


@dataclass(frozen=True, slots=True)
class Details(ContactDetails):
    """The same, with all else that the form of a booking asks."""

    note: str = ""
    participant_names: Sequence[str] = ()
    answers: Sequence[GivenAnswer] = ()
    consents: Sequence[str] = ()


def contact(details: Details) -> dict[str, Any]:
    """The columns of a booking that say who comes."""
    return {
        "contact_name": details.name,
        "contact_email": details.email,
        "contact_phone": details.phone,
        "visit_address": details.visit_address,
        "customer_note": details.note,
        "draft_text": {},
    }


def write_answers(booking: Booking, details: Details) -> None:
    """Store the names of the party and the answers."""
    if not (details.participant_names or details.answers):
        return
    people = Participant.objects.bulk_create(
        Participant(booking=booking, name=name, position=position)
        for position, name in enumerate(details.participant_names)
    )
    Answer.objects.bulk_create(
        Answer(
            booking=booking,
            participant=None if answer.participant is None else people[answer.participant],
            question=answer.question,
            label=answer.question.label,
            kind=answer.question.kind,
            value=answer.value,
            sensitive=answer.question.sensitive,
            position=position,
        )
        for position, answer in enumerate(details.answers)
    )


def write_consents(booking: Booking, details: Details, *, now: datetime) -> None:
    """Store what the customer agreed to, in the words that were shown."""
    if details.consents:
        Consent.objects.bulk_create(
            Consent(
                business_id=booking.business_id,
                customer=booking.customer,
                wording=wording,
                given_at=now,
            )
            for wording in details.consents
        )
