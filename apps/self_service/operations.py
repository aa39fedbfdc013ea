from datetime import datetime

from django.db import transaction

from apps.businesses.models import Business
from apps.outbox import operations as outbox

TOPIC = "bookings.find"


@transaction.atomic
def ask_for_links(
    *, business: Business, email: str, reference: str, now: datetime, form_key: str = ""
) -> None:
    """Have one mail sent that lists the future bookings of an address, each with a fresh link.

    Whether the address is known is found out by the worker, so that the answer here takes the
    same time for all. email is in lower case. The same form_key sends one.
    """
    outbox.enqueue(
        topic=TOPIC,
        payload={"business_id": business.pk, "email": email, "reference": reference.upper()},
        business_id=business.pk,
        now=now,
        key=f"{TOPIC}:{form_key}" if form_key else "",
    )
