"""Which plan paid for a booking. Said by an app above this one, which registers itself when it is
ready; as long as nobody does, a booking paid with a plan says only that."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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

LastStart = Callable[[int], datetime | None]
"""Answers by the id of a booking that a plan paid for: what it pays for has to begin before that
instant (UTC); None is no limit."""

_known: list[Find] = []
_limits: list[LastStart] = []


def register_plan_uses(find: Find, *, last_start: LastStart) -> None:
    """Let these be asked from now on, and no others."""
    _known[:] = [find]
    _limits[:] = [last_start]


def last_start_of(booking: Booking) -> datetime | None:
    """Before when it has to begin what a plan pays for (UTC); None where there is no limit, or no
    plan. One query where there is one."""
    if booking.payment_option != Booking.PaymentOption.MEMBERSHIP:
        return None
    limits = (last_start(booking.pk) for last_start in _limits)
    return min((it for it in limits if it is not None), default=None)


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
        return _("Paid with %(plan)s, given back") % {"plan": use.name}
    if use.left is None:
        return _("Paid with %(plan)s") % {"plan": use.name}
    if use.left == 0:
        return _("Paid with %(plan)s, none left") % {"plan": use.name}
    words = ngettext("Paid with %(plan)s, %(n)d left", "Paid with %(plan)s, %(n)d left", use.left)
    return words % {"plan": use.name, "n": use.left}


def with_extras(words: str, extras: str) -> str:
    """The same where extras are paid beside it, in words of their own."""
    return _("%(plan)s. Extras: %(extras)s") % {"plan": words, "extras": extras}
