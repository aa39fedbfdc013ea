"""The desk for one's own data, by link: asked for at one business, known or not; and put
right (rules S24, D11)."""

import secrets
from datetime import datetime

from django.db import transaction

from apps.bookings import operations as bookings
from apps.bookings.operations import Actor
from apps.businesses.models import Business
from apps.customers.operations import correct_customer
from apps.outbox import operations as outbox
from apps.privacy.models import DataRequest, PrivacyEntry
from apps.privacy.proofs import hash_of, token_of

DESK_TOPIC = "privacy.desk"


@transaction.atomic
def ask_for_data(
    *, business: Business, email: str, now: datetime, mails: bool = True, form_key: str = ""
) -> DataRequest:
    """Write down that somebody wants to see what a business keeps of an address (lower case).

    The same work whoever it is: nobody is looked for here. The same form_key is one asking. Without
    mails no mail is sent, because there were too many; the answer is alike.
    """
    asked, is_new = DataRequest.objects.get_or_create(
        form_key=form_key or secrets.token_urlsafe(24),
        defaults={
            "business": business,
            "email": email,
            "asked_at": now,
            "expires_at": now + DataRequest.LIFE,
        },
    )
    if mails and is_new:
        outbox.enqueue(
            topic=DESK_TOPIC,
            payload={"request_id": asked.pk},
            business_id=business.pk,
            now=now,
        )
    return asked


def open_link(*, request_id: int, now: datetime) -> str:
    """Let the link of a request open from now on, and return its token; "" once it would be of no
    use any more. Done again it returns the same."""
    asked = DataRequest.objects.filter(pk=request_id, expires_at__gt=now).first()
    if asked is None:
        return ""
    token = token_of(asked)
    DataRequest.objects.filter(pk=asked.pk).update(token_hash=hash_of(token))
    return token


@transaction.atomic
def correct_person(
    *, business_id: int, customer_id: int, name: str, phone: str, now: datetime
) -> bool:
    """Write another name and phone (E.164, or "") into a contact and their bookings ahead, for
    whoever has proven the mailbox; tell whether that changed anything. The team finds an entry."""
    ahead = bookings.correct_contact(
        customer_id=customer_id,
        business_id=business_id,
        name=name,
        phone=phone,
        actor=Actor.of(None),
        now=now,
    )
    changed = correct_customer(
        customer_id=customer_id, business_id=business_id, name=name, phone=phone
    )
    if not (ahead or changed):
        return False
    PrivacyEntry.objects.create(
        business_id=business_id,
        customer_id=customer_id,
        what=PrivacyEntry.What.CORRECTED,
        actor=PrivacyEntry.Actor.CUSTOMER,
        counts={"bookings": ahead},
        at=now,
    )
    return True


def forget_requests(*, now: datetime) -> int:
    """Delete what was asked for and is over; return how many."""
    return DataRequest.objects.filter(expires_at__lte=now).delete()[0]
