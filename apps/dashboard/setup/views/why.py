"""The owner asks why a date offers no times; the answer is what the picker goes by."""

from django.http import HttpResponse
from django.utils import timezone

from apps.catalog.queries import UnknownChoice
from apps.dashboard.access import OwnerRequest
from apps.dashboard.forms import WhyForm
from apps.dashboard.frame.views.owner_page import owner_page, show
from apps.dashboard.roles import Right
from apps.dashboard.setup.queries.why import find_why


@owner_page(Right.DIAGNOSE)
def why(request: OwnerRequest) -> HttpResponse:
    """Show the form, and the diagnosis when it is filled in; the question is in the address."""
    now = timezone.now()
    form = WhyForm(request.GET or None, business=request.access.business)
    diagnosis = None
    if form.is_valid():
        try:
            diagnosis = find_why(**form.question(), now=now)
        except UnknownChoice:
            form.add_error("staff", form.NOT_THEIRS)
    return show(
        request,
        "dashboard/why.html",
        "dashboard/_reasons.html",
        {"form": form, "diagnosis": diagnosis},
        now=now,
        current="agenda",
        status=422 if form.errors else 200,
    )
