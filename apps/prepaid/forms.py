"""Who buys a plan or a gift card: syntax and shape only."""

import secrets
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.businesses.models import Business
from apps.catalog.payment_problems import OutOfReach, limit_words
from apps.catalog.pricing import MAX_AMOUNT
from apps.checkout.operations import SeenGift
from apps.checkout.queries.gifts import Gift as UsableGift
from apps.checkout.queries.reach import bounds_in_use
from apps.kernel.money import exponent
from apps.prepaid.operations import Buyer, Gift
from apps.web.fields import (
    AddressField,
    AsksAboutSlips,
    LineField,
    OwnAddressField,
    OwnNameField,
    PlainNumberField,
)
from apps.web.form_keys import KeyedForm
from apps.web.number_fields import MoneyField, speak

LONGEST_KEY = 43


class BuyerForm(AsksAboutSlips):
    """Name and address; the key makes a form that is sent twice buy once."""

    use_required_attribute = False

    name = OwnNameField()
    email = OwnAddressField(help_text=_("We’ll send it here."))
    key = forms.RegexField(
        regex=r"^[A-Za-z0-9_-]{20,43}$",
        max_length=LONGEST_KEY,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Please press the button again."),
            "invalid": _("Please press the button again."),
        },
    )
    seen_price = PlainNumberField(
        min_value=0,
        max_value=MAX_AMOUNT,
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Please check the price and press the button again."),
            "invalid": _("Please check the price and press the button again."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)

    def buyer(self) -> Buyer:
        """Who buys, cleaned."""
        return Buyer(name=self.cleaned_data["name"], email=self.cleaned_data["email"])


class PlanBuyerForm(BuyerForm):
    """Who buys a plan. The page writes anew what it costs, and what a gift card pays of that (minor
    units): whoever sends it has seen these."""

    seen_gift_amount = PlainNumberField(min_value=0, max_value=MAX_AMOUNT, required=False)

    def seen_gift(self, gift: UsableGift | None) -> SeenGift | None:
        """The card that pays, and what the page said it pays; a card that has nothing any more is
        none of ours (0), which is refused unless this form has bought already."""
        return seen_gift(self.cleaned_data["seen_gift_amount"], gift)


class SeenLeftForm(forms.Form):
    """What the page of a plan that is not paid yet said is to be paid, in minor units."""

    seen_left = PlainNumberField(min_value=0, max_value=MAX_AMOUNT)


def seen_gift(amount: int | None, gift: UsableGift | None) -> SeenGift | None:
    """What a page said that a card pays (minor units), and the card as it is now, if any."""
    if not amount:
        return None
    return SeenGift(card_id=gift.card_id if gift else 0, amount=amount)


def new_form_key() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(24)


class PlanHolderForm(KeyedForm, AsksAboutSlips):
    """The address of somebody who has a plan."""

    use_required_attribute = False

    email = OwnAddressField(help_text=_("The one you bought your plan with."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="%s", **kwargs)


class GiftFields(forms.Form):
    """What a gift card is worth, and for whom it is; mixed into the form of whoever buys it."""

    amount = MoneyField(error_messages={"required": _("Enter an amount.")})
    to_name = LineField(label=_("Recipient’s name"), max_length=120, required=False)
    to_email = AddressField(
        label=_("Recipient’s e-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    words = LineField(label=_("Message"), max_length=300, required=False)

    def speak_for(self, business: Business) -> None:
        """Say in which currency the amount is typed, and how."""
        speak(self, locale=business.locale, currency=business.currency)

    def clean_amount(self) -> int:
        """The amount in minor units, within what a card may be worth."""
        field: Any = self.fields["amount"]
        amount: int = self.cleaned_data["amount"]
        unit = 10 ** exponent(field.currency)
        if not MIN_WORTH * unit <= amount <= MAX_WORTH * unit:
            words = _("Enter an amount between %(least)d and %(most)d.")
            raise forms.ValidationError(words % {"least": MIN_WORTH, "most": MAX_WORTH})
        return amount

    def gift(self, buyer: Buyer) -> Gift:
        """The card that is bought, cleaned."""
        found = self.cleaned_data
        return Gift(
            value=found["amount"],
            buyer=buyer,
            to_name=found["to_name"],
            to_email=found["to_email"],
            words=found["words"],
        )


class GiftForm(BuyerForm, GiftFields):
    """A gift card on its own page."""

    field_order = ("amount", "to_name", "to_email", "words", "name", "email")

    def __init__(self, *args: Any, business: Business, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.speak_for(business)
        self.business = business
        del self.fields["seen_price"]
        self.fields["name"].label = _("Your name")
        self.fields["email"].label = _("Your e-mail")
        amount = self.fields["amount"]
        amount.label, amount.help_text = _("Amount"), business.currency
        amount.error_messages["invalid"] = _("Enter an amount like 50.")
        self.fields["to_email"].help_text = _(
            "We’ll send it here too. Leave this empty to give it to them yourself."
        )

    def clean_amount(self) -> int:
        """As in every such form, and not what cannot be paid online."""
        amount = super().clean_amount()
        bounds = bounds_in_use(self.business)
        if bounds is None or bounds.takes(amount):
            return amount
        it = OutOfReach(of="price", amount=amount, **asdict(bounds), is_only_way=True)
        raise forms.ValidationError(limit_words(it, business=self.business))


MIN_WORTH, MAX_WORTH = 5, 1000
"""What a gift card is worth at least and at most, in main units of the currency."""
