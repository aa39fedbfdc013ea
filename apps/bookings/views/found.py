"""What every page of one service does first: find it, or say kindly that it moved or is gone."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.bookings.forms.picks import Unreadable
from apps.businesses.models import Business
from apps.businesses.pages import frame_of, public_page
from apps.catalog.models import Service
from apps.catalog.queries import (
    ServiceMoved,
    ServiceRetired,
    UnknownChoice,
    address_of,
    get_service,
    get_service_list,
)
from apps.web.http import render_page

SIMILAR = 4

View = Callable[..., HttpResponse]


def service_page(view: View) -> View:
    """Give the view a service booked by appointment in place of two slugs.

    A class and a course have pages of their own, to which their addresses lead. Former addresses
    redirect for ever, retired services answer 410 with others like it, and a choice that the
    service does not offer is 404, as is every address we did not make.
    """
    return _page_of(Service.Kind.APPOINTMENT, view)


def course_page(view: View) -> View:
    """Give the view a course, in the same way."""
    return _page_of(Service.Kind.COURSE, view)


def _page_of(kind: str, view: View) -> View:
    @public_page
    @wraps(view)
    def found(
        request: HttpRequest, business: Business, service: str, **kwargs: Any
    ) -> HttpResponse:
        try:
            asked = get_service(business=business, slug=service)
            if asked.kind != kind:
                return HttpResponseRedirect(address_of(service=asked, has_choices=True))
            return view(request, asked, **kwargs)
        except (Service.DoesNotExist, UnknownChoice, Unreadable) as missing:
            raise Http404 from missing
        except ServiceMoved as moved:
            slugs = {"business": business.slug, "service": moved.slug}
            return HttpResponsePermanentRedirect(reverse("bookings:service", kwargs=slugs))
        except ServiceRetired as retired:
            return _retired(request, retired.service)

    return found


def _retired(request: HttpRequest, service: Service) -> HttpResponse:
    rows = get_service_list(business=service.business).rows
    near = sorted(rows, key=lambda row: row.service.category_id != service.category_id)
    context = {
        **frame_of(business=service.business),
        "title_words": _("This service is no longer offered"),
        "words": service.name,
        "similar": [{"name": row.name, "url": row.url, "words": ""} for row in near[:SIMILAR]],
    }
    return render_page(request, "bookings/retired.html", None, context, status=410)
