"""What the pay page offers, and what is chosen of it, as a request says."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, QueryDict

from apps.bookings.models import Booking
from apps.bookings.visitors import plans_of
from apps.checkout import operations as checkout
from apps.checkout.forms import AmountForm, read_code, read_gift, read_purchase, read_way
from apps.checkout.gifts import plain_gift_code
from apps.checkout.models import PlanPurchase
from apps.checkout.pricing import Quote, Way, choose_amount
from apps.checkout.promotions import PromotionProblem
from apps.checkout.queries.offers import Offer, offer_of
from apps.checkout.queries.passes import Pass, passes_for
from apps.checkout.views.limits import count_wrong_code, require_room_for_codes
from apps.kernel.money import Money
from apps.web.http import wants_fragment

KEPT = "till"
LONGEST_AMOUNT = 40
FIELDS = ("way", "code", "gift", "amount")
"""What is typed on the page and stays there; the rest of a form is its seal."""
UPDATES = {"update", "drop"}
"""What asks for the page anew, and pays nothing."""
NEW_CODE, REFUSED_CODE = "new_code", "refused_code"
"""A code, or a card's, that is typed and not used yet: nobody pays without having seen it used. The
page said of the other that it cannot be used: whoever pays then goes on without it."""


@dataclass(frozen=True, slots=True)
class Till:
    """What the page offers, and what is chosen of it. form is the field for any amount, with what
    was typed; None where no deposit takes any. is_wrong: one of the codes that were typed is
    the code of nothing; wrong_gift is it, where it was typed as a gift card's."""

    offer: Offer
    way: Way
    passes: tuple[Pass, ...]
    purchase_id: int | None
    form: AmountForm | None
    wrong_gift: str = ""
    is_wrong: bool = False

    @property
    def purchase(self) -> PlanPurchase | None:
        return next((it.purchase for it in self.passes if it.pk == self.purchase_id), None)

    @property
    def value(self) -> str:
        """The chosen way as the page's field says it."""
        return f"{self.way.value}-{self.purchase_id}" if self.way is Way.PLAN else self.way.value

    @property
    def takes_any(self) -> bool:
        return self.way is Way.DEPOSIT and self.form is not None

    @property
    def amount(self) -> int | None:
        """What they chose to pay now (minor units), of a form that is valid."""
        return self.form.cleaned_data["amount"] if self.takes_any and self.form else None

    @property
    def quote(self) -> Quote:
        """The quote of the chosen way, for the amount that was typed."""
        quote = self.offer.quotes[self.way]
        if self.takes_any and self.form and self.form.is_bound and self.form.is_valid():
            return choose_amount(quote, self.form.cleaned_data["amount"])
        return quote


def open_till(
    request: HttpRequest, draft: Booking, *, now: datetime, code: str | None = None
) -> Till | None:
    """Return what can be paid how; None where nothing is to be paid. code is used in place of the
    one that was typed.

    Raises:
        UnknownChoice: the service no longer offers what was chosen.
        TooMany: too many codes of this network were wrong.
    """
    fields, is_new = typed_fields(request, draft), request.method == "POST"
    code, gift = read_code(fields) if code is None else code, read_gift(fields)
    passes = passes_for(
        booking=draft, purchase_ids=plans_of(request, business_id=draft.business_id), now=now
    )
    has_plan = any(found.refused is None for found in passes)
    if is_new and (code or gift):
        require_room_for_codes(request, now=now)
    offer = offer_of(booking=draft, code=code, gift=gift, has_plan=has_plan, now=now)
    is_wrong = _is_wrong(offer, gift)
    if is_new and is_wrong:
        count_wrong_code(request, now=now)
    if not offer.ways:
        return None
    way = read_way(fields, offered=offer.ways)
    purchase_id = read_purchase(fields, passes=passes)
    pays = is_new and not is_update(request)
    return Till(
        offer,
        way,
        passes,
        purchase_id,
        _amount_form(fields, draft, offer, pays=pays),
        wrong_gift=gift if gift and not offer.gift and gift != plain_gift_code(code) else "",
        is_wrong=is_wrong,
    )


