"""All that is kept of one mailbox as a customer, over all businesses, for whoever has proven it:
plain values, to be written as JSON. What a team notes for itself is not in it, nor anybody else's
address."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from apps.bookings.models import Answer, Booking
from apps.checkout.models import CreditEntry, GiftCard, PlanPurchase
from apps.customers.models import Customer
from apps.customers.queries import list_devices
from apps.prepaid.queries.of_mailbox import cards_of_mailbox

Plain = dict[str, Any]


def own_data(*, email: str, now: datetime) -> Plain:
    """Return what is kept of an address (lower case), in a constant number of queries. Instants are
    UTC (ISO 8601), money is minor units beside its currency."""
    contacts = Customer.objects.filter(email=email).select_related("business").order_by("pk")
    devices = list_devices(email=email, now=now)
    return {
        "address": email,
        "made_at": _at(now),
        "contacts": [_contact(it) for it in contacts.prefetch_related("consents")],
        "bookings": [_booking(it) for it in _bookings(email)],
        "plans": [_plan(it) for it in _plans(email)],
        "gift_cards": [_card(it, email) for it in _cards(email)],
        "devices": [{"name": it.name, "signed_in_at": _at(it.signed_in_at)} for it in devices],
    }


def _bookings(email: str) -> QuerySet[Booking]:
    mine = Booking.objects.filter(customer__email=email)
    finished = mine.exclude(status=Booking.Status.CREATED).select_related("business")
    answers = Prefetch("answers", Answer.objects.select_related("participant"))
    return finished.prefetch_related("participants", answers).order_by("starts_at", "pk")


def _plans(email: str) -> QuerySet[PlanPurchase]:
    mine = PlanPurchase.objects.filter(customer__email=email).select_related("business")
    entries = Prefetch("entries", CreditEntry.objects.select_related("booking"))
    return mine.prefetch_related(entries).order_by("pk")


def _cards(email: str) -> QuerySet[GiftCard]:
    found = cards_of_mailbox(email).select_related("business")
    return found.prefetch_related("entries").order_by("pk")


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


def _at(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
