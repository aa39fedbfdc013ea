"""Verbs about contacts."""

from datetime import datetime

from apps.customers.models import Customer


def find_or_add_customer(
    *, business_id: int, name: str, email: str, phone: str, now: datetime
) -> Customer:
    """Return the contact of this business with this address (lower case), new if need be.

    One statement, safe under any number of parallel bookings. A known contact is not changed by
    what a stranger typed: the booking keeps its own name and phone (R020, security.md 5.2).
    """
    customer = Customer(
        business_id=business_id, name=name, email=email, phone=phone, created_at=now
    )
    return Customer.objects.bulk_create(
        [customer],
        update_conflicts=True,
        unique_fields=["business", "email"],
        update_fields=["email"],
    )[0]
