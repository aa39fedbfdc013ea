"""What a mail says of money: the price as it stands, and what came or went."""

from django.utils.translation import gettext as _

from apps.bookings.money_words import (
    Ended,
    Moved,
    authorized_words,
    ended_words,
    let_go_words,
    moved_words,
    over_words,
    owed_words,
    price_authorized,
    price_let_go,
)
from apps.bookings.plan_uses import with_extras
from apps.bookings.wording import pay_place
from apps.messages.facts import ENDED, BookingFacts, Kind
from apps.web import formatting

OF_REFUNDS = {Kind.REFUNDED, Kind.NOT_REFUNDED, Kind.KEPT}


def refused_words(*, amount: str, business: str) -> str:
    """What somebody reads whose refund was refused by the bank; amount is formatted."""
    words = _(
        "The bank refused your refund of %(amount)s, so %(business)s still has "
        "the money. They know and will contact you about another way to pay it "
        "back. You don’t need to do anything."
    )
    return words % {"amount": amount, "business": business}


def handed_over_words(*, amount: str, business: str) -> str:
    """What somebody reads to whom the team gave money back in person; amount is formatted."""
    words = _(
        "%(business)s recorded that %(amount)s was refunded to you in person. If "
        "you have not received it, please contact them."
    )
    return words % {"amount": amount, "business": business}


def kept_words(*, amount: str, business: str) -> str:
    """What somebody reads whose money might have gone back, and stays; amount is formatted."""
    words = _(
        "%(business)s decided to keep the %(amount)s that you paid. If you "
        "disagree, please contact them."
    )
    return words % {"amount": amount, "business": business}


def money_went_words(what: str, *, amount: str, business: str) -> str:
    """What becomes of money for a plan or a gift card that is REFUNDED, HANDED_BACK in person,
    NOT_REFUNDED or KEPT; amount is formatted."""
    if what == "REFUNDED":
        return _("%(amount)s is refunded the way you paid.") % {"amount": amount}
    words = {"HANDED_BACK": handed_over_words, "NOT_REFUNDED": refused_words, "KEPT": kept_words}
    return words[what](amount=amount, business=business)


def money_went_heading(what: str, *, business: str) -> str:
    """The same in a few words."""
    return {
        "REFUNDED": _("Your refund is on its way"),
        "HANDED_BACK": _("You have been refunded in person"),
        "NOT_REFUNDED": _("Your refund did not go through"),
        "KEPT": _("Your payment stays with %(business)s") % {"business": business},
    }[what]


def price_words(facts: BookingFacts) -> str:
    """ "€48.00, paid", "€20.00 paid, €28.00 at the salon", "Free", "Paid with Ten classes, 7
    left", or the owner's own words; of what is over what became of it."""
    if facts.free:
        return _("Free")
    if facts.by_plan:
        return with_extras(facts.by_plan, _amount_words(facts)) if facts.price else facts.by_plan
    if facts.price == 0:
        return _("Free")
    return _amount_words(facts)


def _ended_words(facts: BookingFacts) -> str:
    price = ""
    if facts.price is not None:
        price = formatting.format_money(facts.price, facts.currency, facts.business.locale)
    return ended_words(
        Ended(
            price=price,
            paid=facts.paid,
            returned=facts.returned,
            fee=facts.fee,
            owed=facts.owed,
            currency=facts.currency,
            locale=facts.business.locale,
            parts=facts.paid_parts,
        )
    )


def _amount_words(facts: BookingFacts) -> str:
    if facts.status in ENDED or facts.fee:  # or nobody came (rule B40)
        return _ended_words(facts)
    if facts.price is None:
        return facts.price_text or _("On request")
    amount = formatting.format_money(facts.price, facts.currency, facts.business.locale)
    moved = moved_words(
        Moved(
            status=facts.payment_status,
            is_over=False,
            total=facts.price,
            paid=facts.paid,
            returned=facts.returned,
            currency=facts.currency,
            locale=facts.business.locale,
            where=_pay_place(facts),
            parts=facts.paid_parts,
        )
    )
    if moved:
        return moved
    if facts.authorized:
        return price_authorized(
            price=amount,
            total=facts.price,
            authorized=facts.authorized,
            currency=facts.currency,
            locale=facts.business.locale,
        )
    if facts.let_go:
        return price_let_go(
            gone=facts.let_go,
            total=facts.price,
            status=facts.status,
            where=_pay_place(facts),
            currency=facts.currency,
            locale=facts.business.locale,
        )
    return _at_the_place(facts, amount)


def _at_the_place(facts: BookingFacts, amount: str) -> str:
    if not facts.pays_in_person:
        return amount
    return _("%(amount)s, %(where)s") % {"amount": amount, "where": _pay_place(facts)}


