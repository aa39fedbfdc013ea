"""What an address of the picker says, typed: which form of the service, which days to show; and the
value of a slot button: the start with its offset, the person and the variant."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, available_timezones

from django.http import QueryDict
from django.urls import reverse

from apps.availability.engine.zones import Status, link_time, resolve_typed
from apps.bookings.models import Booking
from apps.bookings.queries.days import Ask
from apps.bookings.queries.offered import choice_of
from apps.businesses.models import Business
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, choose, is_offered
from apps.kernel.refusals import Refusal

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}")
DIGITS = 15
ANYBODY = "any"
MAX_ADD_ONS = 50
FARTHEST = timedelta(days=800)
PARTS = 3
LONGEST = 80


class Unreadable(Refusal):
    """An address or a form that none of our pages made."""

    status = HTTPStatus.NOT_FOUND


@cache
def known_zones() -> frozenset[str]:
    """The names of the pinned tzdata (rule T16)."""
    return frozenset(available_timezones())


@dataclass(frozen=True, slots=True)
class Picks:
    """The chosen form of a service as it stands in the address; ids are not checked yet."""

    variant: int | None = None
    add_ons: tuple[int, ...] = ()
    people: int = 1
    staff: int | None = None
    location: int | None = None
    zone: str = ""
    whole_month: bool = False
    ask: Ask = field(default_factory=Ask)

    def pairs(self) -> list[tuple[str, str]]:
        """The part of the address that says what is wanted, without any day."""
        pairs = [("variant", str(self.variant))] if self.variant else []
        pairs += [("add_on", str(pk)) for pk in self.add_ons]
        pairs += [("people", str(self.people))] if self.people > 1 else []
        pairs += [("staff", str(self.staff))] if self.staff else []
        pairs += [("location", str(self.location))] if self.location else []
        return pairs + ([("tz", self.zone)] if self.zone else [])

    def query(self, extra: Mapping[str, str] | None = None) -> str:
        """The same as the text after the question mark, with more of it."""
        query = QueryDict(mutable=True)
        for name, value in (*self.pairs(), *(extra or {}).items()):
            query.appendlist(name, value)
        return query.urlencode()

    def with_zone(self, name: str) -> "Picks":
        """The same picks on another clock."""
        return replace(self, zone=name)

    def choose(self, service: Service) -> Choice:
        """Check the picks against what the service offers.

        Raises:
            UnknownChoice: something does not belong to this service.
        """
        return choose(
            service=service,
            variant_id=self.variant,
            add_on_ids=self.add_ons,
            party_size=self.people,
            resource_id=self.staff,
            location_id=self.location,
        )


def picks_of(choice: Choice) -> Picks:
    """The picks that make this choice; a place only where there are others."""
    return Picks(
        variant=choice.variant.pk if choice.variant else None,
        add_ons=tuple(add_on.pk for add_on in choice.add_ons),
        people=choice.party_size,
        staff=choice.primary_id,
        location=choice.location.pk if choice.location and choice.has_other_places else None,
    )


def picks_of_booking(booking: Booking) -> Picks:
    """The picks behind an appointment, on the clock it was chosen on: all that the service still
    offers of what was chosen. None for a class or a course."""
    if booking.kind != Service.Kind.APPOINTMENT:
        return Picks()
    zone = booking.time_zone if booking.service.online else ""
    try:
        return replace(picks_of(choice_of(booking=booking)), zone=zone)
    except UnknownChoice:
        return replace(_picks_left(booking), zone=zone)


def _picks_left(booking: Booking) -> Picks:
    """What can still be chosen, one after the other: an extra that is gone takes nothing along."""
    is_named = booking.selection == Booking.Selection.SPECIFIC_RESOURCE
    add_ons = booking.add_ons.exclude(add_on=None).values_list("add_on_id", flat=True)
    wanted: list[dict[str, Any]] = [
        {"variant": booking.variant_id},
        {"people": booking.party_size},
        {"location": booking.location_id if len(booking.service.all_locations) > 1 else None},
        {"staff": booking.resource_id if is_named else None},
    ]
    picks = Picks()
    for change in wanted:
        picks = _with(picks, booking.service, **change)
    for pk in add_ons:
        picks = _with(picks, booking.service, add_ons=(*picks.add_ons, pk))
    return picks


def _with(picks: Picks, service: Service, **change: Any) -> Picks:
    more = replace(picks, **change)
    try:
        more.choose(service)
    except UnknownChoice:
        return picks
    return more


def again_url(*, booking: Booking) -> str:
    """Where the same is booked again, with the same choices made as far as they are offered: the
    picker of an appointment, the dates of a class, the page of a course; "" where it cannot be."""
    service = booking.service
    if not is_offered(service=service):
        return ""
    if booking.kind == Service.Kind.APPOINTMENT:
        return times_url(service, picks_of_booking(booking))
    slugs = {"business": service.business.slug}
    if booking.kind == Service.Kind.CLASS:
        people = {"people": booking.party_size} if booking.party_size > 1 else {}
        path = reverse("classes:timetable", kwargs=slugs)
        return f"{path}?{urlencode({'class': service.slug, **people})}"
    path = reverse("classes:course", kwargs={**slugs, "service": service.slug})
    try:
        return f"{path}{party_query(choice_of(booking=booking))}"
    except UnknownChoice:
        return path


def read_picks(query: QueryDict, *, now: datetime) -> Picks:
    """Read the query of a picker, or the fields of its forms.

    Raises:
        Unreadable: one of them is no date, number or zone.
    """
    add_ons = query.getlist("add_on")
    if len(add_ons) > MAX_ADD_ONS:
        raise Unreadable("add_on")
    zone = query.get("tz", "")
    if zone and zone not in known_zones():
        raise Unreadable("tz")
    today = now.date()
    return Picks(
        variant=read_number(query.get("variant", "")),
        add_ons=tuple(pk for pk in map(read_number, add_ons) if pk is not None),
        people=read_number(query.get("people", "")) or 1,
        staff=read_number(query.get("staff", "").removesuffix(ANYBODY)),
        location=read_number(query.get("location", "")),
        zone=zone,
        whole_month=query.get("view", "") == "month",
        ask=Ask(
            on=_date(query.get("date", ""), today=today),
            near=_date(query.get("near", ""), today=today),
            week=_date(query.get("week", ""), today=today),
            month=_date(query.get("month", ""), today=today, suffix="-01"),
            gone=_moment(query.get("gone", "")),
        ),
    )


def read_number(raw: str) -> int | None:
    """A positive number of at most 15 ASCII digits; nothing for nothing.

    Raises:
        Unreadable: it is anything else, also full-width digits, signs and 1e3 (rule S11).
    """
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= DIGITS):
        raise Unreadable("number")
    return int(raw)


def _date(raw: str, *, today: date, suffix: str = "") -> date | None:
    if not raw:
        return None
    try:
        on = date.fromisoformat(raw + suffix)
    except ValueError as wrong:
        raise Unreadable("date") from wrong
    if len(raw + suffix) != len("2026-01-01") or abs(on - today) > FARTHEST:
        raise Unreadable("date")
    return on


def _moment(raw: str) -> datetime | None:
    return read_moment(raw) if raw else None


def read_moment(raw: str) -> datetime:
    """An instant as the portal writes it: ``2026-11-26T10:15+01:00``.

    Raises:
        Unreadable: no date, no offset, or anything more.
    """
    if not MOMENT.fullmatch(raw):
        raise Unreadable("moment")
    try:
        at = datetime.fromisoformat(raw)
    except ValueError as wrong:
        raise Unreadable("moment") from wrong
    if not 2000 <= at.year <= 2200:  # noqa: PLR2004 - our span
        raise Unreadable("moment")
    return at


def times_url(service: Service, picks: Picks, **extra: str) -> str:
    """The address of the picker for these picks."""
    return _url("times", service.business, service, picks.query(extra))


def times_address(service: Service, picks: Picks) -> Callable[..., str]:
    """Return what makes addresses of the picker for these picks, with more of the query each.

    A calendar has fifty of them, so that the common part is made once.
    """
    common = times_url(service, picks)
    joint = "&" if "?" in common else "?"

    def address(**extra: str) -> str:
        return f"{common}{joint}{urlencode(extra)}" if extra else common

    return address


def service_url(service: Service, picks: Picks) -> str:
    """The address of the service's page with these picks made."""
    return _url("service", service.business, service, picks.query())


