"""Every POST that changes a booking, with what a hand would send to it, and what a page shows of
them."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking
from apps.catalog.models import StaffMember
from tests.pages import attribute

FORM = re.compile(r'<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
LINK = re.compile(r'<a\b[^>]*\bhref="([^"#?]*)')
FIELD = re.compile(r"<(?:input|button)\b[^>]*>")
CHOICE = re.compile(r'<select\b[^>]*\bname="([^"]*)".*?<option\b[^>]*\bvalue="([^"]*)"', re.DOTALL)
NOT_SENT = {"csrfmiddlewaretoken", "preview"}
"""There is no check in tests, and a look at what a refund would do refunds nothing."""
Body = dict[str, Any]


def shown(text: str) -> dict[str, Body | None]:
    """Every address that a page leads to, with what its form sends; None where it is a link."""
    links: dict[str, Body | None] = {html.unescape(it): None for it in LINK.findall(text)}
    forms = {html.unescape(path): _sent(inside) for path, inside in FORM.findall(text)}
    return links | forms


def _sent(inside: str) -> Body:
    """What a form sends that nobody typed into."""
    fields: Body = {}
    for tag in FIELD.findall(inside):
        name, kind = attribute(tag, "name"), attribute(tag, "type")
        is_off = kind in {"radio", "checkbox"} and " checked" not in tag
        if name and not is_off and name not in NOT_SENT:
            fields.setdefault(name, attribute(tag, "value"))
    return fields | dict(CHOICE.findall(inside))


@dataclass(frozen=True)
class Door:
    """The end of its address, and what a hand would send to it if nothing was on the page."""

    name: str
    tail: str
    typed: Callable[[Booking], Body] = lambda _booking: {}


def _another_time(booking: Booking) -> Body:
    """A free time of an appointment, another session of a class."""
    if booking.seating_id is not None:
        return {"target": _other_target(booking)}
    at = datetime(2026, 11, 30, 14, tzinfo=ZoneInfo(booking.business.time_zone))
    return {"slot": f"{at.isoformat(timespec='minutes')};;"}


def _other_target(booking: Booking) -> int:
    if booking.course_run_id:
        runs = CourseRun.objects.filter(service=booking.service)
        return int(runs.exclude(id=booking.course_run_id).get().pk)
    sessions = Session.objects.filter(service=booking.service)
    return int(sessions.exclude(bookings=booking).get().pk)


def _one_more(booking: Booking) -> Body:
    people = booking.party_size + 1
    return {"people": people, "price": (booking.price or 0) * people // booking.party_size}


def _better(booking: Booking) -> Body:
    """Thursday with Ben, when he is busy."""
    ben = StaffMember.objects.filter(business=booking.business, short_name="Ben").first()
    days = {"first_on": "2026-11-26", "last_on": "2026-11-26", "hours": "1", "notice": "0"}
    return {**days, "staff": ben.resource_id if ben else ""}


CUSTOMERS = (
    Door("cancel", "cancel", lambda _it: {"fee": 1_000_000, "reason": ""}),
    Door("undo", "undo"),
    Door("move", "move", _another_time),
    Door("put-back", "move/undo"),
    Door("withdraw", "move/withdraw"),
    Door("wait-on", "wait-on"),
    Door("better", "better", _better),
    Door("stop", "better/stop"),
    Door("swap", "swap", lambda _it: {"offer": 1}),
    Door("keep", "keep", lambda _it: {"offer": 1}),
    Door("people", "people", _one_more),
    Door("pay", "pay"),
    Door("take", "take"),
    Door("refuse", "refuse"),
    Door("leave", "leave"),
    Door("another", "another-time", lambda _it: {"time": "2026-11-26T13:00:00Z"}),
    Door("refund", "money-back"),
)
TEAM = (
    Door("confirm", "confirm"),
    Door("decline", "decline"),
    Door("undo", "undo"),
    Door("suggest", "suggest"),
    Door("agree", "accept-move"),
    Door("keep-time", "decline-move"),
    Door("cancel", "cancel", lambda _it: {"reason": "Ana is ill", "seen_fee": 0}),
    Door("move", "move", _another_time),
    Door("people", "people", _one_more),
    Door("no-show", "no-show"),
    Door("came", "came"),
    Door("paid", "paid"),
    Door("undo-paid", "undo-paid", lambda _it: {"payment": 1}),
    Door("refund", "refund", lambda _it: {"amount": "1", "seen_refunded": 0}),
    Door("ask-to-pay", "ask-to-pay"),
    Door("waive", "waive-fee", lambda _it: {"reason": "Was ill"}),
    Door("note", "notes", lambda _it: {"note": "Rings twice"}),
)
TYPED: dict[str, Body] = {
    "cancel": {"reason": "Ana is ill"},
    "refund": {"amount": "1"},
    "waive": {"reason": "Was ill"},
    "note": {"note": "Rings twice"},
}
"""What people type into forms that are on the page."""


def ticked(text: str) -> Body:
    """The first of the times that a page has boxes for."""
    times = re.findall(r'<input\b[^>]*\bname="time"[^>]*>', text)
    return {"time": attribute(times[0], "value")} if times else {}
