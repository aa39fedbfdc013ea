"""What owners type about money: syntax and shape only; amounts in main units, as people do."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.dashboard.forms import read_instant
from apps.kernel.money import Money, exponent
from apps.web.fields import LineField

MOST = Decimal(1_000_000_000)


class PaidForm(forms.Form):
    """The revision of the booking the page showed."""

    revision = forms.IntegerField(min_value=1, max_value=2_000_000_000)


class UndoPaidForm(forms.Form):
    """Which payment in person was a mistake."""

    payment = forms.IntegerField(min_value=1, max_value=2**62)


class RefundForm(forms.Form):
    """How much goes back, and what had gone back when the page was made (minor units)."""

    use_required_attribute = False

    amount = forms.DecimalField(
        label=_("How much"),
        min_value=Decimal("0.001"),
        max_value=MOST,
        max_digits=15,
        error_messages={
            "required": _("Enter how much goes back."),
            "invalid": _("Enter an amount like 12.50."),
        },
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = LineField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen_refunded = forms.IntegerField(
        min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="refund-%s", **kwargs)  # type: ignore[misc]
        self.currency = currency

    def clean_amount(self) -> int:
        """The amount in minor units."""
        try:
            return Money.from_decimal(self.cleaned_data["amount"], self.currency).amount
        except ValueError as wrong:
            digits = exponent(self.currency)
            words = _("Enter an amount with at most %(digits)d decimals.") % {"digits": digits}
            raise forms.ValidationError(words) from wrong


class ResolveForm(forms.Form):
    """Which way out of an overlap, for which side, and to which of the offered times (UTC)."""

    verb = forms.ChoiceField(choices=[(it, it) for it in ("move", "cancel", "keep")])
    side = forms.CharField(max_length=8, required=False)
    time = forms.CharField(max_length=25, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("verb") == "move":
            found["time"] = read_instant(found.get("time", ""))
        return found


class KeepForm(forms.Form):
    """Why two bookings at one time are right as they are."""

    use_required_attribute = False

    reason = LineField(
        label=_("Reason"),
        max_length=250,
        error_messages={"required": _("Say why both stay.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="keep-%s", **kwargs)  # type: ignore[misc]
