"""What a mail says of money: the price as it stands, and what came or went."""

from django.utils.translation import gettext as _

from apps.messages.facts import BookingFacts, Kind
from apps.web import formatting


def price_words(facts: BookingFacts) -> str:
    """ "€48.00, paid", "€20.00 paid, €28.00 at the salon", "Free", "With your plan", or the owner's
    own words."""
    if facts.free:
        return _("Free")
    if facts.by_plan:
        return _by_plan(facts)
    if facts.price is None:
        return facts.price_text or _("On request")
    amount = formatting.format_money(facts.price, facts.currency, facts.business.locale)
    if facts.payment_status == "PAID":
        return _("%(price)s, paid") % {"price": amount}
    if facts.payment_status == "REFUNDED":
        return _("%(price)s, refunded") % {"price": amount}
    if facts.payment_status == "PARTIALLY_PAID":
        return _part_paid(facts)
    return _at_the_place(facts, amount)


def _at_the_place(facts: BookingFacts, amount: str) -> str:
    if not facts.pays_in_person:
        return amount
    return _("%(amount)s, at the %(place)s") % {
        "amount": amount,
        "place": facts.business.place_word,
    }


def _by_plan(facts: BookingFacts) -> str:
    """Extras are not in a plan: they are paid at the place."""
    if not facts.price:
        return _("With your plan")
    if facts.payment_status == "PAID":
        return _("With your plan, extras paid")
    amount = formatting.format_money(facts.price, facts.currency, facts.business.locale)
    return _("With your plan, %(extras)s") % {"extras": _at_the_place(facts, amount)}


def _part_paid(facts: BookingFacts) -> str:
    amounts = (facts.paid, max(0, (facts.price or 0) - facts.paid))
    paid, rest = (
        formatting.format_money(it, facts.currency, facts.business.locale) for it in amounts
    )
    words = _("%(paid)s paid, %(rest)s at the %(place)s")
    return words % {"paid": paid, "rest": rest, "place": facts.business.place_word}


def money_notes(facts: BookingFacts, kind: Kind) -> list[str]:
    """What a mail about money says of it; nothing in all others."""
    amount = formatting.format_money(
        facts.went_back if kind is Kind.REFUNDED else facts.paid,
        facts.currency,
        facts.business.locale,
    )
    if kind is Kind.REFUNDED:
        return [_("%(amount)s goes back the way it came.") % {"amount": amount}]
    if kind is Kind.TOO_LATE:
        words = _(
            "Your payment of %(amount)s came after the time had been given to somebody else. "
            "Choose another time for the same money, or have all of it back."
        )
        return [words % {"amount": amount}]
    if kind is Kind.NEW_OVERLAP:
        return [_("%(amount)s was paid after the hold had ended.") % {"amount": amount}]
    return []
