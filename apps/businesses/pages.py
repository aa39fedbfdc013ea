"""The frame of every public page of a business: its name, its links, its clock; and how it is
reached by whoever cannot do something here: by its telephone, else by its e-mail, and nothing is
named that it does not have (rule W10)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.businesses.accent import DEFAULT, accent_digest
from apps.businesses.models import Business, Location
from apps.businesses.queries import BusinessMoved, get_main_location, get_public_business

PageView = Callable[..., HttpResponse]


def public_page(view: PageView) -> Callable[..., HttpResponse]:
    """Give the view the business in place of its slug; former addresses redirect for ever
    (rule B26).

    Raises:
        Http404: there is no such business, or the public may not see it yet.
    """

    @wraps(view)
    def found(request: HttpRequest, business: str, **kwargs: Any) -> HttpResponse:
        try:
            tenant = get_public_business(slug=business)
        except Business.DoesNotExist as missing:
            raise Http404 from missing
        except BusinessMoved as moved:
            address = request.get_full_path().replace(f"/{business}/", f"/{moved.slug}/", 1)
            return HttpResponsePermanentRedirect(address)
        return view(request, tenant, **kwargs)

    return found


def frame_of(*, business: Business, place: Location | None = None) -> dict[str, Any]:
    """Return what base.html shows of a business; one query unless its place is given."""
    location = place or get_main_location(business=business)
    return {
        "business": business,
        "links": links_of(business),
        "place": location,
        "address_words": short_address(location),
        "zone": business.zone,
        "locale": business.locale,
        "language": business.locale.split("-", maxsplit=1)[0],
    }


def links_of(business: Business) -> dict[str, str]:
    """Addresses of the pages every page leads to; higher floors are named, never imported."""
    slug = {"business": business.slug}
    links = {
        "home": reverse("bookings:home", kwargs=slug),
        "find": reverse("self_service:find", kwargs=slug),
        "privacy": reverse("self_service:privacy", kwargs=slug),
        "accent_css": "",
    }
    if business.accent.lower() != DEFAULT:
        digest = {"digest": accent_digest(business.accent)}
        links["accent_css"] = reverse("businesses:accent", kwargs={**slug, **digest})
    return links


def short_address(place: Location | None) -> str:
    """ "Kastanienallee 12, Berlin"."""
    return ", ".join(part for part in (place.street, place.city) if part) if place else ""


def search_map(address: str) -> str:
    """A map search for an address, "" without one: a link, never an embedded map, so that nothing
    is told to anybody before it is tapped."""
    return f"https://www.openstreetmap.org/search?query={quote(address)}" if address else ""


def absolute(path: str) -> str:
    """The address under the configured origin, never under a request's host (rule S16)."""
    return f"{settings.PORTAL_ORIGIN}{path}"


class Contacts(Protocol):
    """How a business is reached; "" where it does not say."""

    @property
    def phone(self) -> str: ...
    @property
    def email(self) -> str: ...


def reach_words(business: Contacts) -> str:
    """ "Please call 030 555 0142.", or to write; "" where it tells neither."""
    if business.phone:
        return _("Please call %(phone)s.") % {"phone": business.phone}
    if business.email:
        return _("Please write to %(email)s.") % {"email": business.email}
    return ""


def or_reach_words(business: Contacts) -> str:
    """The same as another way beside the one that was just named."""
    if business.phone:
        return _("Or call %(phone)s.") % {"phone": business.phone}
    if business.email:
        return _("Or write to %(email)s.") % {"email": business.email}
    return ""


def cancel_by(business: Contacts) -> str:
    """ "Only by phone", where the number stands beside it, or "Only by e-mail"; "" where it tells
    neither: how a booking is cancelled once that is not done online."""
    if business.phone:
        return _("Only by phone")
    return _("Only by e-mail") if business.email else ""


def and_reach(words: str, business: Contacts) -> str:
    """What cannot be done here, and how the business is reached instead."""
    return f"{words} {reach_words(business)}".rstrip()


def or_reach(words: str, business: Contacts) -> str:
    """What can be done here, and how the business is reached besides."""
    return f"{words} {or_reach_words(business)}".rstrip()
