"""What cancelling costs until when, as a table in a mail and its rows in plain text (rule B33).

The rows are those of the pages; what is over when the mail leaves is not told any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.bookings.clock_words import limits_of
from apps.messages.facts import BookingFacts, Kind
from apps.web import formatting

TELLING = {Kind.BOOKED, Kind.REQUESTED, Kind.CONFIRMED, Kind.MOVED, Kind.RESIZED}
"""Mails about something that can be cancelled, or will be."""


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One row in words: when, what cancelling costs then, and what comes back, "" where nothing was
    paid."""

    when: str
    cost: str
    back: str


def clock_lines(
    facts: BookingFacts, kind: Kind, zone: ZoneInfo, now: datetime
) -> tuple[ClockLine, ...]:
    """The rows that are still to come; nothing where one sentence says until when it is free."""
    if kind not in TELLING or facts.status not in {"CONFIRMED", "PENDING"}:
        return ()
    if now >= facts.starts_at:
        return ()
    limits = limits_of(
        [row for row in facts.clock if row.until is None or row.until >= now],
        paid=facts.paid,
        is_by_plan=facts.costs_visit,
        currency=facts.currency,
        locale=facts.business.locale,
        reached=facts.business,
    )
    return tuple(
        ClockLine(
            when=_before(limit.until, facts, zone) if limit.until else limit.last_words,
            cost=limit.cost_words,
            back=limit.back_words,
        )
        for limit in limits
    )


def clock_heading(facts: BookingFacts) -> str:
    """What the rows are about: nothing of a request costs anything before it is confirmed."""
    if facts.status == "PENDING":
        return _("If you cancel once it’s confirmed")
    return _("If you cancel")


def clock_text(heading: str, lines: Sequence[ClockLine]) -> str:
    """The same in plain text, its columns below each other."""
    rows = [(it.when, it.cost, it.back) for it in lines]
    widths = [max(len(row[column]) for row in rows) + 2 for column in range(2)]
    told = [
        "".join([f"{when:<{widths[0]}}", f"{cost:<{widths[1]}}", back]).rstrip()
        for when, cost, back in rows
    ]
    return "\n".join([heading, *told])


def _before(until: datetime, facts: BookingFacts, zone: ZoneInfo) -> str:
    at = formatting.format_datetime(until, zone=zone, locale=facts.business.locale)
    return _("Before %(until)s") % {"until": at}
