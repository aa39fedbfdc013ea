"""What becomes of requests for a service that nobody answers in time."""

from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog import operations as catalog
from apps.catalog.models import Service
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.dashboard.setup.queries.price_list import get_priced_service
from apps.web.fields import PlainNumberField


class UnansweredForm(forms.Form):
    """The choice, and the revision of the service as the page showed it."""

    unanswered = forms.ChoiceField(
        label=gettext_lazy("If nobody answers in time"),
        choices=Service.Unanswered,
        widget=forms.RadioSelect,
    )
    revision = PlainNumberField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


@owner_page(Right.PRICES, "GET", "POST")
def service_requests(request: OwnerRequest, service_id: int) -> HttpResponse:
    """Show the choice; with POST, keep it. 404 for a service that is booked without asking."""
    service = _service(request, service_id)
    form = _form(request, service)
    if request.method != "POST":
        return _show(request, service, form)
    if not form.is_valid():
        return _show(request, service, form, status=422)
    try:
        catalog.change_unanswered(
            business_id=service.business_id,
            service_id=service.pk,
            unanswered=Service.Unanswered(form.cleaned_data["unanswered"]),
            seen_revision=form.cleaned_data["revision"],
        )
    except catalog.ServiceHasChanged:
        fresh = _service(request, service_id)
        form = _form(request, service, revision=str(fresh.revision))
        chosen = Service.Unanswered(fresh.unanswered).label
        form.add_error(None, _("Somebody else has changed this service. Please check again."))
        form.add_error("unanswered", _("It is now “%(now)s”.") % {"now": chosen})
        return _show(request, service, form, status=409)
    return to_page(request, "service_requests", service.pk, query={"saved": "1"})


def _service(request: OwnerRequest, service_id: int) -> Service:
    service = get_priced_service(access=request.access, service_id=service_id)
    if not service.requires_approval:
        raise Http404
    return service


def _form(request: OwnerRequest, service: Service, *, revision: str = "") -> UnansweredForm:
    """With a revision: what was typed, for a next try that knows how the service is now."""
    if request.method != "POST":
        known = {"unanswered": service.unanswered, "revision": service.revision}
        return UnansweredForm(initial=known)
    typed = request.POST.copy()
    if revision:
        typed["revision"] = revision
    return UnansweredForm(typed)


def _show(
    request: OwnerRequest, service: Service, form: UnansweredForm, *, status: int = 200
) -> HttpResponse:
    return show(
        request,
        "dashboard/service_requests.html",
        None,
        {
            "service": service,
            "form": form,
            "hours": request.access.business.answer_within_hours,
            "saved": request.GET.get("saved") == "1",
        },
        now=timezone.now(),
        current="services",
        status=status,
    )
