"""Other times that are suggested instead of the one that was asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.bookings.queries.suggestions import MAX_SUGGESTED
from apps.dashboard.bookings.forms import DecisionForm
from apps.dashboard.frame.forms import LONGEST_REASON
from apps.web.fields import LineField


class SuggestForm(DecisionForm):
    """One to three starts out of those that are free; ``offered`` are the values of the boxes."""

    NONE_OR_MANY = _("Tick one, two or three times.")
    GONE = _("One of these times is no longer free. Please tick again.")

    time = forms.MultipleChoiceField(
        label=_("Times to suggest"),
        error_messages={"required": NONE_OR_MANY, "invalid_choice": GONE},
    )
    message = LineField(
        label=_("Message"),
        help_text=_("For example: Ana is away that Saturday. The customer sees this."),
        max_length=LONGEST_REASON,
        required=False,
    )

    def __init__(self, *args: Any, offered: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["time"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(value, value) for value in offered]

    def clean_time(self) -> list[datetime]:
        """The ticked starts as instants."""
        ticked = self.cleaned_data["time"]
        if len(ticked) > MAX_SUGGESTED:
            raise forms.ValidationError(self.NONE_OR_MANY)
        return [datetime.fromisoformat(value) for value in ticked]
