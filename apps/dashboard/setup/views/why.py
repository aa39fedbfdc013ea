"""The owner asks why a date offers no times; the answer is what the picker goes by."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.catalog.queries import UnknownChoice
from apps.dashboard.access import OwnerRequest
from apps.dashboard.forms import WhyForm
from apps.dashboard.frame.views.showing import show
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.setup.queries.why import find_why
from apps.web.guards import guarded


@require_safe
@guarded(*roles_with(Right.DIAGNOSE))
def why(request: OwnerRequest, slug: str) -> HttpResponse:
    """Show the form, and the diagnosis when it is filled in; the question is in the address."""
    del slug
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
