"""What was done with personal data of the business, for whoever looks after it (rule D11)."""

from django.http import HttpResponse
from django.utils import timezone

from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show
from apps.dashboard.roles import Right
from apps.privacy.queries.desk import list_entries


@owner_page(Right.SETTINGS)
def privacy(request: OwnerRequest) -> HttpResponse:
    """List what was erased and corrected, by whom, and how much of it."""
    context = {"entries": list_entries(business_id=request.access.business.pk)}
    return show(request, "dashboard/privacy.html", context, now=timezone.now(), current="privacy")