def _url(name: str, business: Business, service: Service, query: str) -> str:
    slugs = {"business": business.slug, "service": service.slug}
    path = reverse(f"bookings:{name}", kwargs=slugs)
    return f"{path}?{query}" if query else path


def zone_or(name: str, *, default: ZoneInfo) -> ZoneInfo:
    """The zone of that name, or the default when there is none (a cookie may say anything)."""
    return ZoneInfo(name) if name in known_zones() else default


def party_query(choice: Choice) -> str:
    """The same people as the query of an address, "" for one person."""
    if choice.mix:
        return "?" + urlencode({f"people_{it.pk}": people for it, people in choice.mix})
    return f"?people={choice.party_size}" if choice.party_size > 1 else ""


@dataclass(frozen=True, slots=True)
class PickedSlot:
    starts_at: datetime
    staff: int | None
    variant: int | None


def slot_value(*, start: int, zone: ZoneInfo, staff: int | None, variant: int | None) -> str:
    """Write ``2026-11-26T10:15+01:00;staff;variant`` for a start in Unix seconds."""
    return f"{link_time(zone, start)};{staff or ''};{variant or ''}"


def read_slot(raw: str, *, zone: ZoneInfo) -> PickedSlot:
    """Read a slot button back; the offset has to be the venue's at that time (rule T6).

    Raises:
        Unreadable: malformed, or the offset is not that of the zone (a stale or made-up link).
    """
    parts = raw.split(";")
    if len(raw) > LONGEST or len(parts) != PARTS:
        raise Unreadable("slot")
    typed = read_moment(parts[0])
    found = resolve_typed(zone=zone, typed=typed)
    if found.status is not Status.OK:
        raise Unreadable("offset")
    return PickedSlot(
        starts_at=datetime.fromtimestamp(found.instants[0], UTC),
        staff=read_number(parts[1]),
        variant=read_number(parts[2]),
    )
