"""Everybody who may come to a booking, each with a browser of their own."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from django.contrib.auth.models import User
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.visitors import VISITOR, visitor_hash_of
from apps.businesses.models import Business
from apps.catalog.models import StaffMember
from apps.customers.models import SignedInDevice
from apps.customers.proofs import hash_of_key
from tests.factories import make_member

CUSTOMERS = ("by link", "in the browser that booked", "signed in")
STRANGERS = ("a stranger", "another customer", "the team without a link")
ROLES = ("OWNER", "MANAGER", "FRONT_DESK", "STAFF", "ACCOUNTANT")
OUTSIDERS = ("another business", "nobody")


def customers_browser(who: str, booking: Booking, *, at: datetime) -> Client:
    browser = Client()
    match who:
        case "by link":
            token = bookings.create_access_link(booking=booking, now=at)
            assert browser.get(f"/m/{token}").status_code == 303
        case "in the browser that booked":
            _booked_in(browser, booking)
        case "signed in":
            _sign_in(browser, booking.contact_email or "carl@example.com", at=at)
        case "another customer":
            _sign_in(browser, "eva@example.com", at=at)
        case "the team without a link":
            return browser_of(booking.business.team.get(role="OWNER").user)
    return browser


def _booked_in(browser: Client, booking: Booking) -> None:
    session = browser.session
    session[VISITOR] = "carl's browser"
    session.save()
    browser.cookies["session"] = str(session.session_key)
    known = visitor_hash_of(SimpleNamespace(session=session))  # type: ignore[arg-type]
    Booking.objects.filter(pk=booking.pk).update(visitor_hash=known)


def _sign_in(browser: Client, email: str, *, at: datetime) -> None:
    key = f"the key of {email}"
    SignedInDevice.objects.create(
        email=email,
        key_hash=hash_of_key(key),
        name="Firefox on Android",
        signed_in_at=at,
        ends_at=at + timedelta(days=365),
    )
    session = browser.session
    session["signed_in"] = key
    session.save()
    browser.cookies["session"] = str(session.session_key)


def members_browser(role: str, business: Business, chair: StaffMember) -> Client:
    """STAFF is the person of this chair; who owns another business is no member of this one."""
    if role == "nobody":
        return Client()
    found = make_member(business=business, email=f"{role}@{business.slug}.example", role=role)
    if role == "STAFF":
        chair.user = found.user
        chair.save()
    return browser_of(found.user)


def browser_of(user: User) -> Client:
    """Signed in just now."""
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser
