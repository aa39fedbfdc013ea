"""The lines above the picker: facts of the choice, whom with, on which clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.bookings.cancelling_words import cancel_words
from apps.bookings.policy import is_free_now
from apps.bookings.queries.rules import policy_of
from apps.bookings.wording import pay_words, price_words
from apps.catalog.models import Service
from apps.catalog.queries import Choice
from apps.web import formatting


@dataclass(frozen=True, slots=True)
class StaffOption:
    value: str
    label: str
    chosen: bool


def facts_words(choice: Choice, *, says_where: bool = True) -> str:
    """ "45 min, €48.00", and the place where there are several."""
    price = price_words(
        amount=choice.price.total,
        text=choice.price.text,
        currency=choice.price.currency,
        locale=choice.service.business.locale,
    )
    parts = [formatting.format_duration(choice.duration_minutes), price]
    if choice.variant is not None and choice.service.price_kind == Service.PriceKind.VARIED:
        parts.insert(0, choice.variant.name)
    parts += [add_on.name for add_on in choice.add_ons]
    if says_where and choice.location is not None and choice.has_other_places:
        parts.append(choice.location.name)
    return ", ".join(parts)


def staff_options(choice: Choice) -> list[StaffOption]:
    """Anyone first, then the team; nothing when there is nobody to choose between."""
    if len(choice.staff) < 2:  # noqa: PLR2004 - one person is no choice
        return []
    anyone = StaffOption("", _("Any available"), choice.chosen_staff is None)
    return [
        anyone,
        *(
            StaffOption(str(it.resource_id), it.short_name, it == choice.chosen_staff)
            for it in choice.staff
        ),
    ]


def policy_words(choice: Choice) -> str:
    """ "Free cancellation up to 24 hours before. You pay at the salon." """
    cancel = cancel_words(policy_of(choice.policy))
    pay = pay_words(choice.service, amount=choice.price.total)
    return f"{cancel} {pay}".strip()


def policy_words_of_day(
    choice: Choice, starts: Sequence[datetime], *, now: datetime, zone: ZoneInfo
) -> str:
    """The same for the times (UTC) that a page shows: those that are too near to be cancelled are
    not told to be free."""
    policy = policy_of(choice.policy)
    near = [at for at in starts if not is_free_now(policy=policy, starts_at=at, now=now)]
    if not policy.cancel_allowed or not near:
        return policy_words(choice)
    pay = pay_words(choice.service, amount=choice.price.total)
    if len(near) == len(starts):
        cancel = _("These times are too soon for free cancellation.")
        return f"{cancel} {pay}".strip()
    first = min(at for at in starts if at not in near)
    when = formatting.format_time(first, zone=zone, locale=choice.service.business.locale)
    sooner = _("Times before %(when)s are too soon for that.") % {"when": when}
    return f"{cancel_words(policy)} {sooner} {pay}".strip()


def visitor_note(*, service: Service, theirs: str, venue: ZoneInfo, at: datetime) -> str:
    """ "It is 3 hours earlier where you are.", when the visitor's clock differs from the venue's.

    theirs is the name a cookie gives, so it may be anything.
    """
    if service.online or not theirs:
        return ""
    try:
        offset = at.astimezone(ZoneInfo(theirs)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    there = at.astimezone(venue).utcoffset()
    if offset is None or there is None or offset == there:
        return ""
    minutes = abs(int((offset - there).total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    length = ngettext("%d hour", "%d hours", hours) % hours
    if rest:
        length = formatting.format_duration(minutes)
    if offset < there:
        return _("It is %(length)s earlier where you are.") % {"length": length}
    return _("It is %(length)s later where you are.") % {"length": length}
