"""What is typed on the page of one booking, about two bookings at one time, and about money that
nobody has decided on yet."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from apps.bookings.cancellation import MoneyChoice
from apps.catalog.pricing import MAX_AMOUNT
from apps.checkout.models import OrderLine
from apps.checkout.operations import WayOut
from apps.dashboard.frame.forms import LONGEST_REASON, read_instant
from apps.web.fields import LineField, PlainNumberField, TextField
from apps.web.formatting import format_money
from apps.web.number_fields import MoneyField, speak


class ResolveForm(forms.Form):
    """Which way out of an overlap, for which side, and to which of the offered times (UTC)."""

    verb = forms.ChoiceField(choices=[(it, it) for it in ("move", "keep")])
    side = forms.CharField(max_length=8, required=False)
    time = forms.CharField(max_length=25, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("verb") == "move":
            found["time"] = read_instant(found.get("time", ""))
        return found


class WayOutForm(forms.Form):
    """What happens to a refund that the bank refused."""

    way = forms.TypedChoiceField(choices=[(it.value, it.value) for it in WayOut], coerce=WayOut)


class SettleCardForm(forms.Form):
    """The amount that the page showed, in minor units."""

    seen = PlainNumberField(min_value=1, max_value=MAX_AMOUNT)


class KeepForm(forms.Form):
    """Why two bookings at one time are right as they are."""

    use_required_attribute = False

    reason = LineField(
        label=_("Reason"),
        max_length=250,
        error_messages={"required": _("Enter a reason for keeping both.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="keep-%s", **kwargs)  # type: ignore[misc]


class RefundForm(forms.Form):
    """How much to refund, by line and beyond them, and what had been refunded when the page was
    made (minor units)."""

    use_required_attribute = False

    amount = MoneyField(label=_("Any other amount"), required=False)
    reason = LineField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    seen_refunded = PlainNumberField(min_value=0, max_value=2_000_000_000, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, currency: str, locale: str, lines: Sequence[OrderLine], **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id="refund-%s", **kwargs)  # type: ignore[misc]
        self.left = {line.pk: line.left for line in lines if line.left > 0}
        self.words = {pk: format_money(left, currency, locale) for pk, left in self.left.items()}
        for line in lines:
            if line.pk in self.left:
                hint = _("Up to %(left)s") % {"left": self.words[line.pk]}
                self.fields[f"line_{line.pk}"] = MoneyField(
                    label=line.name, help_text=hint, required=False
                )
        speak(self, locale=locale, currency=currency)
        self.order_fields([*(f"line_{pk}" for pk in self.left), "amount"])

    def clean(self) -> dict[str, Any]:
        """Check each line, and that anything is refunded at all."""
        found = super().clean() or {}
        for pk, part in self.lines.items():
            if part > self.left[pk]:
                words = _("Up to %(left)s of this can be refunded.") % {"left": self.words[pk]}
                self.add_error(f"line_{pk}", words)
        if not self.errors and not self.total:
            self.add_error("amount", _("Enter the amount to refund."))
        return found

    @property
    def lines(self) -> dict[int, int]:
        """What is refunded for each line, by its id, as far as it could be read."""
        found = {pk: self.cleaned_data.get(f"line_{pk}") for pk in self.left}
        return {pk: part for pk, part in found.items() if part}

    @property
    def besides(self) -> int:
        """What is refunded beyond the lines."""
        return self.cleaned_data.get("amount") or 0

    @property
    def total(self) -> int:
        """Everything that is refunded."""
        return self.besides + sum(self.lines.values())


LONGEST_NOTE = 2000


class DecisionForm(forms.Form):
    """Every action says which revision of the booking its page showed."""

    revision = PlainNumberField(min_value=1, widget=forms.HiddenInput)


class DeclineMoveForm(DecisionForm):
    """Why a booking stays where it is."""

    use_required_attribute = False

    reason = LineField(
        label=_("Reason"),
        help_text=_("The customer sees this in the e-mail."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class MoveForm(DecisionForm):
    """What the customer reads about another time."""

    use_required_attribute = False

    message = TextField(
        label=_("Message"),
        help_text=_("For example: Ana is away that day. The customer sees this in the e-mail."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CancelForm(DecisionForm):
    reason = TextField(
        label=_("Reason"),
        help_text=_("The customer sees this in the e-mail."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    refund = forms.BooleanField(
        label=_("Refund everything paid, and return any visits to the plan"),
        required=False,
        initial=True,
    )


class FeeForm(DecisionForm):
    """A form with a field ``fee``: most is what the policy charges, in minor units of currency."""

    ids = "%s"

    def __init__(
        self, *args: Any, currency: str, locale: str, most: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id=self.ids, **kwargs)  # type: ignore[misc]
        told = format_money(most, currency, locale)
        self.fields["fee"].help_text = _("Up to %(most)s; you can charge less.") % {"most": told}
        if most:
            self.initial.setdefault("fee", most)
        speak(self, locale=locale, currency=currency)


class TeamCancelForm(FeeForm):
    """Why it is cancelled, and what becomes of the money; fee is what is charged where the policy
    counts, seen_fee what the page said it comes to (minor units)."""

    ids = "cancel_%s"

    reason = TextField(
        label=_("Reason"),
        help_text=_("The customer sees this in the e-mail."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    money = forms.TypedChoiceField(
        choices=[(it.value, it.value) for it in MoneyChoice],
        coerce=MoneyChoice,
        empty_value=MoneyChoice.BACK,
        required=False,
    )
    fee = MoneyField(label=_("Fee"), required=False)
    seen_fee = PlainNumberField(min_value=0, max_value=MAX_AMOUNT, required=False)


class NoShowForm(FeeForm):
    """That nobody came, and what is charged for it: the fee of the policy, less, or nothing."""

    ids = "no_show_%s"

    fee = MoneyField(label=_("Fee"), required=False)
    no_fee = forms.BooleanField(label=_("Charge no fee"), required=False)
    reason = LineField(
        label=_("Why less than the policy says"),
        help_text=_("Only your team sees this, in the history."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    @property
    def charged(self) -> int | None:
        """What is charged, in minor units; None is all that the policy says."""
        return 0 if self.cleaned_data["no_fee"] else self.cleaned_data["fee"]


class WaiveFeeForm(DecisionForm):
    """Why nobody asks for the fee any more."""

    reason = LineField(
        label=_("Why it is waived"),
        help_text=_("Only your team sees this, in the history."),
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Say why you waive the fee.")},
    )


class OverrideForm(DecisionForm):
    """An override without a reason cannot be stored (override_gives_a_reason)."""

    reason = LineField(
        label=_("Why this is all right"),
        help_text=_("For example: Ana stays longer. This is kept in the history."),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Enter a reason for squeezing this booking in.")},
    )


class EraseForm(forms.Form):
    """Why the team erases somebody; it is kept, so it should name nobody."""

    use_required_attribute = False

    reason = LineField(
        label=_("Reason"),
        help_text=_("For example: asked on the phone. This is kept, so please name nobody here."),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Enter a reason for erasing this.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NoteForm(DecisionForm):
    note = TextField(
        label=_("Only your team sees this"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class OnlineLinkForm(DecisionForm):
    """Where this one booking takes place; the customer reads it in an e-mail."""

    link = forms.URLField(
        label=_("Link for this booking"),
        help_text=_("We’ll e-mail it to the customer."),
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"])],
        widget=forms.URLInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        error_messages={
            "required": _("Enter the link."),
            "invalid": _("Enter a full link that starts with https://."),
        },
    )
