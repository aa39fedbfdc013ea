"""Personal data of the business: how long each class is kept, and what was done with it
(rules D11, D13)."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.dashboard.setup.forms.privacy import FOR_EVER, PeriodsForm
from apps.privacy import operations
from apps.privacy.models import Retention
from apps.privacy.queries.desk import find_last_expiry, list_entries
from apps.privacy.queries.retention import find_retention


@owner_page(Right.SETTINGS, "GET", "POST")
def privacy(request: OwnerRequest) -> HttpResponse:
    """Show and set the periods; list what was erased and corrected, by whom, and how much."""
    now = timezone.now()
    if request.method != "POST":
        return _show(request, _form(request), now=now)
    form = PeriodsForm(request.POST)
    if not form.is_valid():
        return _show(request, form, now=now, status=422)
    try:
        operations.set_periods(
            periods=form.periods(),
            revision=form.cleaned_data["revision"],
            by=request.access.member,
            now=now,
        )
    except operations.PeriodsChanged as changed:
        form = _form(request)
        words = _("Somebody else has changed this. Here is how it stands now.")
        return _show(request, form, now=now, status=changed.status, problem=words)
    return to_page(request, "privacy", query={"saved": "1"})


def _form(request: OwnerRequest) -> PeriodsForm:
    found = find_retention(business_id=request.access.business.pk)
    shown = {name: getattr(found, name) or FOR_EVER for name in Retention.PERIODS}
    return PeriodsForm(initial={**shown, "revision": found.revision})


def _show(
    request: OwnerRequest, form: PeriodsForm, *, now: datetime, status: int = 200, problem: str = ""
) -> HttpResponse:
    of = request.access.business.pk
    context = {
        "form": form,
        "entries": list_entries(business_id=of),
        "last_expiry": find_last_expiry(business_id=of),
        "is_set": find_retention(business_id=of).revision > 0,
        "saved": "saved" in request.GET and request.method != "POST",
        "problem": problem,
    }
    page = "dashboard/privacy.html"
    return show(request, page, context, now=now, current="privacy", status=status)
