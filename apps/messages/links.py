"""Where the buttons of a mail lead: always the configured origin, never a request's (rule S16)."""

from urllib.parse import quote, urlsplit

from django.conf import settings

from apps.outbox.models import OutboxItem


def portal_host() -> str:
    """Return the host name of the portal, for Message-ID and UID."""
    return urlsplit(settings.PORTAL_ORIGIN).hostname or "localhost"


def message_id_of(item: OutboxItem) -> str:
    """Return what names a mail at every attempt of its item (rule C9)."""
    return f"<{item.topic}.{item.pk}@{portal_host()}>"


def manage_url(token: str) -> str:
    """Return the address that opens one booking; whoever has it may use it."""
    return f"{settings.PORTAL_ORIGIN}/m/{token}"


def part_url(purpose: str, token: str) -> str:
    """Return the address of a link for one purpose: the whole booking, or one part of it."""
    part = "" if purpose == "MANAGE" else f"{purpose.lower()}/"
    return f"{settings.PORTAL_ORIGIN}/m/{part}{token}"


def calendar_url(token: str) -> str:
    """Return the address of the calendar file of one booking; whoever has it may read it."""
    return f"{settings.PORTAL_ORIGIN}/m/calendar/{token}.ics"


def calendar_file_url(token: str) -> str:
    """Return the address that hands out the calendar file of one booking once, by the link that
    opens it."""
    return f"{settings.PORTAL_ORIGIN}/m/{token}/calendar.ics"


def plan_url(token: str) -> str:
    """Return the address that opens one plan; whoever has it may use it."""
    return f"{settings.PORTAL_ORIGIN}/p/{token}"


def sign_in_url(token: str) -> str:
    """Return the address that lets a customer sign in, in the browser that asked for it."""
    return f"{settings.PORTAL_ORIGIN}/me/in/{token}"


def gift_url(token: str) -> str:
    """Return the address that shows a gift card with its code."""
    return f"{settings.PORTAL_ORIGIN}/gifts/open/{token}"


def again_url(path: str) -> str:
    """Return the address of one of our own pages, on which the same is booked again."""
    return f"{settings.PORTAL_ORIGIN}{path}"


def home_url(slug: str) -> str:
    """Return the address of the business's public page."""
    return f"{settings.PORTAL_ORIGIN}/{slug}/"


def team_booking_url(slug: str, reference: str) -> str:
    """Return the address of the booking in the dashboard, behind the sign-in."""
    return f"{settings.PORTAL_ORIGIN}/own/{slug}/bookings/{reference}/"


def directions_url(address: str) -> str:
    """Return a map search for an address, without any data of the customer."""
    return f"https://www.openstreetmap.org/search?query={quote(address)}"
