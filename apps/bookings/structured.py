"""What search engines read: schema.org as JSON-LD, safe inside a script element."""

import json
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from apps.availability.models import Session
from apps.businesses.models import Business, Location
from apps.businesses.pages import absolute
from apps.catalog.models import Service
from apps.catalog.pricing import Price
from apps.catalog.queries import Choice
from apps.kernel.money import Money


def business_json_ld(business: Business, place: Location | None) -> SafeString:
    """A LocalBusiness with its address."""
    return _script(_business(business, place))


def service_json_ld(service: Service, price: Price, place: Location | None) -> SafeString:
    """A Service with its provider and, when it is fixed, its price."""
    slugs = {"business": service.business.slug, "service": service.slug}
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Service",
        "name": service.name,
        "description": service.summary or service.description[:300],
        "url": absolute(reverse("bookings:service", kwargs=slugs)),
        "provider": _business(service.business, place),
    }
    return _script(facts | _offers(price))


def event_json_ld(session: Session, choice: Choice, *, seats_left: int) -> SafeString:
    """An Event: one session of a class, when and where, its price and the places left."""
    service, price = choice.service, choice.price
    path = {"business": service.business.slug, "session": session.pk}
    is_off = session.state == Session.State.CANCELED
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": service.name,
        "description": service.summary or service.description[:300],
        "url": absolute(reverse("classes:session", kwargs=path)),
        "startDate": session.starts_at.isoformat(),
        "endDate": session.ends_at.isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if is_off else 'Scheduled'}",
        "remainingAttendeeCapacity": seats_left,
        "organizer": _business(service.business, session.location),
    }
    if session.location is not None:
        facts["location"] = {"@type": "Place", "address": session.location.address}
    return _script(facts | _offers(price))


def _offers(price: Price) -> dict[str, Any]:
    """The price when it is fixed, else nothing."""
    if price.total is None:
        return {}
    amount = Money(price.total, price.currency).to_decimal()
    return {"offers": {"@type": "Offer", "price": str(amount), "priceCurrency": price.currency}}


def _business(business: Business, place: Location | None) -> dict[str, Any]:
    home = reverse("bookings:home", kwargs={"business": business.slug})
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness",
        "name": business.name,
        "description": business.promise or business.headline,
        "url": absolute(home),
    }
    if business.phone:
        facts["telephone"] = business.phone
    if place is not None and place.address:
        facts["address"] = {
            "@type": "PostalAddress",
            "streetAddress": place.street,
            "postalCode": place.postal_code,
            "addressLocality": place.city,
        }
        if place.region:
            facts["address"]["addressRegion"] = place.region
        if place.country:
            facts["address"]["addressCountry"] = place.country
    return facts


def _script(facts: dict[str, Any]) -> SafeString:
    """Escape what could end the script element or begin a comment in it."""
    text = json.dumps(facts, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return mark_safe(text)  # noqa: S308 - no character is left that HTML could read
