"""How long the business keeps each class of data."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.privacy.models import Retention
from apps.web.fields import PlainNumberField

FOR_EVER = "EVER"
MONTHS = (1, 3, 6, 12, 24, 36, 60, 120)


def _months(typed: str) -> int | None:
    return None if typed == FOR_EVER else int(typed)


class PeriodField(forms.TypedChoiceField):
    """So many months of 30 days, or until somebody is erased."""

    def __init__(self, **kwargs: Any) -> None:
        months = [(str(n), ngettext_lazy("%d month", "%d months", n) % n) for n in MONTHS]
        choices = [*months, (FOR_EVER, _("Until they have it erased"))]
        super().__init__(choices=choices, coerce=_months, **kwargs)


class PeriodsForm(forms.Form):
    """One period for each class of data, and what the page showed."""

    use_required_attribute = False

    contact_months = PeriodField(
        label=_("Customers and their visits"),
        help_text=_(
            "Name, address, phone and notes go this long after a visit, and the customer with the "
            "last of them. The visit stays in your numbers."
        ),
    )
    unmet_months = PeriodField(
        label=_("What came to nothing"),
        help_text=_("The same, for requests you declined and bookings that were cancelled."),
    )
    sensitive_months = PeriodField(
        label=_("Sensitive answers"),
        help_text=_("Answers to questions that are marked sensitive go this long after the visit."),
    )
    mail_months = PeriodField(
        label=_("Text of e-mails"),
        help_text=_("That an e-mail was sent, and when, stays with the booking."),
    )
    revision = PlainNumberField(min_value=0, widget=forms.HiddenInput)

    def periods(self) -> dict[str, int | None]:
        """What was chosen, by the columns of the model."""
        return {name: self.cleaned_data[name] for name in Retention.PERIODS}