def _pay_place(facts: BookingFacts) -> str:
    return pay_place(facts.venue, place_word=facts.business.place_word)


def _authorized_note(facts: BookingFacts, kind: Kind) -> str:
    amount, locale = facts.released or facts.authorized, facts.business.locale
    if kind.is_for_team:
        told = formatting.format_money(amount, facts.currency, locale)
        words = _("%(amount)s is held on the customer’s card and charged when you confirm.")
        if facts.authorized_by_gift >= amount:
            words = _("%(amount)s is held on a gift card and charged when you confirm.")
        elif facts.authorized_by_gift:
            words = _(
                "%(amount)s is held and charged when you confirm. %(gift)s of it is on a gift card."
            )
        gift = formatting.format_money(facts.authorized_by_gift, facts.currency, locale)
        return words % {"amount": told, "gift": gift}
    return authorized_words(
        amount=amount,
        currency=facts.currency,
        locale=locale,
        business=facts.business.name,
        status=facts.status,
        by_gift=facts.authorized_by_gift,
    )


def money_notes(facts: BookingFacts, kind: Kind) -> list[str]:
    """What a mail about money says of it, every mail of what is authorized, and the yes of what was
    let go before it (rule M29); nothing else."""
    if kind in {Kind.LET_GO, Kind.OWED}:
        return _missed_notes(facts) if kind is Kind.OWED else [_let_go_note(facts)]
    gone = [_let_go_note(facts)] if kind is Kind.CONFIRMED and facts.let_go else []
    if kind not in OF_REFUNDS and (facts.authorized or facts.released):
        return [_authorized_note(facts, kind), *gone, *_over_notes(facts, kind)]
    if kind is Kind.REFUNDED:
        return _refund_notes(facts)
    amount = formatting.format_money(
        facts.went_back if kind in OF_REFUNDS else facts.paid,
        facts.currency,
        facts.business.locale,
    )
    if kind is Kind.NOT_REFUNDED:
        return [refused_words(amount=amount, business=facts.business.name)]
    if kind is Kind.KEPT:
        return [kept_words(amount=amount, business=facts.business.name)]
    if kind is Kind.TOO_LATE:
        words = _(
            "Your payment of %(amount)s came after the time had gone to somebody "
            "else. Choose another time at no extra cost, or get a full refund."
        )
        return [words % {"amount": amount}]
    if kind is Kind.NEW_OVERLAP:
        return [_("%(amount)s was paid after the hold had ended.") % {"amount": amount}]
    return [*gone, *_over_notes(facts, kind)]


def _refund_notes(facts: BookingFacts) -> list[str]:
    """Each way in which the money goes back by itself."""
    in_person = min(facts.handed_over, facts.went_back)
    as_it_came = facts.went_back - in_person
    amounts = {"amount": as_it_came, "in_person": in_person}
    told = {
        name: formatting.format_money(amount, facts.currency, facts.business.locale)
        for name, amount in amounts.items()
    }
    notes = []
    if as_it_came or not in_person:
        words = _("%(amount)s is refunded the way you paid.")
        if facts.went_back and facts.too_much == facts.went_back:
            words = _("%(amount)s is refunded the way you paid: it was more than you owed.")
        notes.append(words % told)
    if in_person:
        name = facts.business.name
        notes.append(handed_over_words(amount=told["in_person"], business=name))
    return notes


def _let_go_note(facts: BookingFacts) -> str:
    return let_go_words(
        amount=facts.let_go,
        currency=facts.currency,
        locale=facts.business.locale,
        business=facts.business.name,
        status=facts.status,
    )


def _missed_notes(facts: BookingFacts) -> list[str]:
    missed = [_("We missed you at this time.")] if facts.status == "CONFIRMED" else []
    return [*missed, _owed_note(facts)]


def _owed_note(facts: BookingFacts) -> str:
    return owed_words(
        owed=facts.owed,
        fee=facts.fee,
        currency=facts.currency,
        locale=facts.business.locale,
        business=facts.business.name,
    )


def _over_notes(facts: BookingFacts, kind: Kind) -> list[str]:
    """Of a booking that is over: what happens with the money that came for it."""
    if kind not in {Kind.DECLINED, Kind.CANCELED}:
        return []
    owed = [_owed_note(facts)] if facts.owed else []
    return owed + over_words(
        paid=facts.paid,
        returned=facts.returned,
        is_kept=facts.is_kept,
        by_hand=facts.by_hand,
        fee=facts.fee,
        currency=facts.currency,
        locale=facts.business.locale,
        business=facts.business.name,
    )
