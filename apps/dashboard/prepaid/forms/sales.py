"""What the desk types about plans and gift cards that somebody has: syntax and shape only."""

import secrets
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.models import PricingPlan
from apps.catalog.pricing import MAX_AMOUNT
from apps.checkout.gifts import plain_gift_code
from apps.checkout.promotions import plain_code
from apps.prepaid.forms import GiftFields
from apps.prepaid.operations import Buyer
from apps.web.fields import (
    AddressField,
    AsksAboutSlips,
    LineField,
    PlainNumberField,
    WholeNumberField,
)
from apps.web.number_fields import MoneyField, speak
from apps.web.text import clean_line

LESS, MORE = "LESS", "MORE"


class RevisionForm(forms.Form):
    """The revision the page showed."""

    use_required_attribute = False

    revision = PlainNumberField(
        min_value=1, max_value=2_000_000_000, required=True, widget=forms.HiddenInput
    )


class ByCardForm(forms.Form):
    """Whether a gift card pays instead of cash, and which one: by_card is the button
    beside the field."""

    gift = LineField(max_length=40, required=False)
    by_card = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Whoever pressed the button of the card does not record cash by mistake."""
        found = super().clean() or {}
        if found.get("by_card") and not found.get("gift"):
            self.add_error("gift", _("Enter the gift card code."))
        if not found.get("by_card"):
            found["gift"] = ""
        return found


class PlanPaidForm(ByCardForm):
    """Which order of a plan was paid in person, or by which card."""

    order = PlainNumberField(min_value=1, max_value=2**62)


class PlanNextForm(RevisionForm, ByCardForm):
    """The next period of a membership is paid for in person, or by a card."""


class UndoPlanPaidForm(forms.Form):
    """Which payment of which order was a mistake."""

    order = PlainNumberField(min_value=1, max_value=2**62)
    payment = PlainNumberField(min_value=1, max_value=2**62)


class ReasonField(LineField):
    """Why a member of the team did something; it is kept in the ledger."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            label=_("Reason"),
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": _("Enter a reason.")},
            **more,
        )


class EndPlanForm(RevisionForm):
    """How much goes back (minor units); nothing unless somebody says so."""

    amount = MoneyField(
        min_value=Decimal(0), help_text=_("Leave empty to refund nothing."), required=False
    )
    reason = ReasonField(required=False)
    seen_refunded = PlainNumberField(
        min_value=0, max_value=MAX_AMOUNT, widget=forms.HiddenInput, required=False
    )

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="end-%s", **kwargs)  # type: ignore[misc]
        _word_amount(self, _("Amount to refund in %(currency)s"), business)

    def clean_amount(self) -> int:
        return self.cleaned_data["amount"] or 0

    def clean_seen_refunded(self) -> int:
        return self.cleaned_data["seen_refunded"] or 0


class AdjustPlanForm(RevisionForm):
    """Visits more or fewer, and why."""

    way = forms.ChoiceField(
        label=_("Change"),
        choices=[(MORE, _("Add visits")), (LESS, _("Remove visits"))],
        initial=MORE,
        error_messages={"required": _("Choose a change.")},
    )
    visits = WholeNumberField(
        label=_("Number of visits"),
        min_value=1,
        max_value=1000,
        error_messages={"required": _("Enter the number of visits.")},
    )
    reason = ReasonField()

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="adjust-%s", **kwargs)  # type: ignore[misc]
        speak(self, locale=business.locale)

    def change(self) -> int:
        """Visits, below 0 where they go."""
        visits: int = self.cleaned_data["visits"]
        return -visits if self.cleaned_data["way"] == LESS else visits


class AdjustGiftForm(forms.Form):
    """An amount off or back on a card (minor units), and why. seen_balance is what the page
    showed."""

    use_required_attribute = False

    way = forms.ChoiceField(
        label=_("Change"),
        choices=[(LESS, _("Remove")), (MORE, _("Add"))],
        initial=LESS,
        error_messages={"required": _("Choose a change.")},
    )
    amount = MoneyField(error_messages={"required": _("Enter an amount.")})
    reason = ReasonField()
    seen_balance = PlainNumberField(min_value=0, max_value=MAX_AMOUNT, widget=forms.HiddenInput)

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="adjust-%s", **kwargs)  # type: ignore[misc]
        _word_amount(self, _("Amount in %(currency)s"), business)

    def change(self) -> int:
        """Minor units, below 0 where they are taken off."""
        amount: int = self.cleaned_data["amount"]
        return -amount if self.cleaned_data["way"] == LESS else amount


