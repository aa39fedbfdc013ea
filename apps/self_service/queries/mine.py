"""What somebody finds on *My bookings*: what they booked at all businesses, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.bookings.models import Booking
from apps.bookings.queries.joinables import Browser, open_wish
from apps.bookings.queries.stub import full_title
from apps.bookings.states import OCCUPYING
from apps.bookings.wording import wish_words
from apps.catalog.models import Service
from apps.customers.models import Customer
from apps.self_service.queries.cancel import undo_until
from apps.self_service.queries.open_matters import (
    OWES_FEE,
    OpenMatters,
    open_matters,
    with_open_matters,
)
from apps.web.formatting import zone_label

A_PAGE = 25
MOST_AHEAD = 500
TO_PAY, UPCOMING, REQUESTS, WAITLISTS, PAST = range(5)
HEADINGS = {
    TO_PAY: _("To pay"),
    UPCOMING: _("Upcoming"),
    REQUESTS: _("Requests"),
    WAITLISTS: _("Waitlists"),
    PAST: _("Past"),
}
PAST_AND_CANCELLED = _("Past and cancelled")
AHEAD = {
    Booking.Status.CONFIRMED: UPCOMING,
    Booking.Status.PENDING: REQUESTS,
    Booking.Status.WAITING_LIST: WAITLISTS,
}


@dataclass(frozen=True, slots=True)
class MyRow:
    """One booking in a list: its instants (UTC) are read on its own zone. zone_words is "" where
    the page has one clock; wish are days and hours of whoever waits for a time.

    who are the names of whoever comes, "" where it is for whoever booked it; open is what it waits
    for or asks of them: both nothing where the browser may not see its page. With pay_url a fee is
    paid online, "" where it cannot be.

    url is its page, "" for a browser that only remembers it; other_url is where it may be found
    then. again_url is "" for what is still ahead. undo_until is until when a cancellation can be
    taken back (UTC), None where it cannot.
    """

    reference: str
    title: str
    business: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    locale: str
    zone_words: str
    status: str
    wish: tuple[str, str] | None
    url: str
    other_url: str
    again_url: str
    is_past: bool
    who: str
    open: OpenMatters
    pay_url: str
    undo_until: datetime | None


@dataclass(frozen=True, slots=True)
class MyPart:
    """Rows under one heading."""

    heading: str
    rows: Sequence[MyRow]


@dataclass(frozen=True, slots=True)
class MyPage:
    """One page of the list, and which page it is. has_ahead: something on it is to come."""

    parts: Sequence[MyPart]
    page: Page[Any]

    @property
    def has_ahead(self) -> bool:
        live = (Booking.Status.CONFIRMED, Booking.Status.PENDING)
        rows = [row for part in self.parts for row in part.rows if row.url]
        return any(row.status in live and not row.is_past for row in rows)


def of_browser(browser: Browser, *, address: str = "") -> QuerySet[Booking]:
    """The bookings that were made in this browser, opened by their link, or remembered there; and
    those of the address (lower case) it is signed in with: one query to find whose they are.

    Exactly that address: what other spellings of it lead to may be somebody else's mailbox.
    """
    mine = Q(pk__in=list(browser.booking_ids))
    if browser.visitor_hash:
        mine |= Q(visitor_hash=browser.visitor_hash)
    if address:
        contacts = Customer.objects.filter(email=address).values_list("pk", flat=True)
        mine |= Q(customer__in=list(contacts))
    return Booking.objects.filter(mine)


def list_mine(
    *, found: QuerySet[Booking], opens: Callable[[Booking], bool], page: str, now: datetime
) -> MyPage:
    """List bookings of one person or browser: fees that are owed first, then what is ahead, the
    soonest at the top, then what is over, the newest at the top. Four queries, and one for each
    that was cancelled in the last ten minutes. Drafts are left out.

    opens says whether this browser may see the page of a booking; page is as it stands in the
    address, and anything but a number is the first.
    """
    ahead = Q(ends_at__gt=now) | Q(status=Booking.Status.WAITING_LIST)
    sections = [When(OWES_FEE, then=Value(TO_PAY))]
    sections += [When(ahead, status=status, then=Value(it)) for status, it in AHEAD.items()]
    ordered = (
        with_open_matters(found)
        .exclude(status=Booking.Status.CREATED)
        .annotate(section=Case(*sections, default=Value(PAST), output_field=IntegerField()))
        .annotate(coming=Case(When(section__in=AHEAD.values(), then=F("starts_at")), default=None))
        .select_related("business", "service", "customer")
        .order_by("section", "coming", "-starts_at", "pk")
    )
    shown = Paginator(ordered, A_PAGE).get_page(page)
    bookings: list[Any] = list(shown)
    has_one_clock = len({it.time_zone for it in bookings}) == 1
    rows = [_row(it, has_one_clock=has_one_clock, is_open=opens(it), now=now) for it in bookings]
    sorted_in = [
        (PAST if _hides(row, it) else it.section, row)
        for row, it in zip(rows, bookings, strict=True)
    ]
    parts = [
        _part(section, [row for at, row in sorted_in if at == section], now=now)
        for section in HEADINGS
    ]
    return MyPage([it for it in parts if it.rows], shown)


def _part(section: int, rows: Sequence[MyRow], *, now: datetime) -> MyPart:
    """What was cancelled stands with what is past, also where its day is still to come."""
    if section == PAST and any(it.ends_at > now for it in rows):
        return MyPart(str(PAST_AND_CANCELLED), rows)
    return MyPart(str(HEADINGS[section]), rows)


def _hides(row: MyRow, booking: Any) -> bool:
    """Whether a browser that only remembers a booking must not learn that a fee is owed."""
    return booking.section == TO_PAY and not row.url


def _row(booking: Any, *, has_one_clock: bool, is_open: bool, now: datetime) -> MyRow:
    business, is_past = booking.business, booking.section in (TO_PAY, PAST)
    matters = open_matters(booking, now=now) if is_open else OpenMatters()
    of = {"reference": booking.reference}
    home = reverse("bookings:home", kwargs={"business": business.slug})
    needs_no_zone = has_one_clock and not booking.as_booked.is_online
    again = reverse("self_service:again", kwargs=of) if is_open else home
    return MyRow(
        reference=booking.reference,
        title=full_title(booking),
        business=business.name,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        zone=booking.zone,
        locale=business.locale,
        zone_words="" if needs_no_zone else zone_label(booking.time_zone, locale=business.locale),
        status=booking.status,
        wish=_wish_of(booking),
        url=reverse("self_service:booking", kwargs=of) if is_open else "",
        other_url=reverse("self_service:find", kwargs={"business": business.slug}),
        again_url=again if is_past else "",
        is_past=is_past,
        who=who_comes(booking) if is_open else "",
        open=matters,
        pay_url=reverse("self_service:pay", kwargs=of) if matters.payable else "",
        undo_until=undo_until(booking=booking, now=now) if is_open else None,
    )


def who_comes(booking: Booking) -> str:
    """ "Eva, Mia": the names that were asked for or chosen; "" where it is for whoever booked."""
    names = [it.name for it in booking.participants.all()]
    return "" if names == [booking.contact_name] else ", ".join(names)


def _wish_of(booking: Booking) -> tuple[str, str] | None:
    entry = getattr(booking, "waiting", None)
    if entry is None or booking.kind != Service.Kind.APPOINTMENT or booking.status in OCCUPYING:
        return None
    wish = open_wish(entry)
    return wish_words(wish, locale=booking.business.locale) if wish else None


def list_ahead(
    *, found: QuerySet[Booking], opens: Callable[[Booking], bool], now: datetime
) -> list[Booking]:
    """List what takes place and is not over, the soonest first, and at most MOST_AHEAD: one query
    joins what a calendar tells. A booking that this browser may not see is left out."""
    live = found.filter(status__in=(Booking.Status.CONFIRMED, Booking.Status.PENDING))
    joined = ("business", "location", "customer", "resource__staff_member")
    rows = live.filter(ends_at__gt=now).select_related(*joined).order_by("starts_at", "pk")
    return [it for it in rows[:MOST_AHEAD] if opens(it)]
