"""The amounts a customer saw, sealed into the page on which they pay (rule M3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.bookings.forms.details import BrokenSeal
from apps.checkout.gifts import plain_gift_code
from apps.checkout.operations import Act, Seen, SeenGift
from apps.checkout.pricing import Quote, Way
from apps.checkout.promotions import plain_code
from apps.checkout.queries.gifts import Gift
from apps.checkout.queries.passes import Pass
from apps.kernel.money import Money
from apps.web.formatting import format_money
from apps.web.number_fields import MoneyField, speak

SALT = "apps.checkout.amounts"
FIELD = "amounts"
LONGEST_CODE = 20


def seal_amounts(
    *, draft_id: str, quotes: Mapping[Way, Quote], code: str, gift: Gift | None = None
) -> str:
    """Seal total, and from what to what is paid now, of every way for one draft, with the code that
    made them and the card that pays a part."""
    seen = {
        way.value: [to.total, to.least_now, to.most_now, gift.pays(to, way) if gift else 0]
        for way, to in quotes.items()
    }
    card = gift.card_id if gift else 0
    return signing.dumps([draft_id, seen, code, card], salt=SALT, compress=False)


def open_amounts(raw: str, *, draft_id: str, way: Way, purchase_id: int | None = None) -> Seen:
    """Return what was shown for a way to pay.

    Raises:
        BrokenSeal: nobody of ours sealed this for this draft.
    """
    try:
        sealed_for, seen, code, card = signing.loads(raw, salt=SALT)
        total, least, most, by_card = seen[way.value]
    except (signing.BadSignature, KeyError, TypeError, ValueError) as broken:
        raise BrokenSeal from broken
    numbers = (total, least, most, by_card, card)
    if sealed_for != draft_id or not all(isinstance(number, int) for number in numbers):
        raise BrokenSeal
    return Seen(
        total=total,
        due_now=least,
        code=str(code),
        most_now=most,
        purchase_id=purchase_id if way is Way.PLAN else None,
        gift=SeenGift(card_id=card, amount=by_card) if by_card else None,
    )


def read_purchase(fields: QueryDict, *, passes: Sequence[Pass]) -> int | None:
    """The plan of the customer's own that was chosen, the first one that pays by itself."""
    usable = [found.pk for found in passes if found.refused is None]
    asked = fields.get("way", "").removeprefix(f"{Way.PLAN.value}-")
    named = (pk for pk in usable if str(pk) == asked)
    return next(named, usable[0] if usable else None)


def read_gift(fields: QueryDict) -> str:
    """The code of a gift card that was typed, either of its own or into the box for all codes; only
    of what was posted, as an address is written down in many places."""
    dropped = fields.get("drop", "")
    if dropped == "gift":
        return ""
    either = "" if dropped == "code" else fields.get("code", "")
    return plain_gift_code((fields.get("gift", "") or either)[:100])


class AmountForm(forms.Form):
    """How much is paid now, between the least and the most that may be (minor units)."""

    use_required_attribute = False

    amount = MoneyField(
        label=_("Amount to pay now"), error_messages={"required": _("Enter the amount to pay now.")}
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        least: Money,
        most: Money,
        locale: str,
        chosen: Money,
        step: int = 1,
    ) -> None:
        super().__init__(data, auto_id="pay-%s", initial={"amount": chosen.amount})
        self.least, self.most, self.locale, self.step = least, most, locale, step
        speak(self, locale=locale, currency=least.currency)
        self.fields["amount"].help_text = self._words(_("From %(least)s to %(most)s"))

    def clean_amount(self) -> int:
        """The amount, told where it may lie when it does not."""
        amount: int = self.cleaned_data["amount"]
        if not self.least.amount <= amount <= self.most.amount:
            raise forms.ValidationError(
                self._words(_("Enter an amount from %(least)s to %(most)s."))
            )
        if amount % self.step and amount != self.most.amount:
            words = _("This amount cannot be paid online: leave out the last decimals.")
            raise forms.ValidationError(words)
        return amount

    def _words(self, words: Any) -> str:
        return str(words) % {
            "least": format_money(self.least.amount, self.least.currency, self.locale),
            "most": format_money(self.most.amount, self.most.currency, self.locale),
        }


def read_way(fields: QueryDict, *, offered: tuple[Way, ...]) -> Way:
    """The way that was chosen, the first that is offered when none or a foreign one was named."""
    asked = fields.get("way", "").partition("-")[0]
    return next((way for way in offered if way.value == asked), offered[0])


def read_code(fields: QueryDict) -> str:
    """The code that was posted, of the length a code may have."""
    if fields.get("drop", "") == "code":
        return ""
    return plain_code(fields.get("code", "")[:100])[:LONGEST_CODE]


def read_act(fields: QueryDict) -> Act | None:
    """What somebody does on the page of the sandbox; None for anything else."""
    asked = fields.get("act", "")
    return Act(asked) if asked in set(Act) else None