def typed_fields(request: HttpRequest, draft: Booking) -> QueryDict:
    """What was posted; else what was kept of the last post, and what an address says of the way and
    the amount. Codes stand in no address."""
    fields = QueryDict(mutable=True)
    fields.update(_kept(request, draft))
    if request.method == "POST":
        fields = _posted(request)
        if UPDATES & fields.keys():
            fields.setdefault("amount", _kept(request, draft).get("amount", ""))
        return fields
    fields.update({name: request.GET[name] for name in ("way", "amount") if name in request.GET})
    return fields


def is_update(request: HttpRequest) -> bool:
    """Whether the page is asked for anew, by whichever button."""
    return bool(UPDATES & _posted(request).keys())


def _posted(request: HttpRequest) -> QueryDict:
    """The form, with what is typed as a new code in the place of a code, or of a card beside the
    code that is used. A part of the page that htmx asks for leaves it in its field."""
    fields = request.POST.copy()
    typed = fields.get(NEW_CODE, "").strip()
    goes_on = not UPDATES & fields.keys() and typed == fields.get(REFUSED_CODE, "").strip()
    if typed and not goes_on and not wants_fragment(request):
        has_code = bool(read_code(fields))
        fields["gift" if has_code else "code"] = typed
        fields.setdefault("update", "1")
    return fields


def store_typed(request: HttpRequest, draft: Booking, till: "Till") -> None:
    """Keep what is used on the page for when it is read again; of one draft at a time."""
    gift, amount = till.offer.gift, typed_fields(request, draft).get("amount", "")
    request.session[KEPT] = {
        "draft": draft.draft_id,
        "way": till.value,
        "code": "" if till.offer.applied.refused else till.offer.applied.code,
        "gift": gift.code if gift else "",
        "amount": amount[:LONGEST_AMOUNT],
    }


def _kept(request: HttpRequest, draft: Booking) -> dict[str, str]:
    kept = request.session.get(KEPT, {})
    if kept.get("draft") != draft.draft_id:
        return {}
    return {name: kept[name] for name in FIELDS if kept.get(name)}


def forget_typed(request: HttpRequest) -> None:
    """Forget it, once it is paid for."""
    request.session.pop(KEPT, None)


def require_way(till: Till, fields: QueryDict) -> None:
    """Refuse a way that was named and is not there (any more): nobody pays in another way than they
    chose.

    Raises:
        PlanRefused: the plan they chose does not pay for this.
        WayNotOffered: any other reason.
    """
    asked = fields.get("way", "")
    if asked in {"", till.value}:
        return
    for found in till.passes:
        if found.refused is not None and asked == f"{Way.PLAN.value}-{found.pk}":
            raise checkout.PlanRefused(found.refused)
    raise checkout.WayNotOffered


def _is_wrong(offer: Offer, gift: str) -> bool:
    """Whether one of the codes that were typed is the code of nothing."""
    card = offer.gift.code if offer.gift else ""
    typed = plain_gift_code(offer.applied.code)
    wrong_code = offer.applied.refused is PromotionProblem.UNKNOWN and typed != card
    wrong_card = bool(gift) and not card and gift != typed
    return wrong_code or wrong_card


def _amount_form(
    fields: QueryDict, draft: Booking, offer: Offer, *, pays: bool
) -> AmountForm | None:
    """The field for any amount, with what was typed; None where no deposit takes any."""
    quote = offer.quotes.get(Way.DEPOSIT)
    if quote is None or not quote.takes_any:
        return None
    least = Money(quote.least_now, quote.currency)
    return AmountForm(
        fields if fields.get("amount") or pays else None,
        least=least,
        most=Money(quote.most_now, quote.currency),
        locale=draft.business.locale,
        chosen=least,
    )
