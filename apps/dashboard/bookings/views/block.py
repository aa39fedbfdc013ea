"""Block a customer, or let them book again: from the page of one of their bookings (rule B25)."""

from collections.abc import Callable

from django.http import Http404, HttpResponse

from apps.customers import operations as customers
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.queries.booking_page import get_booking
from apps.dashboard.frame.views.owner_page import owner_page, to_page
from apps.dashboard.roles import Right


@owner_page(Right.BLOCK, "POST")
def block(request: OwnerRequest, reference: str) -> HttpResponse:
    """Let this customer book online no more; what is booked stands."""
    return _change(request, reference, customers.block_customer)


@owner_page(Right.BLOCK, "POST")
def unblock(request: OwnerRequest, reference: str) -> HttpResponse:
    """Let this customer book online again."""
    return _change(request, reference, customers.unblock_customer)


def _change(request: OwnerRequest, reference: str, verb: Callable[..., None]) -> HttpResponse:
    booking = get_booking(access=request.access, reference=reference)
    if booking.customer_id is None:
        raise Http404
    verb(business_id=request.access.business.pk, customer_id=booking.customer_id)
    return to_page(request, "booking", reference, fragment="customer")
