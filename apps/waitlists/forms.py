"""The forms with which customers join a waitlist."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.bookings.wishes import HOUR, PARTS, SPANS, Key, Wish, wishes_from
from apps.bookings.wording import hours_words
from apps.waitlists.operations import WaitingDetails
from apps.web import formatting
from apps.web.fields import AsksAboutSlips, OwnAddressField, OwnNameField, VisitAddressField

NOTICES = (
    (0, _("None, any time works")),
    (2 * HOUR, _("At least 2 hours")),
    (12 * HOUR, _("At least 12 hours")),
    (24 * HOUR, _("At least a day")),
)


class WaitlistForm(AsksAboutSlips):
    """Who waits, and until when they must know."""

    use_required_attribute = False

    name = OwnNameField()
    email = OwnAddressField(help_text=_("We’ll e-mail you as soon as a place opens up."))
    notice = forms.TypedChoiceField(
        label=_("How much notice do you need?"), choices=NOTICES, coerce=int
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)

    def details(self) -> WaitingDetails:
        """What was typed, cleaned."""
        found = self.cleaned_data
        return WaitingDetails(
            name=found["name"],
            email=found["email"],
            visit_address=found.get("visit_address", ""),
            notice_minutes=found["notice"],
        )


class WishForm(WaitlistForm):
    """Which days from ``on`` on, and at which hours, beside who waits."""

    days = forms.TypedChoiceField(label=_("Which days suit you?"), coerce=int)
    hours = forms.TypedChoiceField(label=_("Time of day"), coerce=int)
    field_order = ("days", "hours", "name", "email", "visit_address", "notice")

    def __init__(
        self,
        *args: Any,
        on: date,
        locale: str,
        asks_address: bool = False,
        worth: frozenset[Key] | None = None,
        **kwargs: Any,
    ) -> None:
        """worth names the days and hours (positions) that are worth waiting for: the others are
        left out, and the first of them is chosen to begin with. None offers all."""
        super().__init__(*args, **kwargs)
        if asks_address:
            self.fields["visit_address"] = VisitAddressField()
            self.order_fields(self.field_order)
        self.on = on
        if worth is None:
            worth = frozenset(wishes_from(on))
        self.fields["email"].help_text = _("We’ll e-mail you as soon as a time opens up.")
        self.fields["days"].choices = [  # type: ignore[attr-defined]
            (days, _days_words(on, days, locale=locale))
            for position, days in enumerate(SPANS)
            if any(position == it for it, _part in worth)
        ]
        self.fields["hours"].choices = [  # type: ignore[attr-defined]
            (number, hours_words(*part, locale=locale).capitalize())
            for number, part in enumerate(PARTS)
            if any(number == it for _days, it in worth)
        ]
        first = min(worth, default=(0, 0))
        self.initial = {"days": SPANS[first[0]], "hours": first[1], **self.initial}

    def wish(self) -> Wish:
        """The days and hours that were chosen."""
        found = self.cleaned_data
        first, last = PARTS[found["hours"]]
        return Wish(
            first_on=self.on,
            last_on=self.on + timedelta(days=found["days"] - 1),
            from_minute=first,
            to_minute=last,
            notice_minutes=found["notice"],
        )


def _days_words(on: date, days: int, *, locale: str) -> str:
    if days == 1:
        return formatting.format_day(on, locale=locale)
    return formatting.format_days(on, on + timedelta(days=days - 1), locale=locale)
