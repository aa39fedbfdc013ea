"""All that is kept of one mailbox as a customer, over all businesses, for whoever has proven it:
plain values, to be written as JSON. What a team notes for itself is not in it, nor anybody else's
address."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Prefetch, QuerySet

from apps.bookings.models import Answer, Booking
from apps.checkout.models import CreditEntry, GiftCard, PlanPurchase
from apps.customers.models import Customer
from apps.customers.queries import list_devices
from apps.messages.models import Message
from apps.prepaid.queries.of_mailbox import cards_of_mailbox

Plain = dict[str, Any]
M = TypeVar("M", bound=Model)


def own_data(*, email: str, now: datetime, business_id: int | None = None) -> Plain:
    """Return what is kept of an address (lower case), by one business or (None) by all, in a
    constant number of queries. Instants are UTC (ISO 8601), money is minor units beside its
    currency. Where an address is signed in is no business's."""
    contacts = _of(Customer.objects.filter(email=email), business_id).order_by("pk")
    devices = list_devices(email=email, now=now) if business_id is None else []
    return {
        "address": email,
        "made_at": _at(now),
        "contacts": [_contact(it) for it in contacts.prefetch_related("consents")],
        "bookings": [_booking(it) for it in _of(bookings_of_mailbox(email), business_id)],
        "plans": [_plan(it) for it in _of(_plans(email), business_id)],
        "gift_cards": [_card(it, email) for it in _of(_cards(email), business_id)],
        "mails": [_mail(it) for it in _of(mails_to(email), business_id)],
        "devices": [{"name": it.name, "signed_in_at": _at(it.signed_in_at)} for it in devices],
    }


def _of(rows: QuerySet[M], business_id: int | None) -> QuerySet[M]:
    """With their businesses; those of one, where one is meant."""
    found = rows if business_id is None else rows.filter(business_id=business_id)
    return found.select_related("business")


def bookings_of_mailbox(email: str) -> QuerySet[Booking]:
    """The finished bookings of an address, the soonest first, with who comes and what they
    answered."""
    mine = Booking.objects.filter(customer__email=email)
    finished = mine.exclude(status=Booking.Status.CREATED)
    answers = Prefetch("answers", Answer.objects.select_related("participant"))
    return finished.prefetch_related("participants", answers).order_by("starts_at", "pk")


def _plans(email: str) -> QuerySet[PlanPurchase]:
    mine = PlanPurchase.objects.filter(customer__email=email)
    entries = Prefetch("entries", CreditEntry.objects.select_related("booking"))
    return mine.prefetch_related(entries).order_by("pk")


def _cards(email: str) -> QuerySet[GiftCard]:
    return cards_of_mailbox(email).prefetch_related("entries").order_by("pk")


def mails_to(email: str) -> QuerySet[Message]:
    """What was written to an address about its bookings; nothing that the team was sent."""
    sent = Message.objects.filter(to_address=email, status=Message.Status.SENT)
    return sent.filter(booking__customer__email=email).order_by("pk")


def _contact(contact: Customer) -> Plain:
    consents = [
        {"words": it.wording, "given_at": _at(it.given_at), "withdrawn_at": _at(it.withdrawn_at)}
        for it in contact.consents.all()
    ]
    return {
        "business": contact.business.name,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "since": _at(contact.created_at),
        "consents": consents,
    }


def _booking(booking: Booking) -> Plain:
    return {
        "business": booking.business.name,
        "reference": booking.reference,
        "service": booking.title,
        "extras": list(booking.as_booked.extras),
        "status": booking.status,
        "starts_at": _at(booking.starts_at),
        "ends_at": _at(booking.ends_at),
        "time_zone": booking.time_zone,
        "people": booking.party_size,
        "price": booking.price,
        "paid": booking.paid,
        "returned": booking.returned,
        "currency": booking.currency,
        "name": booking.contact_name,
        "email": booking.contact_email,
        "phone": booking.contact_phone,
        "address_of_visit": booking.visit_address,
        "note": booking.customer_note,
        "who_comes": [it.name for it in booking.participants.all()],
        "answers": [_answer(it) for it in booking.answers.all()],
        "booked_at": _at(booking.created_at),
    }


def _answer(answer: Answer) -> Plain:
    of = answer.participant.name if answer.participant else ""
    return {"question": answer.label, "answer": answer.value, "about": of}


def _plan(plan: PlanPurchase) -> Plain:
    entries = [
        {
            "at": _at(it.at),
            "what": it.kind,
            "visits": it.amount,
            "booking": it.booking.reference if it.booking else "",
        }
        for it in plan.entries.all()
    ]
    return {
        "business": plan.business.name,
        "reference": plan.reference,
        "name": plan.name,
        "status": plan.status,
        "visits_left": plan.balance,
        "price": plan.price,
        "currency": plan.currency,
        "phone": plan.contact_phone,
        "bought_at": _at(plan.made_at),
        "starts_at": _at(plan.starts_at),
        "ends_at": _at(plan.ends_at),
        "entries": entries,
    }


def _card(card: GiftCard, email: str) -> Plain:
    """The address of the other one who has it stays theirs."""
    entries = [
        {"at": _at(it.at), "what": it.kind, "amount": it.amount} for it in card.entries.all()
    ]
    return {
        "business": card.business.name,
        "reference": card.reference,
        "status": card.status,
        "value": card.value,
        "balance": card.balance,
        "currency": card.currency,
        "from": card.buyer_name,
        "for": card.to_name,
        "words": card.words,
        "bought_by_you": card.buyer_email == email,
        "bought_at": _at(card.made_at),
        "entries": entries,
    }


def _mail(message: Message) -> Plain:
    return {
        "business": message.business.name,
        "to": message.to_address,
        "sent_at": _at(message.sent_at),
        "subject": message.subject,
        "text": message.body_text,
    }


def _at(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
