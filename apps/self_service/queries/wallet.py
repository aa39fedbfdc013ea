"""What a pass for the wallet of a phone says of a booking (rule S26): what, when and where, and the
code for the door; no name, no price, no way in."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.queries.stub import Stub, stub_of
from apps.self_service.queries.reaching import comes_here, door_url
from apps.web import formatting
from apps.web.pkpass import build_pass


def wallet_url(*, booking: Booking, now: datetime) -> str:
    """Where its customer gets a pass for a booking, "" where there is none: no certificate is set
    up, or it has run out; nobody comes to a place; it is not confirmed, or over. No query."""
    signer = settings.WALLET
    is_ahead = booking.status == Booking.Status.CONFIRMED and now < booking.ends_at
    if signer is None or not signer.is_valid(now) or not is_ahead or not comes_here(booking):
        return ""
    return reverse("self_service:wallet", kwargs={"reference": booking.reference})


def wallet_pass(*, booking: Booking, now: datetime) -> bytes | None:
    """The pass of a booking as it is now; void where that was cancelled or is over, None where
    there never was one."""
    signer = settings.WALLET
    is_told = booking.status in {Booking.Status.CONFIRMED, Booking.Status.CANCELED}
    if signer is None or not signer.is_valid(now) or not is_told or not comes_here(booking):
        return None
    accent = booking.business.accent.lstrip("#")
    red, green, blue = (int(accent[at : at + 2], 16) for at in (0, 2, 4))
    facts = _facts(booking, stub_of(booking=booking), now=now)
    return build_pass(facts=facts, colour=(red, green, blue), signer=signer)


def _facts(booking: Booking, stub: Stub, *, now: datetime) -> dict[str, Any]:
    business = booking.business
    code = {
        "format": "PKBarcodeFormatQR",
        "message": door_url(booking),
        "messageEncoding": "iso-8859-1",
        "altText": booking.reference,
    }
    # The same number when it moves: a pass that is fetched again takes the place of the old one.
    return {
        "serialNumber": booking.reference,
        "organizationName": business.name,
        "description": _("Booking at %(business)s") % {"business": business.name},
        "logoText": business.name,
        "foregroundColor": "rgb(0, 0, 0)",
        "backgroundColor": "rgb(255, 255, 255)",
        "relevantDate": stub.starts_at.isoformat(),
        "expirationDate": booking.ends_at.isoformat(),
        "voided": booking.status != Booking.Status.CONFIRMED or now >= booking.ends_at,
        "barcodes": [code],
        "eventTicket": _fields(booking, stub),
    }


def _fields(booking: Booking, stub: Stub) -> dict[str, Any]:
    zone, locale = booking.zone, booking.business.locale
    day = formatting.to_wall(stub.starts_at, zone).date()
    starts, ends = formatting.format_ends(stub.starts_at, stub.ends_at, zone=zone, locale=locale)
    # Nobody tells the phone of a change: whoever moves or cancels fetches the pass again.
    changes = _(
        "This pass does not update itself. You find the new one on the page of your booking."
    )
    rows = {
        "primaryFields": [("service", _("Service"), stub.service_name)],
        "secondaryFields": [
            ("day", _("Day"), formatting.format_day(day, locale=locale, year=True)),
            ("time", _("Time"), f"{starts} – {ends}"),
        ],
        "auxiliaryFields": [
            ("with", _("With"), stub.staff_name),
            ("zone", _("Time zone"), formatting.zone_label(zone.key, locale=locale)),
        ],
        "backFields": [
            ("where", _("Where"), stub.where),
            ("reference", _("Reference"), booking.reference),
            ("phone", _("Phone"), booking.business.phone),
            ("changes", _("If it changes"), changes),
        ],
    }
    return {
        part: [
            {"key": key, "label": label, "value": value} for key, label, value in fields if value
        ]
        for part, fields in rows.items()
    }
