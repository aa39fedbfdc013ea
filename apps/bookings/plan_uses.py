"""Which plan paid for a booking, and when the visit may be instead. Said by an app above this one,
which registers itself when it is ready; as long as nobody does, a booking paid with a plan says
only that."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.availability.models import CourseRun, Session
from apps.bookings.models import Booking


@dataclass(frozen=True, slots=True)
class PlanUse:
    """The plan that paid, as it is now: left is how many visits are on it, None where nobody counts
    them or it is over. is_back: what the booking used went back to it."""

    name: str
    left: int | None = None
    is_back: bool = False


Find = Callable[[Collection[int]], Mapping[int, PlanUse]]
"""Answers by the ids of bookings; those that no plan paid for are left out."""


Span = tuple[datetime, datetime]
"""From when to when somebody is there (UTC)."""


def meet(some: Iterable[Span], others: Sequence[Span]) -> bool:
    """Whether one of these times is at the same time as one of the others."""
    return any(start < last and first < end for start, end in some for first, last in others)


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """When the visit that a plan paid for may be instead: it has to begin before ends_at (UTC,
    None is no limit), and not while the plan pays another visit for the one person it is for
    (taken: from, to)."""

    ends_at: datetime | None = None
    taken: tuple[Span, ...] = ()

    def allow(self, times: Sequence[Span]) -> bool:
        """Whether the plan pays for a visit at these times (UTC): those of a course are several."""
        begins = min((start for start, _end in times), default=None)
        if self.ends_at is not None and begins is not None and begins >= self.ends_at:
            return False
        return not self.is_taken(times)

    def is_taken(self, times: Sequence[Span]) -> bool:
        """Whether the plan pays another visit of its one person at one of these times (UTC): the
        team cannot say otherwise, as it can of the end."""
        return meet(self.taken, times)


Limits = Callable[[int, bool], PlanLimits]
"""Answers by the id of a booking that a plan paid for; locks the plan where that is asked, so that
the answer stays true."""

_known: list[Find] = []
_limits: list[Limits] = []


def register_plan_uses(find: Find, *, limits: Limits) -> None:
    """Let these be asked from now on, and no others."""
    _known[:] = [find]
    _limits[:] = [limits]


def plan_limits_of(booking: Booking, *, locks: bool = False) -> PlanLimits:
    """When what a plan paid for may be instead; no limits where no plan did. One query with a plan,
    one more where it is for one person. locks: the plan is locked, after booking and session."""
    if booking.payment_option != Booking.PaymentOption.MEMBERSHIP:
        return PlanLimits()
    return next((limits(booking.pk, locks) for limits in _limits), PlanLimits())


def plan_words_of(*bookings: Booking) -> dict[int, str]:
    """How each booking that a plan pays for says so, by its id; one query where there are any."""
    ids = [it.pk for it in bookings if it.payment_option == Booking.PaymentOption.MEMBERSHIP]
    uses: dict[int, PlanUse] = {}
    for find in _known if ids else ():
        uses.update(find(ids))
    return {pk: plan_words(uses.get(pk)) for pk in ids}


def plan_words(use: PlanUse | None) -> str:
    """ "Paid with Ten classes, 7 left"; where the visit went back, that it did."""
    if use is None:
        return _("Paid with a plan")
    if use.is_back:
        return _("Paid with %(plan)s, visit returned") % {"plan": use.name}
    if use.left is None:
        return _("Paid with %(plan)s") % {"plan": use.name}
    if use.left == 0:
        return _("Paid with %(plan)s, none left") % {"plan": use.name}
    words = ngettext("Paid with %(plan)s, %(n)d left", "Paid with %(plan)s, %(n)d left", use.left)
    return words % {"plan": use.name, "n": use.left}


def with_extras(words: str, extras: str) -> str:
    """The same where extras are paid beside it, in words of their own."""
    return _("%(plan)s. Extras: %(extras)s") % {"plan": words, "extras": extras}


def times_of(booked: Sequence[Booking]) -> list[Span]:
    """From when to when these bookings are (UTC), the soonest first; one query where a course is
    among them, none otherwise."""
    runs = [it.course_run_id for it in booked if it.course_run_id is not None]
    single = [(it.starts_at, it.ends_at) for it in booked if it.course_run_id is None]
    return sorted([*single, *_dates(runs)])


def times_at(target: Session | CourseRun) -> list[Span]:
    """The same of a session, or of a run of a course."""
    if isinstance(target, CourseRun):
        return _dates([target.pk])
    return [(target.starts_at, target.ends_at)]


def _dates(runs: Iterable[int]) -> list[Span]:
    ids = list(runs)
    if not ids:
        return []
    dates = Session.objects.filter(course_run__in=ids, state=Session.State.SCHEDULED)
    return list(dates.order_by("starts_at", "pk").values_list("starts_at", "ends_at"))
