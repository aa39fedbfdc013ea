"""The customer of a booking is erased by the team, for whom cannot do it by mail (rule D10)."""

from datetime import datetime
from http import HTTPStatus

from django.http import Http404, HttpResponse
from django.utils import timezone

from apps.customers.models import Customer
from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.forms import EraseForm
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.privacy import operations as privacy
from apps.privacy.queries.whose import find_in_the_way


@owner_page(Right.ERASE, "GET", "POST")
def erase(request: OwnerRequest, reference: str) -> HttpResponse:
    """Say what goes and what stays, then do it with a reason."""
    now, customer = timezone.now(), request.access.booking(reference).customer
    if customer is None:
        raise Http404
    if request.method != "POST":
        return _ask(request, reference, customer, EraseForm(), now=now)
    form = EraseForm(request.POST)
    if not form.is_valid():
        return _ask(request, reference, customer, form, now=now, status=422)
    try:
        privacy.erase_person(
            business_id=request.access.business.pk,
            customer_id=customer.pk,
            by=request.access.member,
            reason=form.cleaned_data["reason"],
            now=now,
        )
    except privacy.StillOpen as refused:
        return _ask(request, reference, customer, form, now=now, status=refused.status)
    return to_page(request, "booking", reference, fragment="customer")


def _ask(
    request: OwnerRequest,
    reference: str,
    customer: Customer,
    form: EraseForm,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    of = customer.business_id
    found = find_in_the_way(business_id=of, email=customer.email, customer=customer, now=now)
    context = {
        "reference": reference,
        "customer": customer,
        "in_the_way": found,
        "form": form,
        "is_refused": status == HTTPStatus.CONFLICT,
    }
    return show(request, "dashboard/erase.html", context, now=now, status=status)
