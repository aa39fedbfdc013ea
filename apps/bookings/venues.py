"""Where something happens, in words: at the business, at the customer's, or online."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.service_snapshot import ServiceSnapshot, Venue
from apps.businesses.pages import search_map
from apps.catalog.models import Service


@dataclass(frozen=True, slots=True)
class Where:
    """words stand in pages and calendar files; directions_url leads to a map and join_url into the
    meeting, "" where there is nothing to open."""

    words: str
    directions_url: str = ""
    join_url: str = ""


def venue_of(service: Service) -> Venue:
    """Whose place a service happens at, for whoever books it now."""
    if service.online:
        return Venue.ONLINE
    return Venue.CUSTOMER if service.home_visit else Venue.BUSINESS


def where_of(booking: Booking, *, is_for_team: bool = False) -> Where:
    """Where a booking takes place, as booked. Nobody needs the way to their own door; the link of a
    meeting is told once it is confirmed."""
    booked = booking.as_booked
    if booked.is_online:
        is_told = is_for_team or booking.status == Booking.Status.CONFIRMED
        return Where(_("Online"), join_url=booked.online_link if is_told else "")
    if booked.is_home_visit:
        address = booking.visit_address
        return Where(
            address or _("At your address"),
            directions_url=search_map(address) if is_for_team else "",
        )
    return Where(booked.address, directions_url="" if is_for_team else search_map(booked.address))


def where_words(service: Service) -> str:
    """What is said of the place before anything is booked; "" for the business's own place."""
    venue = venue_of(service)
    if venue is Venue.CUSTOMER:
        return _("We come to you. We’ll ask for your address when you book.")
    if venue is Venue.ONLINE:
        return _("This takes place online. We’ll e-mail you the link.")
    return ""


def pay_place(venue: Venue, *, place_word: str) -> str:
    """ "at the salon", "at the visit", "later": when what is not paid online is paid."""
    if venue is Venue.CUSTOMER:
        return _("at the visit")
    if venue is Venue.ONLINE:
        return _("later")
    return _("at the %(place)s") % {"place": place_word}


def pay_place_of(booked: ServiceSnapshot) -> str:
    """The same for something that is booked."""
    return pay_place(booked.venue, place_word=booked.place_word)


def in_person_words(booked: ServiceSnapshot) -> tuple[str, str]:
    """How the way to pay without a provider is called, and when that is."""
    if booked.is_home_visit:
        return _("At the visit"), _("When we are there")
    if booked.is_online:
        return _("Later"), _("You arrange it with us")
    return _("At the %(place)s") % {"place": booked.place_word}, _("When you are there")


def later_words(booked: ServiceSnapshot, *, day: str) -> str:
    """When the rest is paid; day is that of the visit, in words."""
    if booked.is_home_visit:
        return _("At the visit on %(day)s") % {"day": day}
    if booked.is_online:
        return _("Later")
    return _("At the %(place)s on %(day)s") % {"place": booked.place_word, "day": day}
