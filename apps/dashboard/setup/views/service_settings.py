"""The services of the business: what one of them costs and how it is paid (rules M5, M2), and what
becomes of requests for it that nobody answers in time."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.catalog import operations as catalog
from apps.catalog.models import Service
from apps.catalog.payment_problems import find_out_of_reach
from apps.catalog.pricing import payment_problems
from apps.catalog.queries.offered import terms_of
from apps.checkout.providers import provider_in_use
from apps.dashboard.access import OwnerRequest
from apps.dashboard.frame.views.owner_page import owner_page, show, to_page
from apps.dashboard.roles import Right
from apps.dashboard.setup.forms.service_settings import PaymentForm, UnansweredForm
from apps.dashboard.setup.queries.service_settings import (
    get_priced_service,
    list_service_groups,
    paid_words,
    preview_payment,
    price_words,
)


@owner_page(Right.PRICES)
def services(request: OwnerRequest) -> HttpResponse:
    """List what the business offers, with what it costs."""
    context = {"groups": list_service_groups(access=request.access)}
    return show(request, "dashboard/services.html", context, now=timezone.now(), current="services")


@owner_page(Right.PRICES, "GET", "POST")
def service_payment(request: OwnerRequest, service_id: int) -> HttpResponse:
    """Show the terms of a service, or those being typed; with POST, keep them."""
    now = timezone.now()
    service = _service(request, service_id)
    if request.method == "POST":
        return _save(request, service, now=now)
    typed = request.GET if "price_kind" in request.GET else None
    form = _payment_form(typed, service)
    if typed is not None and form.is_valid():
        _judge(form, service)
    return _show_payment(request, form, now=now)


def _judge(form: PaymentForm, service: Service) -> None:
    """Refuse what could not be kept, as it will be when it is saved."""
    terms = form.terms()
    problems = payment_problems(
        terms, requires_approval=service.requires_approval, can_authorize=_can_authorize()
    )
    form.refuse(problems)
    if not problems:
        form.refuse_amounts(find_out_of_reach(terms, business=service.business))


def _save(request: OwnerRequest, service: Service, *, now: datetime) -> HttpResponse:
    """Keep the terms; 422 for a mistake, 409 with what is stored and what was typed."""
    form = _payment_form(request.POST, service)
    if not form.is_valid():
        return _show_payment(request, form, now=now, status=422)
    try:
        catalog.change_payment(
            business_id=service.business_id,
            service_id=service.pk,
            terms=form.terms(),
            seen_revision=form.cleaned_data["revision"],
            can_authorize=_can_authorize(),
        )
    except catalog.PaymentImpossible as impossible:
        form.refuse(impossible.problems)
        return _show_payment(request, form, now=now, status=422)
    except catalog.PaymentOutOfReach as beyond:
        form.refuse_amounts(beyond.amounts)
        return _show_payment(request, form, now=now, status=422)
    except catalog.ServiceHasChanged:
        fresh = _service(request, service.pk)
        form = PaymentForm(request.POST, service=fresh, can_authorize=_can_authorize(), keeps=True)
        return _show_payment(request, form, now=now, status=409)
    return to_page(request, "service_payment", service.pk, query={"saved": "1"})


def _service(request: OwnerRequest, service_id: int) -> Service:
    return get_priced_service(access=request.access, service_id=service_id)


def _can_authorize() -> bool:
    """Whether money can be authorized until the team has said yes (ADR 16)."""
    provider = provider_in_use()
    return provider is not None and provider.can_authorize


def _payment_form(typed: object, service: Service) -> PaymentForm:
    return PaymentForm(typed, service=service, can_authorize=_can_authorize())


def _show_payment(
    request: OwnerRequest, form: PaymentForm, *, now: datetime, status: int = 200
) -> HttpResponse:
    service, stored = form.service, terms_of(form.service)
    terms = stored if not form.is_bound else form.terms() if form.is_valid() else None
    if terms is not None:
        form.warn(find_out_of_reach(terms, business=service.business))
    context = {
        "form": form,
        "service": service,
        "preview": preview_payment(service=service, terms=terms) if terms else None,
        "stale": status == 409,  # noqa: PLR2004 - Conflict
        "saved": "saved" in request.GET and not form.is_bound,
        "stored": {
            "price": price_words(terms=stored, business=service.business),
            "paid": paid_words(terms=stored, business=service.business),
        },
    }
    return show(
        request,
        "dashboard/service_payment.html",
        context,
        fragment="dashboard/_payment_preview.html",
        now=now,
        current="services",
        status=status,
    )


@owner_page(Right.PRICES, "GET", "POST")
def service_requests(request: OwnerRequest, service_id: int) -> HttpResponse:
    """Show the choice; with POST, keep it. 404 for a service that is booked without asking."""
    service = _service_with_requests(request, service_id)
    form = _unanswered_form(request, service)
    if request.method != "POST":
        return _show_unanswered(request, service, form)
    if not form.is_valid():
        return _show_unanswered(request, service, form, status=422)
    try:
        catalog.change_unanswered(
            business_id=service.business_id,
            service_id=service.pk,
            unanswered=Service.Unanswered(form.cleaned_data["unanswered"]),
            seen_revision=form.cleaned_data["revision"],
        )
    except catalog.ServiceHasChanged:
        fresh = _service_with_requests(request, service_id)
        form = _unanswered_form(request, service, revision=str(fresh.revision))
        chosen = Service.Unanswered(fresh.unanswered).label
        form.add_error(None, _("Somebody else has changed this service. Please check again."))
        form.add_error("unanswered", _("It is now “%(now)s”.") % {"now": chosen})
        return _show_unanswered(request, service, form, status=409)
    return to_page(request, "service_requests", service.pk, query={"saved": "1"})


def _service_with_requests(request: OwnerRequest, service_id: int) -> Service:
    service = get_priced_service(access=request.access, service_id=service_id)
    if not service.requires_approval:
        raise Http404
    return service


def _unanswered_form(
    request: OwnerRequest, service: Service, *, revision: str = ""
) -> UnansweredForm:
    """With a revision: what was typed, for a next try that knows how the service is now."""
    if request.method != "POST":
        known = {"unanswered": service.unanswered, "revision": service.revision}
        return UnansweredForm(initial=known)
    typed = request.POST.copy()
    if revision:
        typed["revision"] = revision
    return UnansweredForm(typed)


def _show_unanswered(
    request: OwnerRequest, service: Service, form: UnansweredForm, *, status: int = 200
) -> HttpResponse:
    return show(
        request,
        "dashboard/service_requests.html",
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
