"""Small public things of a business and of the portal: accent, front page, robots, sitemap."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.businesses.accent import accent_css, accent_digest
from apps.businesses.models import Business
from apps.businesses.pages import absolute, public_page
from apps.businesses.queries import list_published
from apps.web.http import render_page

A_YEAR = 365 * 24 * 3600
CLOSED_TO_ROBOTS = (
    *("/own/", "/book/", "/done/", "/manage/", "/m/", "/me/", "/dev/", "/hooks/"),
    *("/p/", "/plans/", "/gifts/", "/practice/"),
)


@require_safe
@public_page
def accent(_request: HttpRequest, business: Business, digest: str) -> HttpResponse:
    """Serve the six tones of a business; the digest in the address makes them last for ever."""
    if digest != accent_digest(business.accent):
        raise Http404
    response = HttpResponse(accent_css(business.accent), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show the businesses of this portal."""
    businesses = [
        {
            "name": business.name,
            "headline": business.headline,
            "promise": business.promise,
            "url": reverse("bookings:home", kwargs={"business": business.slug}),
        }
        for business in list_published()
    ]
    context = {
        "businesses": businesses,
        "sign_in_url": reverse(settings.LOGIN_URL),
        "outbox_url": "/dev/outbox/" if settings.DEMO else "",
    }
    return render_page(request, "web/front.html", None, context)


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Tell robots where not to go (RFC 9309); the operator's path stays unnamed."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS)]
    lines.append(f"Sitemap: {absolute(reverse('catalog:sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
