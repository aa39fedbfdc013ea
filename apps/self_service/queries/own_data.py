"""All that is kept of one mailbox as a customer, over all businesses, for whoever has proven it:
plain values, to be written as JSON. It has every table that ``apps.privacy.taken_along`` names.
What a team notes for itself is not in it, nor anybody else's address."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from apps.customers.models import Customer
from apps.customers.queries import list_devices, list_saved_people
from apps.messages.models import Message
from apps.self_service.queries.own_bookings import all_of_bookings, plain_booking
from apps.self_service.queries.own_money import all_of_cards, all_of_plans, plain_card, plain_plan
from apps.self_service.queries.plain import Plain, at_words

M = TypeVar("M", bound=Model)


def own_data(*, email: str, now: datetime, business_id: int | None = None) -> Plain:
    """Return what is kept of an address (lower case), by one business or (None) by all, in a
    constant number of queries. Instants are UTC (ISO 8601), money is minor units beside its
    currency. Where an address is signed in, and whom they book for, is no business's."""
    contacts = _of(Customer.objects.filter(email=email), business_id).order_by("pk")
    devices = list_devices(email=email, now=now) if business_id is None else []
    saved = list_saved_people(email=email) if business_id is None else []
    return {
        "address": email,
        "made_at": at_words(now),
        "contacts": [_contact(it) for it in contacts.prefetch_related("consents")],
        "bookings": [plain_booking(it) for it in _of(all_of_bookings(email), business_id)],
        "plans": [plain_plan(it) for it in _of(all_of_plans(email), business_id)],
        "gift_cards": [plain_card(it, email) for it in _of(all_of_cards(email), business_id)],
        "mails": [_mail(it) for it in _of(mails_to(email), business_id)],
        "people_booked_for": [
            {"name": it.name, "saved_at": at_words(it.created_at)} for it in saved
        ],
        "devices": [{"name": it.name, "signed_in_at": at_words(it.signed_in_at)} for it in devices],
    }


def _of(rows: QuerySet[M], business_id: int | None) -> QuerySet[M]:
    """With their businesses; those of one, where one is meant."""
    found = rows if business_id is None else rows.filter(business_id=business_id)
    return found.select_related("business")


def mails_to(email: str) -> QuerySet[Message]:
    """What was written to an address about its bookings; nothing that the team was sent."""
    sent = Message.objects.filter(to_address=email, status=Message.Status.SENT)
    return sent.filter(booking__customer__email=email).order_by("pk")


def _contact(contact: Customer) -> Plain:
    consents = [
        {
            "words": it.wording,
            "given_at": at_words(it.given_at),
            "withdrawn_at": at_words(it.withdrawn_at),
        }
        for it in contact.consents.all()
    ]
    return {
        "business": contact.business.name,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "since": at_words(contact.created_at),
        "consents": consents,
    }


def _mail(message: Message) -> Plain:
    return {
        "business": message.business.name,
        "to": message.to_address,
        "sent_at": at_words(message.sent_at),
        "subject": message.subject,
        "text": message.body_text,
    }
