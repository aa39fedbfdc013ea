from datetime import datetime

from django.db import transaction

from apps.bookings.models import Booking
from apps.bookings.operations.drafts import require_sold
from apps.bookings.operations.errors import CustomerBlocked, SlotGone
from apps.bookings.operations.submit import (
    Details,
    contact,
    lock_draft,
    price_now,
    reject_blocked_draft,
    require_not_blocked,
    write_answers,
    write_consents,
)
from apps.bookings.queries.drafts import reads_otherwise
from apps.customers.operations import find_or_add_customer


def prepare_draft(
    *, draft_id: str, details: Details, seen_price: int | None, now: datetime
) -> Booking:
    """Write the details of a draft that is paid for in the next step; it stays a draft.

    Sent again they replace what was written; once it is a booking nothing changes (rule B6).

    Raises:
        DraftGone: there is no such draft.
        CustomerBlocked: the business blocked this person; the time is given back.
        PriceChanged: the price is another one now.
        SlotGone: the service no longer offers what was chosen, or the clock of the place was
            changed.
    """
    try:
        return _prepare_once(draft_id, details, seen_price=seen_price, now=now)
    except CustomerBlocked as blocked:
        reject_blocked_draft(draft_id, blocked, now=now)
        raise


@transaction.atomic
def _prepare_once(
    draft_id: str, details: Details, *, seen_price: int | None, now: datetime
) -> Booking:
    booking = lock_draft(draft_id=draft_id)
    if booking.status != Booking.Status.CREATED:
        return booking
    require_not_blocked(booking, details)
    require_sold(booking, now=now)
    _choice, price = price_now(booking, seen_price=seen_price, now=now)
    if reads_otherwise(booking):
        raise SlotGone
    booking.customer = find_or_add_customer(
        business_id=booking.business_id,
        name=details.name,
        email=details.email,
        phone=details.phone,
        now=now,
    )
    columns = {**contact(details), "price": price.total, "price_text": price.text}
    columns["draft_text"] = booking.draft_text  # what was typed comes back when they change it
    for name, value in columns.items():
        setattr(booking, name, value)
    booking.save(update_fields=["customer", *columns])
    booking.answers.all().delete()
    booking.participants.all().delete()
    write_answers(booking, details)
    write_consents(booking, details, now=now)
    return booking
