"""What owners type about the price of a service and how it is paid: syntax and shape only."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Service
from apps.catalog.payment_problems import PROBLEMS, WRONG_RATE, OutOfReach, reach_words
from apps.catalog.pricing import (
    LONGEST_TEXT,
    PaymentProblem,
    PaymentTerms,
    PriceKind,
    online_problem,
)
from apps.catalog.queries.offered import terms_of
from apps.kernel.money import Money
from apps.web.fields import LineField, PlainNumberField
from apps.web.number_fields import MoneyField, NumberField, speak, write_number


class TaxField(NumberField):
    """A rate typed in per cent ("7.7"), kept in basis points (770)."""

    WRONG = WRONG_RATE

    def __init__(self, **kwargs: Any) -> None:
        codes = ("required", "invalid", "min_value", "max_value")
        words = dict.fromkeys(codes, self.WRONG)
        super().__init__(max_value=Decimal(50), error_messages=words, **kwargs)

    def clean(self, value: Any) -> int:
        """Basis points.

        Raises:
            ValidationError: no rate, or with more than two decimals.
        """
        points = super().clean(value) * 100
        if points != points.to_integral_value():
            raise forms.ValidationError(self.WRONG)
        return int(points)

    def prepare_value(self, value: Any) -> Any:
        """Basis points as people write them; what was typed as it was typed."""
        if type(value) is not int:
            return value
        return write_number(Decimal(value) / 100, locale=self.locale)


def warn_beside(field: forms.Field, words: str) -> None:
    """Put a warning behind the help text of a field: it is read together with the field."""
    gap = " " if field.help_text else ""
    field.help_text = format_html('{}{}<b class="warn">{}</b>', field.help_text, gap, words)


NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Fields under one heading; only is the kind of price they are for, "" for every kind."""

    name: str
    fields: tuple[BoundField, ...]
    only: str = ""


