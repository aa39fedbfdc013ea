"""The bookings a browser may call its own: made in it, opened by their link, or remembered; and
whether more people may come on one that stands (rule B17)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.policy import Policy
from apps.bookings.queries.requests import is_before_the_team
from apps.bookings.states import OCCUPYING

SETTLED = (Booking.PaymentOption.ONLINE, Booking.PaymentOption.MEMBERSHIP)
LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


def takes_more(booking: Booking) -> bool:
    """Whether it is of a kind that others can be added to: it has places, nothing was paid for
    them, and nobody has to say yes to others. Its service comes joined."""
    if booking.status not in OCCUPYING or booking.seating_id is None:
        return False
    if booking.paid or booking.payment_option in SETTLED:
        return False
    return is_before_the_team(booking) or not booking.service.requires_approval


def has_room_for(booking: Booking, *, more: int) -> bool:
    """Whether so many more stay within the limit that was frozen with it."""
    most = Policy.from_snapshot(booking.policy_snapshot).max_participants
    return booking.party_size + more <= most


def alone_words(booking: Booking) -> str:
    """Why nobody is added to a booking, and what whoever comes along does instead; it is of a class
    that can be booked. Its service comes joined."""
    if booking.paid or booking.payment_option == Booking.PaymentOption.MEMBERSHIP:
        return _("This booking is paid. To bring more people, book again.")
    if takes_more(booking) and not has_room_for(booking, more=1):
        return _("This booking cannot be for more people.")
    return _("To bring more people, book again.")


@dataclass(frozen=True, slots=True)
class Browser:
    """visitor_hash of its session, "" before its first tap; ids it proved or remembers."""

    visitor_hash: str = ""
    booking_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """A live booking of the browser, how many come on it, and whether one more may; alone_words say
    what is done instead. None is ("", 0)."""

    reference: str = ""
    people: int = 0
    may_bring: bool = False
    alone_words: str = ""


def own_place(*, browser: Browser, session_id: int) -> Own:
    """Return the browser's live booking of one class session, in one query at most."""
    mine = _live_bookings_of(browser)
    if mine is None:
        return Own()
    found = mine.filter(session_id=session_id).select_related("service").order_by("pk").last()
    if found is None:
        return Own()
    may_bring = takes_more(found) and has_room_for(found, more=1)
    return Own(found.reference, found.party_size, may_bring, alone_words(found))


def own_places(*, browser: Browser, session_ids: Collection[int]) -> Mapping[int, str]:
    """Return the reference of the browser's live booking by class session, in one query at most."""
    mine = _live_bookings_of(browser)
    if mine is None or not session_ids:
        return {}
    found = mine.filter(session_id__in=session_ids).values_list("session_id", "reference")
    return dict(found)


def own_enrolments(*, browser: Browser, run_ids: Collection[int]) -> Mapping[int, str]:
    """Return the same by course run."""
    mine = _live_bookings_of(browser)
    if mine is None or not run_ids:
        return {}
    found = mine.filter(course_run_id__in=run_ids).values_list("course_run_id", "reference")
    return dict(found)


def _live_bookings_of(browser: Browser) -> QuerySet[Booking] | None:
    if not browser.visitor_hash and not browser.booking_ids:
        return None
    made_here = Q(visitor_hash=browser.visitor_hash) if browser.visitor_hash else Q()
    known = Q(pk__in=browser.booking_ids) if browser.booking_ids else Q()
    return Booking.objects.filter(made_here | known, status__in=LIVE)
