"""The public pages, for search engines (sitemaps.org)."""

from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.businesses.models import Business
from apps.businesses.pages import absolute
from apps.catalog.queries import list_public_pages

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
MAX_ADDRESSES = 50_000


@require_safe
def sitemap(_request: HttpRequest) -> HttpResponse:
    """List the home pages of published businesses and the pages of their services."""
    homes = Business.objects.filter(state=Business.State.PUBLISHED).order_by("pk")
    paths = [
        reverse("bookings:home", kwargs={"business": slug})
        for slug in homes.values_list("slug", flat=True)[:MAX_ADDRESSES]
    ]
    paths += [
        reverse("bookings:service", kwargs={"business": business, "service": service})
        for business, service in list_public_pages()[: MAX_ADDRESSES - len(paths)]
    ]
    rows = "".join(f"<url><loc>{escape(absolute(path))}</loc></url>" for path in paths)
    body = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="{NAMESPACE}">{rows}</urlset>'
    return HttpResponse(body, content_type="application/xml; charset=utf-8")
