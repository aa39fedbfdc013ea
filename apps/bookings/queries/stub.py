"""The ticket every step shows: what, when, with whom, where, for how much; the dates of a course;
and links that put them into a calendar on the web."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.availability.models import Session
from apps.bookings.models import Booking, BookingEvent
from apps.bookings.money_words import bill_words
from apps.bookings.wording import mix_words, price_words, where_of


def dates_of(*, booking: Booking) -> tuple[tuple[datetime, datetime], ...]:
    """Return start and end of the sessions a course booking is for: those still to come when it
    was made. Nothing for a class or an appointment; one query for a course."""
    sessions = _sessions_of(booking.course_run_id, booking)
    return tuple((it.starts_at, it.ends_at) for it in sessions if it.takes_place)


def all_dates_of(*, booking: Booking) -> tuple[tuple[datetime, datetime, bool], ...]:
    """Start and end of every session a course booking is or was for, and whether it is gone, in an
    order that stays: what a calendar was told once can be taken back from it.

    After a move to a shorter run the dates that the longer one had besides are gone. Two queries
    for a course, none for others.
    """
    if booking.course_run_id is None:
        return ()
    dates = [
        (it.starts_at, it.ends_at, not it.takes_place)
        for it in _sessions_of(booking.course_run_id, booking)
    ]
    for run_id in _former_runs(booking):
        besides = _sessions_of(run_id, booking)[len(dates) :]
        dates += [(it.starts_at, it.ends_at, True) for it in besides]
    return tuple(dates)


def _sessions_of(course_run_id: int | None, booking: Booking) -> Sequence[Session]:
    if course_run_id is None:
        return ()
    sessions = Session.objects.filter(
        course_run_id=course_run_id, starts_at__gt=booking.created_at
    ).only("starts_at", "ends_at", "state")
    return list(sessions.order_by("starts_at", "pk"))


def _former_runs(booking: Booking) -> list[int]:
    moves = BookingEvent.objects.filter(booking=booking, action=BookingEvent.Action.MOVED)
    befores = moves.order_by("-pk").values_list("before", flat=True)
    return [before["course_run_id"] for before in befores if before.get("course_run_id")]


@dataclass(frozen=True, slots=True)
class Stub:
    """A booking in words; the two instants are worded by the template in the page's zone. extras
    are its add-ons; mix_words tell which people come, "" where they are all of one kind."""

    starts_at: datetime
    ends_at: datetime
    service_name: str
    staff_name: str
    where: str
    directions_url: str
    price_words: str
    participants: int
    brief_words: str
    dates: tuple[datetime, ...] = ()
    join_url: str = ""
    extras: tuple[str, ...] = ()
    mix_words: str = ""


def stub_of(*, booking: Booking, is_for_team: bool = False) -> Stub:
    """Word a booking from its own columns, as it was booked; business and resource come joined.

    A course shows the first session that is booked, and the starts of them all in dates.
    """
    sessions = dates_of(booking=booking)
    starts_at, ends_at = sessions[0] if sessions else (booking.starts_at, booking.ends_at)
    price = price_words(
        amount=booking.price,
        text=booking.price_text,
        currency=booking.currency,
        locale=booking.business.locale,
    )
    where = where_of(booking, is_for_team=is_for_team)
    extras, mix = booking.as_booked.extras, mix_words(booking.as_booked.mix)
    bill = bill_words(booking, price)
    staff = getattr(booking.resource, "staff_member", None)
    name = staff.short_name if staff else ""
    brief = _("%(service)s with %(name)s") % {"service": booking.title, "name": name}
    return Stub(
        starts_at=starts_at,
        ends_at=ends_at,
        service_name=booking.title,
        staff_name=staff.name if staff else "",
        where=where.words,
        directions_url=where.directions_url,
        join_url=where.join_url,
        price_words=bill,
        participants=booking.party_size,
        brief_words=_brief(
            brief if name else booking.title, *extras, mix, price if booking.price else bill
        ),
        dates=tuple(start for start, _end in sessions),
        extras=extras,
        mix_words=mix,
    )


def _brief(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def full_title(booking: Booking) -> str:
    """ "Cut and finish, Ladies + Gloss", "Family class, 2 × Adult, 1 × Child": what is booked, in
    one line of a list."""
    booked = booking.as_booked
    with_extras = " + ".join(filter(None, (booking.title, ", ".join(booked.extras))))
    return _brief(with_extras, mix_words(booked.mix))


def kinds_of(booking: Booking, *, below: str) -> str:
    """ "2 × Adult, 1 × Child, Mat": who comes as what, and with which extras, where the heading
    names the class already; what was booked under another name says so."""
    booked = booking.as_booked
    title = booking.title.removeprefix(below).removeprefix(", ")
    return _brief(title, mix_words(booked.mix), *booked.extras)


@dataclass(frozen=True, slots=True)
class CalendarLinks:
    ics_url: str
    google_url: str
    outlook_url: str


def calendar_links(*, booking: Booking, stub: Stub) -> CalendarLinks | None:
    """The three ways into a calendar; None when the booking does not take place.

    Only the file can hold all the dates of a course.
    """
    if booking.status not in {booking.Status.CONFIRMED, booking.Status.PENDING}:
        return None
    if stub.dates:
        return CalendarLinks(ics_url=_file_url(booking), google_url="", outlook_url="")
    title = f"{stub.service_name}, {booking.business.name}"
    google = urlencode(
        {
            "action": "TEMPLATE",
            "text": title,
            "dates": f"{_basic(booking.starts_at)}/{_basic(booking.ends_at)}",
            "location": stub.where,
        }
    )
    outlook = urlencode(
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": title,
            "startdt": booking.starts_at.astimezone(UTC).isoformat(),
            "enddt": booking.ends_at.astimezone(UTC).isoformat(),
            "location": stub.where,
        }
    )
    return CalendarLinks(
        ics_url=_file_url(booking),
        google_url=f"https://calendar.google.com/calendar/render?{google}",
        outlook_url=f"https://outlook.live.com/calendar/0/deeplink/compose?{outlook}",
    )


def _file_url(booking: Booking) -> str:
    return reverse("self_service:calendar", kwargs={"reference": booking.reference})


def _basic(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
