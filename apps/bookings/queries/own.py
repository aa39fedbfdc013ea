"""The bookings a browser may call its own: made in it, opened by their link, or remembered."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.bookings.models import Booking
from apps.bookings.queries.bringing import alone_words, has_room_for, takes_more

LIVE = (Booking.Status.PENDING, Booking.Status.CONFIRMED)


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


def own_hold(*, browser: Browser, business_id: int, now: datetime) -> Booking | None:
    """Return the draft whose time or places the browser holds at a business now: a tap on another
    time lets them go, so that to this browser they are free. One query at most."""
    if not browser.visitor_hash:
        return None
    mine = Booking.objects.filter(business_id=business_id, visitor_hash=browser.visitor_hash)
    drafts = mine.held(now).only("session_id", "course_run_id", "seating_id", "party_size")
    return max(drafts, key=lambda draft: draft.pk, default=None)


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