class PaymentForm(forms.Form):
    """Price and payment of one service; its variants have a price each (``variant_12``).

    To add a question: a field, its name in WAYS, its value in ``terms``.
    """

    use_required_attribute = False
    WAYS = ("pays_in_person", "pays_online", "deposit", "any_amount", "full_upfront")
    ONLINE = ("pays_online", "deposit", "any_amount", "full_upfront")
    """Closed together; the first of them says why."""

    revision = PlainNumberField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)
    price_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of price"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a kind of price."),
            "invalid_choice": gettext_lazy("Choose one of these kinds of price."),
        },
    )
    price_text = LineField(
        label=gettext_lazy("Words instead of a price"),
        help_text=gettext_lazy("For example: after a consultation. Leave empty for “On request”."),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    pays_in_person = forms.BooleanField(required=False)
    pays_online = forms.BooleanField(label=gettext_lazy("Online"), required=False)
    any_amount = forms.BooleanField(
        label=gettext_lazy("Let customers pay more than the deposit"),
        help_text=gettext_lazy(
            "Customers choose how much to pay now, and how much of the rest later."
        ),
        required=False,
    )
    full_upfront = forms.BooleanField(
        label=gettext_lazy("Customers may pay in full"),
        help_text=gettext_lazy("For customers who owe a deposit."),
        required=False,
    )
    tax_rate = TaxField(label=gettext_lazy("Tax rate (%)"))

    def __init__(
        self, data: Any = None, *, service: Service, can_authorize: bool, keeps: bool = False
    ) -> None:
        """keeps: the page grew old; what was typed stays, under the revision that is stored."""
        self.service, self.business = service, service.business
        self.variants = list(service.variants.all())
        stored = terms_of(service)
        super().__init__(
            self._kept(data) if keeps else data,
            auto_id="payment-%s",
            initial={
                "revision": service.revision,
                **{name: getattr(stored, name) for name in ("price_kind", "price", "price_text")},
                **{name: getattr(stored, name) for name in (*self.WAYS, "tax_rate")},
            },
        )
        self._add_amounts()
        self._offer_kinds()
        self._word_ways(can_authorize=can_authorize)
        included = self.business.prices_include_tax
        self.fields["tax_rate"].help_text = (
            _("Included in the price.") if included else _("Added to the price.")
        )

    def clean(self) -> dict[str, Any]:
        """Mistakes in fields the chosen kind of price does not use are no mistakes."""
        found = super().clean() or {}
        kind = found.get("price_kind")
        variants = {self._name(it.pk) for it in self.variants}
        unused = set() if kind == PriceKind.FIXED else {"price"}
        unused |= set() if kind == PriceKind.CUSTOM else {"price_text"}
        unused |= set() if kind == PriceKind.VARIED else variants
        for name in unused & self.errors.keys():
            del self.errors[name]
        return found

    def terms(self) -> PaymentTerms:
        """What valid values say; what the kind of price does not use is as it was."""
        found = self.cleaned_data
        kind = PriceKind(found["price_kind"])
        varied = kind is PriceKind.VARIED
        return PaymentTerms(
            price_kind=kind,
            price=found["price"] if kind is PriceKind.FIXED else self.service.price,
            price_text=(
                found["price_text"] if kind is PriceKind.CUSTOM else self.service.price_text
            ),
            variant_prices={
                it.pk: found[self._name(it.pk)] if varied else it.price for it in self.variants
            },
            pays_in_person=found["pays_in_person"],
            pays_online=found["pays_online"],
            deposit=found["deposit"],
            any_amount=found["any_amount"],
            full_upfront=found["full_upfront"],
            tax_rate=found["tax_rate"],
        )

    def refuse(self, problems: Sequence[PaymentProblem]) -> None:
        """Say why the terms cannot be kept, each reason beside its field."""
        for problem in problems:
            name, words = PROBLEMS[problem]
            self.add_error(name, words % {"place": self.business.place_word})

    def refuse_amounts(self, amounts: Sequence[OutOfReach]) -> None:
        """Say what nobody could pay, each amount beside its field."""
        for it in amounts:
            if it.is_only_way:
                self.add_error(self._field_of(it), reach_words(it, business=self.business))

    def warn(self, amounts: Sequence[OutOfReach]) -> None:
        """Say beside the fields what will not be offered online."""
        for it in amounts:
            if self._field_of(it) not in self.errors:
                words = reach_words(it, business=self.business)
                warn_beside(self.fields[self._field_of(it)], words)

    def groups(self) -> list[FieldGroup]:
        """The fields as the page shows them."""
        variants = tuple(self[self._name(it.pk)] for it in self.variants)

        def shown(name: str) -> bool:
            return name not in self.ONLINE[1:] or not self.fields[name].disabled

        found = [
            FieldGroup("", (self["price_kind"],)),
            FieldGroup("", (self["price"],), PriceKind.FIXED),
            FieldGroup("", (self["price_text"],), PriceKind.CUSTOM),
            FieldGroup(_("Price of each variant"), variants, PriceKind.VARIED),
            FieldGroup("", (self["tax_rate"],)),
            FieldGroup(
                _("How customers pay"), tuple(self[name] for name in self.WAYS if shown(name))
            ),
        ]
        return [it for it in found if it.fields]

    def _kept(self, data: Any) -> dict[str, Any]:
        """What was typed, with the stored revision, and the prices of variants that are new."""
        prices = {self._name(it.pk): self._typed(it.price) for it in self.variants}
        return {**prices, **data.dict(), "revision": str(self.service.revision)}

    def _add_amounts(self) -> None:
        currency = self.business.currency
        missing = {"required": gettext_lazy("Enter the price.")}
        label = _("Price in %(currency)s") % {"currency": currency}
        self.fields["price"] = MoneyField(label=label, min_value=NOTHING, error_messages=missing)
        self.fields["deposit"] = MoneyField(
            min_value=NOTHING,
            label=_("Deposit in %(currency)s") % {"currency": currency},
            help_text=_(
                "Paid online when booking, the rest at the %(place)s. Leave empty for no deposit."
            )
            % {"place": self.business.place_word},
            required=False,
        )
        for variant in self.variants:
            self.fields[self._name(variant.pk)] = MoneyField(
                min_value=NOTHING,
                label=f"{variant.name}, {currency}",
                initial=variant.price,
                error_messages=missing,
            )
        speak(self, locale=self.business.locale, currency=currency)

    def _offer_kinds(self) -> None:
        """A fixed price or one by variant: which of the two, the variants decide."""
        words = {
            PriceKind.FIXED: _("One price"),
            PriceKind.VARIED: _("By variant"),
            PriceKind.CUSTOM: _("On request"),
            PriceKind.FREE: _("Free"),
        }
        gone, why = PriceKind.VARIED, _("A price by variant needs variants; this service has none.")
        if self.variants:
            gone = PriceKind.FIXED
            why = _("This service has variants, each with its own price.")
        field = self.fields["price_kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(it.value, word) for it, word in words.items() if it is not gone]
        field.help_text = why

    def _word_ways(self, *, can_authorize: bool) -> None:
        """What can never be chosen for this service is closed, with the reason beside it."""
        place = {"place": self.business.place_word}
        self.fields["pays_in_person"].label = _("At the %(place)s") % place
        problem = online_problem(
            price_kind=PriceKind.FIXED,
            requires_approval=self.service.requires_approval,
            can_authorize=can_authorize,
        )
        online = self.fields["pays_online"]
        online.help_text = _("Online payment needs a fixed price.")
        if problem is not None:
            online.help_text = str(PROBLEMS[problem][1]) % place
            for name in self.ONLINE:
                self.fields[name].disabled = True

    def _typed(self, minor: int) -> str:
        main = Money(minor, self.business.currency).to_decimal()
        return write_number(main, locale=self.business.locale)

    def _field_of(self, it: OutOfReach) -> str:
        return it.of if isinstance(it.of, str) else self._name(it.of)

    @staticmethod
    def _name(variant_id: int) -> str:
        return f"variant_{variant_id}"


class UnansweredForm(forms.Form):
    """The choice, and the revision of the service as the page showed it."""

    unanswered = forms.ChoiceField(
        label=gettext_lazy("If nobody answers in time"),
        choices=Service.Unanswered,
        widget=forms.RadioSelect,
    )
    revision = PlainNumberField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
