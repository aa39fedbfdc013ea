"""The strip "Book again" of a remembered device: one tap holds the time."""

from datetime import datetime
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.availability.queries import zone_of
from apps.bookings.forms.picks import picks_of, times_url
from apps.bookings.forms.slot import slot_value
from apps.bookings.models import Booking
from apps.bookings.queries.next_times import Again, find_again
from apps.bookings.queries.picker import buttons
from apps.bookings.queries.times import facts_words


def again_strip(last: Booking, *, now: datetime) -> dict[str, Any] | None:
    """Word the strip; None when there is nothing to offer. Only a first name is shown."""
    again = find_again(last=last, now=now)
    if again is None:
        return None
    choice, business = again.choice, last.business
    venue = zone_of(service=choice.service, location=choice.location)
    picks = picks_of(choice)
    value = partial(_value, again, venue)
    pairs = [(k, v) for k, v in picks.pairs() if k not in {"staff", "variant"}]
    slug = {"business": business.slug}
    return {
        "name": last.contact_name.partition(" ")[0][:40],
        "brief_words": _brief(again),
        "hold_url": reverse("bookings:hold", kwargs=slug),
        "slots": buttons(again.slots, zone=venue, venue=venue, locale=business.locale, value=value),
        "fields": [("service", choice.service.slug), *pairs],
        "other_url": times_url(choice.service, picks),
        "forget_url": reverse("bookings:forget", kwargs=slug),
    }


def _brief(again: Again) -> str:
    """ "Cut and finish with Ana, 45 min, €48.00"."""
    choice = again.choice
    name = choice.service.name
    if choice.chosen_staff is not None:
        names = {"service": name, "name": choice.chosen_staff.short_name}
        name = _("%(service)s with %(name)s") % names
    return f"{name}, {facts_words(choice)}"


def _value(again: Again, venue: Any, start: int) -> str:
    choice = again.choice
    variant = choice.variant.pk if choice.variant else None
    return slot_value(start=start, zone=venue, staff=choice.primary_id, variant=variant)
