"""Contacts of one business: found or added, blocked and let back in (rule B25)."""

from collections.abc import Collection
from datetime import datetime

from apps.customers.models import Customer


def find_or_add_customer(
    *, business_id: int, name: str, email: str, phone: str, now: datetime
) -> Customer:
    """Return the contact of this business with this address (lower case), new if need be.

    One statement, safe under any number of parallel bookings. A known contact is not changed by
    what a stranger typed: the booking keeps its own name and phone (rule B25).
    """
    customer = Customer(
        business_id=business_id, name=name, email=email, phone=phone, created_at=now
    )
    # The address is written over itself, for the key of a row that is there already.
    Customer.objects.bulk_create(
        [customer],
        update_conflicts=True,
        update_fields=["email"],
        unique_fields=["business", "email"],
    )
    return customer


def block_customer(*, business_id: int, customer_id: int, blocked: bool = True) -> None:
    """Let a contact of this business book online no more, or (blocked=False) again; what is booked
    stands (rule B25).

    Raises:
        Customer.DoesNotExist: not a contact of this business.
    """
    contacts = Customer.objects.filter(pk=customer_id, business_id=business_id)
    if not contacts.update(blocked=blocked):
        raise Customer.DoesNotExist


def unblock_customer(*, business_id: int, customer_id: int) -> None:
    """Let a contact book online again.

    Raises:
        Customer.DoesNotExist: not a contact of this business.
    """
    block_customer(business_id=business_id, customer_id=customer_id, blocked=False)


def note_turned_away(*, customer_ids: Collection[int], now: datetime) -> None:
    """Remember that blocked contacts tried to book, for the owner to see."""
    Customer.objects.filter(pk__in=customer_ids).update(turned_away_at=now)
