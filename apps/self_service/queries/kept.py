"""What one business keeps of somebody, for the page on which they read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.checkout.models import PlanPurchase
from apps.customers.models import Customer
from apps.prepaid.queries.of_mailbox import cards_of_mailbox
from apps.privacy.queries.desk import find_customer
from apps.privacy.queries.whose import InTheWay, find_in_the_way
from apps.self_service.queries.own_bookings import bookings_of_mailbox
from apps.self_service.queries.own_data import mails_to

MOST_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Kept:
    """customer is None where there are only gift cards. Of bookings the newest are listed, the
    file has them all; mails and cards are how many."""

    email: str
    customer: Customer | None
    bookings: Sequence[Booking]
    all_bookings: int
    plans: Sequence[PlanPurchase]
    mails: int
    cards: int


def read_kept(*, business: Business, email: str) -> Kept:
    """Read what a business keeps of an address (lower case), in a constant number of queries."""
    customer = find_customer(business_id=business.pk, email=email)
    booked = bookings_of_mailbox(email).filter(business=business)
    plans = customer.plans.exclude(status=PlanPurchase.Status.DRAFT) if customer else None
    return Kept(
        email=email,
        customer=customer,
        bookings=list(booked.order_by("-starts_at", "-pk")[:MOST_SHOWN]),
        all_bookings=booked.count(),
        plans=list(plans.order_by("-pk")[:MOST_SHOWN]) if plans is not None else [],
        mails=mails_to(email).filter(business=business).count(),
        cards=cards_of_mailbox(email).filter(business=business).count(),
    )


def in_the_way_of(kept: Kept, *, business: Business, now: datetime) -> InTheWay:
    """What has to end before that can be erased."""
    return find_in_the_way(
        business_id=business.pk, email=kept.email, customer=kept.customer, now=now
    )


def businesses_that_know(email: str) -> list[Business]:
    """The businesses that keep something of an address (lower case), by name; two queries."""
    by_contact = Customer.objects.filter(email=email).values("business")
    by_card = cards_of_mailbox(email).values("business")
    known = Business.objects.filter(pk__in=by_contact) | Business.objects.filter(pk__in=by_card)
    return [it for it in known.order_by("name", "pk") if it.is_public]
