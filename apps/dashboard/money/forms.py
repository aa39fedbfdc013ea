"""What owners type about money: syntax and shape only; amounts in main units, as people do."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.dashboard.money.queries.orders import LONGEST_SEARCH, State
from apps.web.fields import LineField, PlainNumberField


class PaidForm(forms.Form):
    """The revision of the booking the page showed."""

    revision = PlainNumberField(min_value=1, max_value=2_000_000_000)


class UndoPaidForm(forms.Form):
    """Which payment in person was a mistake."""

    payment = PlainNumberField(min_value=1, max_value=2**62)


class CodeForm(forms.Form):
    """A code or the number of a gift card, as it was typed."""

    code = LineField(max_length=40, error_messages={"required": _("Enter a code.")})


class PlanForm(forms.Form):
    """Which plan of the customer pays, as the radio cards name it, and the revision of the booking
    the page showed."""

    revision = PlainNumberField(min_value=1, max_value=2_000_000_000)
    way = forms.CharField(max_length=30, required=False)


class OrdersForm(forms.Form):
    """What the list of orders is asked for; what is not a value is left out."""

    q = LineField(required=False, max_length=LONGEST_SEARCH)
    state = forms.TypedChoiceField(
        required=False, choices=[(it.value, it.value) for it in State], coerce=State
    )
    before = PlainNumberField(required=False, min_value=1, max_value=2**62)

    def asked(self) -> tuple[State, str, int | None]:
        """Return the state, the words that are searched for, and where the page begins."""
        self.is_valid()
        found = self.cleaned_data
        return State(found.get("state") or State.ALL), found.get("q") or "", found.get("before")


class LeftoverForm(forms.Form):
    """What becomes of the money of a booking that is over: the one button that was pressed."""

    back = forms.BooleanField(required=False)
    keep = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("back") is found.get("keep"):
            raise forms.ValidationError(_("Choose what happens to the money."))
        return found