class StopGiftForm(forms.Form):
    """What to do with the rest of a card that is stopped."""

    seen_balance = PlainNumberField(min_value=0, max_value=MAX_AMOUNT)
    back = forms.BooleanField(required=False)


def _code_input() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"})


class DeskSaleForm(AsksAboutSlips):
    """Who buys at the desk; the key makes a form that is sent twice sell once."""

    use_required_attribute = False

    name = LineField(
        label=_("Name"),
        max_length=120,
        error_messages={"required": _("Enter a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Enter an e-mail address."),
        },
        widget=forms.EmailInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    key = forms.RegexField(
        regex=r"^[A-Za-z0-9_-]{16,24}$",
        max_length=24,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Please press the button again."),
            "invalid": _("Please press the button again."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="sale-%s", **kwargs)

    def buyer(self) -> Buyer:
        return Buyer(name=self.cleaned_data["name"], email=self.cleaned_data["email"])


class SellPlanForm(DeskSaleForm):
    """The page writes anew what the plan costs, what a gift card pays of that (minor units) and
    which codes made it so: whoever sells it has seen these. A free plan is not paid."""

    code = LineField(label=_("Code"), max_length=40, required=False, widget=_code_input())
    gift = LineField(label=_("Gift card code"), max_length=40, required=False, widget=_code_input())
    is_paid = forms.BooleanField(
        label=_("Paid now, in person"),
        required=False,
        initial=True,
        help_text=_("If not, the plan starts anyway and its page shows what is still owed."),
    )
    seen_price = PlainNumberField(min_value=0, max_value=MAX_AMOUNT)
    seen_gift_amount = PlainNumberField(min_value=0, max_value=MAX_AMOUNT, required=False)
    used_code = LineField(max_length=40, required=False)
    used_gift = LineField(max_length=40, required=False)

    def __init__(self, *args: Any, plan: PricingPlan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not plan.price:
            del self.fields["is_paid"]
        if self.is_update:
            self.fields["name"].required = self.fields["email"].required = False

    def clean(self) -> dict[str, Any]:
        """Nobody has to be named to see an amount; the page asks for both all the same."""
        self.fields["name"].required = self.fields["email"].required = True
        return super().clean() or {}

    @property
    def is_update(self) -> bool:
        """Whether the new amount is to be shown: nobody sells with a code, or without one, before
        the page said what that costs."""
        return self.is_bound and ("update" in self.data or self.codes != self._used)

    @property
    def codes(self) -> tuple[str, str]:
        """The code and the gift card that are typed, as they are stored; "" for none."""
        return plain_code(self._raw("code"))[:20], plain_gift_code(self._raw("gift"))

    @property
    def typed_email(self) -> str:
        """Who buys, as far as anybody said; it need not be an address yet."""
        return clean_line(str(self["email"].value() or ""), max_length=254).lower()

    @property
    def _used(self) -> tuple[str, str]:
        return plain_code(self._raw("used_code")), plain_gift_code(self._raw("used_gift"))

    def _raw(self, name: str) -> str:
        return clean_line(str(self[name].value() or ""), max_length=40)


class SellGiftForm(DeskSaleForm, GiftFields):
    """A gift card at the desk."""

    field_order = ("amount", "name", "email", "to_name", "to_email", "words", "key")

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word_amount(self, _("Amount in %(currency)s"), business)
        self.fields["name"].label = _("Bought by")
        self.fields["email"].help_text = _("We’ll send the code here.")
        self.fields["to_email"].help_text = _("We’ll send the code here too.")


def _word_amount(form: forms.Form, label: Any, business: Business) -> None:
    speak(form, locale=business.locale, currency=business.currency)
    form.fields["amount"].label = label % {"currency": business.currency}


class HoldersForm(forms.Form):
    """What a list of plans or cards is searched for; what is not a value is left out."""

    q = LineField(label=_("Search"), required=False, max_length=100)
    plan = PlainNumberField(required=False, min_value=1, max_value=2**62)
    page = PlainNumberField(required=False, min_value=1, max_value=2_000_000_000)

    def asked(self) -> tuple[str, int | None, int]:
        """Return words, plan and page."""
        self.is_valid()
        found = self.cleaned_data
        return found.get("q") or "", found.get("plan"), found.get("page") or 1


def new_desk_key() -> str:
    """A key for a form of the desk that is about to be shown."""
    return secrets.token_urlsafe(16)
