"""Block a customer, or let them book again: from the page of one of their bookings (rule B25)."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from apps.customers import operations as customers
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.views.answers import booking_or_404
from apps.dashboard.roles import Right, roles_with
from apps.web.guards import guarded
from apps.web.http import go_to


@require_POST
@guarded(*roles_with(Right.BLOCK))
def block(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Let this customer book online no more; what is booked stands."""
    return _change(request, slug, reference, customers.block_customer)


@require_POST
@guarded(*roles_with(Right.BLOCK))
def unblock(request: OwnerRequest, slug: str, reference: str) -> HttpResponse:
    """Let this customer book online again."""
    return _change(request, slug, reference, customers.unblock_customer)


def _change(
    request: OwnerRequest, slug: str, reference: str, verb: Callable[..., None]
) -> HttpResponse:
    booking = booking_or_404(request.access, reference)
    if booking.customer_id is None:
        raise Http404
    verb(business_id=request.access.business.pk, customer_id=booking.customer_id)
    return go_to(request, "dashboard:booking", slug, reference, fragment="customer")
