"""Contacts of one business: found or added, blocked and let back in (rule B25), put right and
erased (rules D10, D11)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from apps.customers.models import (
    ERASED_MAILBOX,
    Consent,
    Customer,
    SavedPerson,
    SignedInDevice,
    SignIn,
)
from apps.customers.queries import fingerprint_of, is_customer


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


def correct_customer(*, customer_id: int, business_id: int, name: str, phone: str) -> bool:
    """Write the name and phone (E.164, or "") of a contact who has proven their mailbox; tell
    whether that changed anything."""
    known = Customer.objects.filter(pk=customer_id, business_id=business_id, erased_at=None)
    return bool(known.exclude(name=name, phone=phone).update(name=name, phone=phone))


@transaction.atomic
def erase_customer(*, customer_id: int, business_id: int, name: str, now: datetime) -> bool:
    """Erase who a contact of this business was, and tell whether that was still to be done: its
    bookings go on pointing to it, under a name that is nobody's.

    One whom the business has blocked leaves a keyed fingerprint of the address, so that the block
    goes on to hold; it tells nothing to whoever does not know the address already.
    """
    known = Customer.objects.select_for_update(no_key=True).filter(
        pk=customer_id, business_id=business_id, erased_at=None
    )
    customer = known.first()
    if customer is None:
        return False
    email = customer.email
    mark = f".{fingerprint_of(email)}" if customer.blocked else ""
    customer.name, customer.phone, customer.user = name, "", None
    customer.email, customer.erased_at = f"{customer.pk}{mark}{ERASED_MAILBOX}", now
    customer.save(update_fields=["name", "email", "phone", "user", "erased_at"])
    Consent.objects.filter(customer=customer).delete()
    if not is_customer(email=email):
        _forget_sign_ins_of(email)
    return True


def _forget_sign_ins_of(email: str) -> None:
    """No business knows the address any more, so that there is nothing left to sign in for, and
    nobody to book for."""
    for model in (SignIn, SignedInDevice, SavedPerson):
        model._default_manager.filter(Q(email=email)).delete()
