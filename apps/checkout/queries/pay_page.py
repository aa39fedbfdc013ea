"""What the page shows on which one pays (templates/checkout/pay.html)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.money_words import PaidPart, authorized_words, came_words
from apps.bookings.wording import in_person_words, later_words, pay_place_of
from apps.catalog.pricing import WHOLE
from apps.checkout.gifts import is_gift_code
from apps.checkout.pricing import Quote, Way
from apps.checkout.promotions import PromotionProblem
from apps.checkout.queries.offers import asks_first
from apps.checkout.queries.orders import came_at
from apps.checkout.queries.passes import Pass, card_hint
from apps.checkout.queries.promotions import Applied
from apps.kernel.money import Money
from apps.web import formatting


@dataclass(frozen=True, slots=True)
class WayCard:
    """One radio card; amount is what is due now, None where that is nothing. A plan that does not
    pay for this is shown with the reason and cannot be chosen."""

    value: str
    label: str
    hint: str
    amount: Money | None
    chosen: bool
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class CostLine:
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Costs:
    """The lines, what a discount (taken) and a code (discount) take off, the total with its tax in
    words, and what is due when; authorized_words where it is not taken at once."""

    lines: tuple[CostLine, ...]
    taken: CostLine
    discount: Money
    total: Money
    tax_words: str
    later: Money
    later_words: str
    gift: Money
    now: Money
    now_words: str
    authorized_words: str
    button_words: str


def cards_of(
    *,
    booking: Booking,
    quotes: Mapping[Way, Quote],
    chosen: Way,
    passes: Sequence[Pass] = (),
    purchase_id: int | None = None,
) -> list[WayCard]:
    """The ways to pay in words, a card for each plan first; one way alone is no choice and shows no
    card, and neither does what is free."""
    is_free = not any(quote.total for quote in quotes.values())
    if (len(quotes) < 2 or is_free) and not passes:  # noqa: PLR2004 - one way is no choice
        return []
    where = {"where": pay_place_of(booking.as_booked)}
    rest = _("The rest %(where)s") % where
    takes_any = any(quote.takes_any for quote in quotes.values())
    more = _("At least this much; the rest %(where)s") % where
    words = {
        Way.DEPOSIT: (_("Pay a deposit now"), more if takes_any else rest),
        Way.FULL: (_("Pay in full"), _("Online, by card")),
        Way.IN_PERSON: in_person_words(booking.as_booked),
    }
    if asks_first(booking):
        rest = _("Held on your card; the rest %(where)s") % where
        words[Way.DEPOSIT] = (_("Deposit by card"), rest)
        words[Way.FULL] = (_("Full amount by card"), _("Held on your card until they answer"))
    plan_id = purchase_id if chosen is Way.PLAN else None
    pays = Way.PLAN in quotes
    return [_plan_card(found, chosen=found.pk == plan_id, pays=pays) for found in passes] + [
        WayCard(
            value=way.value,
            label=words[way][0],
            hint=words[way][1],
            amount=Money(quote.least_now, quote.currency) if quote.least_now else None,
            chosen=way is chosen,
        )
        for way, quote in quotes.items()
        if way is not Way.PLAN
    ]


def cards_at_the_desk(*, passes: Sequence[Pass], chosen: str = "") -> list[WayCard]:
    """The plans with which the team may let a customer pay; chosen is the value that was sent."""
    usable = [found.pk for found in passes if found.refused is None]
    named = (pk for pk in usable if chosen == f"{Way.PLAN.value}-{pk}")
    pk = next(named, usable[0] if usable else None)
    return [_plan_card(found, chosen=found.pk == pk, pays=True) for found in passes]


LATER = "LATER"
"""The way to pay a place from the waitlist that is no plan: as it was told when they joined."""


def cards_in_line(*, booking: Booking, passes: Sequence[Pass]) -> list[WayCard]:
    """How an offered place may be paid, a card for each plan first; no card where there is no plan,
    as there is no choice then."""
    if not booking.price or not passes:
        return []
    usable = next((found.pk for found in passes if found.refused is None), None)
    label, hint = _("Online"), _("Once you have taken it")
    if booking.as_booked.pays_in_person:
        label, hint = in_person_words(booking.as_booked)
    cards = [_plan_card(found, chosen=found.pk == usable, pays=True) for found in passes]
    price = Money(booking.price, booking.currency)
    return [*cards, WayCard(LATER, label, hint, amount=price, chosen=usable is None)]


def _plan_card(found: Pass, *, chosen: bool, pays: bool) -> WayCard:
    """pays: a plan is a way here at all; it is none for extras that are only paid online."""
    is_off = found.refused is not None or not pays
    hint = card_hint(found) if pays or found.refused else _("It does not cover the extras.")
    return WayCard(
        value=f"{Way.PLAN.value}-{found.pk}",
        label=found.purchase.name,
        hint=hint,
        amount=None,
        chosen=chosen,
        is_off=is_off,
    )


def costs_of(*, booking: Booking, quote: Quote, way: Way, gift: int = 0) -> Costs:
    """Word a quote for the page; gift is what a card pays of it, in minor units."""
    currency, locale = quote.currency, booking.business.locale
    day = formatting.format_month_day(
        booking.starts_at.astimezone(booking.zone).date(), locale=locale
    )
    return Costs(
        lines=tuple(
            CostLine(
                _label(line.name or booking.title, line.quantity),
                Money(before, currency),
            )
            for line, before in zip(quote.lines, quote.before, strict=True)
        ),
        taken=CostLine(quote.taken.name, Money(quote.off.by_discount, currency)),
        discount=Money(quote.off.by_code, currency),
        total=Money(quote.total, currency),
        tax_words=_tax_words(quote, locale),
        later=Money(quote.due_later - (gift if way is Way.IN_PERSON else 0), currency),
        later_words=later_words(booking.as_booked, day=day),
        gift=Money(gift, currency),
        now=Money(max(0, quote.due_now - gift), currency),
        now_words=_("Held on card now") if asks_first(booking) else _("Due now"),
        authorized_words=_authorized_words(booking, quote, gift=gift),
        button_words=_ask_button(quote, locale, gift=gift)
        if asks_first(booking)
        else _button(quote, way, locale, gift=gift),
    )


def too_little_words(*, booking: Booking, amount: int) -> str:
    """Why it is not paid online, and how instead, or ""; amount in minor units."""
    if not amount:
        return ""
    told = formatting.format_money(amount, booking.currency, booking.business.locale)
    words = _("%(amount)s cannot be paid online. You pay this %(where)s.")
    return words % {"amount": told, "where": pay_place_of(booking.as_booked)}


def together_words(*, booking: Booking, alone: int, left: int) -> str:
    """Why all that is left is paid at once, where the bank let go of too little to be paid alone;
    amounts in minor units."""
    told = {
        name: formatting.format_money(amount, booking.currency, booking.business.locale)
        for name, amount in {"alone": alone, "left": left}.items()
    }
    words = _("%(alone)s alone is too little to be paid online, so you pay all %(left)s.")
    return words % told


def refused_words(applied: Applied, *, zone: ZoneInfo, locale: str) -> str:
    """Why a code that was typed changes nothing, or ""."""
    if applied.refused is None:
        return ""
    on = (
        formatting.format_short_day(applied.at.astimezone(zone), locale=locale)
        if applied.at
        else ""
    )
    return {
        PromotionProblem.UNKNOWN: _("We don’t recognise this code."),
        PromotionProblem.NOT_YET: _("This code is valid from %(day)s.") % {"day": on},
        PromotionProblem.OVER: _("This code ended on %(day)s.") % {"day": on},
        PromotionProblem.OTHER_SERVICE: _("This code does not apply here."),
        PromotionProblem.TOO_SMALL: _("This code needs a higher total."),
        PromotionProblem.USED_UP: _("This code has been used up."),
        PromotionProblem.USED_BY_YOU: _("You have already used this code."),
        PromotionProblem.PAID_ALREADY: _(
            "More has already been paid than this would cost with the code."
        ),
        PromotionProblem.SETTLED: _(
            "A part of the price was credited or refunded, so no code can be used any more."
        ),
        PromotionProblem.ONE_CODE: _(
            "A code has already been used for this. Only one can be used."
        ),
        PromotionProblem.CARDS_ONLY: _("Only a gift card pays a fee. A code takes nothing off it."),
        PromotionProblem.FIRST_PERIOD: _("Promo codes apply to the first period only."),
    }[applied.refused]


def code_words(
    typed: str, applied: Applied, *, zone: ZoneInfo, locale: str, by_team: bool = False
) -> str:
    """The same where a code or the number of a gift card is typed into one field, for the customer
    or the team."""
    if applied.refused is PromotionProblem.UNKNOWN and is_gift_code(typed):
        return _("We don’t recognise this gift card, or nothing is left on it.")
    if applied.refused is PromotionProblem.USED_BY_YOU and by_team:
        return _("This customer has already used this code.")
    return refused_words(applied, zone=zone, locale=locale)


def came_words_at(booking: Booking) -> dict[datetime, str]:
    """In which ways money of a booking came, in words, by the moment (UTC) at which it did."""
    return {
        at: came_words(
            [PaidPart(*part) for part in parts],
            currency=booking.currency,
            locale=booking.business.locale,
        )
        for at, parts in came_at(booking=booking).items()
    }


def _label(name: str, quantity: int) -> str:
    return f"{name} × {quantity}" if quantity > 1 else name


def _tax_words(quote: Quote, locale: str) -> str:
    if not quote.tax_rate:
        return ""
    rate = f"{quote.tax_rate * 100 / WHOLE:g} %"
    tax = formatting.format_money(quote.tax, quote.currency, locale)
    return _("incl. %(rate)s VAT %(tax)s") % {"rate": rate, "tax": tax}


def _authorized_words(booking: Booking, quote: Quote, *, gift: int) -> str:
    """What a gift card pays is authorized like the rest."""
    amount = max(quote.due_now, gift)
    if not amount or not asks_first(booking):
        return ""
    if gift:
        words = _(
            "%(amount)s is held and only charged if %(business)s confirms. If they "
            "decline, what your gift card pays goes back on it."
        )
        told = formatting.format_money(amount, quote.currency, booking.business.locale)
        return words % {"amount": told, "business": booking.business.name}
    return authorized_words(
        amount=amount,
        currency=quote.currency,
        locale=booking.business.locale,
        business=booking.business.name,
        status=Booking.Status.PENDING,
    )


def _ask_button(quote: Quote, locale: str, *, gift: int) -> str:
    left = max(0, quote.due_now - gift)
    if not left:
        return _("Send request")
    amount = formatting.format_money(left, quote.currency, locale)
    return _("Hold %(amount)s on card") % {"amount": amount}


def _button(quote: Quote, way: Way, locale: str, *, gift: int) -> str:
    left = max(0, quote.due_now - gift)
    amount = formatting.format_money(left, quote.currency, locale)
    if way is Way.PLAN:
        return _("Book with my plan")
    if not left:
        return _("Book this time")
    if way is Way.DEPOSIT and quote.due_now == quote.least_now:
        return _("Pay %(amount)s deposit") % {"amount": amount}
    if way is not Way.IN_PERSON:
        return _("Pay %(amount)s") % {"amount": amount}
    return _("Book this time")
