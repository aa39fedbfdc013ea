"""Sentences about the money of a booking: what was paid and in which ways, what is authorized, what
went back."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.bookings.models import Booking
from apps.bookings.plan_uses import plan_words_of, with_extras
from apps.bookings.reductions import let_go, paid_in_ways
from apps.bookings.wording import pay_place_of
from apps.web import formatting

_PART = Booking.PaymentStatus.PARTIALLY_PAID
_ENDED = (Booking.Status.CANCELED, Booking.Status.DECLINED)


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What came in one way ("GIFT", "ONLINE", "IN_PERSON"), and what of that went back; minor
    units, mistakes that were reversed taken off."""

    by: str
    came: int
    back: int = 0


def paid_parts(amount: int, parts: Sequence[PaidPart], *, currency: str, locale: str) -> str:
    """ "€50.00 by gift card, €44.00 online": an amount that was paid, by its parts. "" where it was
    paid in one way, or where the parts do not make up this amount."""
    gross = [(it.by, it.came) for it in parts if it.came > 0]
    net = [(it.by, it.came - it.back) for it in parts if it.came > it.back]
    for found in (net, gross):
        if len(found) > 1 and sum(part for _by, part in found) == amount:
            return ", ".join(
                _paid_by(by) % {"amount": formatting.format_money(part, currency, locale)}
                for by, part in found
            )
    return ""


def _paid_by(way: str) -> str:
    return {
        "GIFT": _("%(amount)s by gift card"),
        "ONLINE": _("%(amount)s online"),
    }.get(way) or _("%(amount)s in person")


def came_words(parts: Sequence[PaidPart], *, currency: str, locale: str) -> str:
    """ "€50.00 by gift card": what came at one moment, also where that was in one way alone."""
    return ", ".join(
        _paid_by(it.by) % {"amount": formatting.format_money(it.came, currency, locale)}
        for it in parts
        if it.came > 0
    )


def with_parts(words: str, parts: str) -> str:
    """ "€94.00, paid (€50.00 by gift card, €44.00 online)"; without parts the words alone."""
    return _("%(words)s (%(parts)s)") % {"words": words, "parts": parts} if parts else words


def authorized_words(
    *, amount: int, currency: str, locale: str, business: str, status: str, by_gift: int = 0
) -> str:
    """What its customer reads of money on a card that was not taken (minor units), or is not to be
    taken any more; business is a name, by_gift what of it a gift card pays."""
    words = {
        "PENDING": _("%(amount)s is held on your card and only charged if %(business)s confirms."),
        "CONFIRMED": _("%(amount)s is held on your card and is being charged now."),
    }.get(status) or _("You have not been charged: the %(amount)s held on your card is released.")
    if by_gift:
        words = _gift_authorized(status) if by_gift >= amount else _both_authorized(status)
    told = {
        "amount": formatting.format_money(amount, currency, locale),
        "card": formatting.format_money(max(0, amount - by_gift), currency, locale),
        "gift": formatting.format_money(by_gift, currency, locale),
    }
    return words % {**told, "business": business}


def _gift_authorized(status: str) -> str:
    return {
        "PENDING": _(
            "%(amount)s is held on your gift card and only charged if %(business)s confirms."
        ),
        "CONFIRMED": _("%(amount)s is held on your gift card and is being charged now."),
    }.get(status) or _("You have not been charged: the %(amount)s goes back on your gift card.")


def _both_authorized(status: str) -> str:
    return {
        "PENDING": _(
            "%(card)s is held on your card and %(gift)s on your gift card. Both are "
            "only charged if %(business)s confirms."
        ),
        "CONFIRMED": _(
            "%(card)s is held on your card and %(gift)s on your gift card. Both are "
            "being charged now."
        ),
    }.get(status) or _(
        "You have not been charged: the %(card)s held on your card is released, "
        "and the %(gift)s goes back on your gift card."
    )


def let_go_words(*, amount: int, currency: str, locale: str, business: str, status: str) -> str:
    """What its customer reads of money that was authorized and that the bank let go (minor units):
    nothing was taken, and what comes next; business is a name."""
    words = {
        "PENDING": _(
            "Your bank has released the %(amount)s that was held: you have not been "
            "charged. Your request stands. If %(business)s confirms, you pay it then."
        ),
        "CONFIRMED": _(
            "Your bank has released the %(amount)s that was held: you have not been "
            "charged. Your booking stands, and the %(amount)s is still to be paid."
        ),
    }.get(status, "")
    told = formatting.format_money(amount, currency, locale)
    return words % {"amount": told, "business": business}


def owed_words(*, owed: int, fee: int, currency: str, locale: str, business: str) -> str:
    """What its customer reads of a fee that was not paid, or not all of it (minor units); business
    is a name."""
    words = _("The fee is %(fee)s. %(owed)s is still to be paid to %(business)s.")
    told = {
        name: formatting.format_money(amount, currency, locale)
        for name, amount in {"fee": fee, "owed": owed}.items()
    }
    return words % {**told, "business": business}


def over_words(
    *,
    paid: int,
    returned: int,
    is_kept: bool,
    currency: str,
    locale: str,
    business: str,
    by_hand: int = 0,
    fee: int = 0,
) -> list[str]:
    """What its customer reads of the money of a booking that is over: paid is still here, returned
    went back, by_hand of that in person because the bank refused it, fee is what of it stays by the
    rules (minor units); is_kept: it is decided that all of it stays."""
    here = _(
        "%(business)s still has your %(paid)s. They are looking into it, and "
        "we’ll e-mail you when it is refunded."
    )
    if 0 < fee < paid:
        here = _(
            "%(business)s still has your %(paid)s: %(fee)s is the fee, and we’ll e-mail you "
            "when the other %(rest)s is refunded."
        )
    if is_kept:
        here = _("%(paid)s stays with %(business)s.")
    notes = [_("%(back)s is refunded the way you paid.")] if returned > by_hand else []
    notes += [_("%(by_hand)s is refunded in person.")] if by_hand else []
    notes += [here] if paid else []
    amounts = {
        "paid": paid,
        "back": returned - by_hand,
        "by_hand": by_hand,
        "fee": fee,
        "rest": paid - fee,
    }
    told = {
        name: formatting.format_money(amount, currency, locale) for name, amount in amounts.items()
    }
    return [note % {**told, "business": business} for note in notes]


def price_authorized(
    *, price: str, total: int | None, authorized: int, currency: str, locale: str
) -> str:
    """ "€120.00, held on card", or "€120.00, €40.00 of it held on card": amounts in minor units."""
    if authorized == total:
        return _("%(price)s, held on card") % {"price": price}
    told = formatting.format_money(authorized, currency, locale)
    return _("%(price)s, %(held)s of it held on card") % {"price": price, "held": told}


def price_let_go(
    *, gone: int, total: int, status: str, where: str, currency: str, locale: str
) -> str:
    """ "€40.00 to be paid online, €80.00 at the salon" of a price (total) of which the bank let go
    what was authorized (gone): amounts in minor units; a request pays it once it is confirmed."""
    is_asked, is_all = status == Booking.Status.PENDING, gone >= total
    words = _("%(gone)s to be paid online, %(rest)s %(where)s")
    if is_asked:
        words = _("%(gone)s to be paid online once confirmed, %(rest)s %(where)s")
    if is_all:
        words = _("%(gone)s, to be paid online")
    if is_all and is_asked:
        words = _("%(gone)s, to be paid online once confirmed")
    amounts = {"gone": gone, "rest": total - gone}
    told = {name: formatting.format_money(it, currency, locale) for name, it in amounts.items()}
    return words % {**told, "where": where}


@dataclass(frozen=True, slots=True)
class Moved:
    """Money of a booking that came, or came and went back (returned): minor units of its price
    (total); where says when the rest is paid ("at the salon"), parts in which ways it came."""

    status: str
    is_over: bool
    total: int
    paid: int
    returned: int
    currency: str
    locale: str
    where: str
    parts: Sequence[PaidPart] = ()


def moved_words(it: Moved) -> str:
    """ "€48.00, paid", "€20.00 paid, €28.00 at the salon", "€24.00 of €48.00 paid" where that was a
    fee, or "" while nothing came. What went back is not asked for again."""
    rest = 0 if it.is_over else max(0, it.total - it.paid - it.returned)
    amounts = {"price": it.total, "paid": it.paid, "back": it.returned, "rest": rest}
    said = {
        name: formatting.format_money(amount, it.currency, it.locale)
        for name, amount in amounts.items()
    }
    is_whole = it.status == Booking.PaymentStatus.PAID and not _is_fee(it)
    parts = paid_parts(
        it.total if is_whole else it.paid, it.parts, currency=it.currency, locale=it.locale
    )
    of = with_parts("", parts)
    return _moved(it, rest) % {**said, "where": it.where, "of": of}


def _is_fee(it: Moved) -> bool:
    """Whether all that was asked for in the end is paid, and was less than the price: the fee."""
    return it.status == Booking.PaymentStatus.PAID and 0 < it.paid + it.returned < it.total


def _moved(it: Moved, rest: int) -> str:
    status = Booking.PaymentStatus
    if _is_fee(it):
        return _("%(paid)s of %(price)s paid%(of)s")
    if it.status == status.PAID and it.returned:
        return _("%(price)s paid%(of)s, %(back)s of it refunded")
    if it.status == status.PAID:
        return _("%(price)s, paid%(of)s")
    if it.status == status.REFUNDED and rest:
        return _("%(back)s refunded, %(rest)s %(where)s")
    if it.status == status.REFUNDED:
        return _("%(back)s, refunded")
    if it.status == _PART and it.is_over:
        return _("%(paid)s of %(price)s paid%(of)s")
    return _("%(paid)s paid%(of)s, %(rest)s %(where)s") if it.status == _PART else ""


@dataclass(frozen=True, slots=True)
class Ended:
    """Money of a booking that is over: what of its money is here (paid) and what went back
    (returned), the fee and what of that is still owed, in minor units; price as it was told before,
    "" where it had none; parts in which ways it came."""

    price: str
    paid: int
    returned: int
    fee: int
    owed: int
    currency: str
    locale: str
    parts: Sequence[PaidPart] = ()


def ended_words(it: Ended) -> str:
    """ "€48.00, nothing to pay", "€24.00 fee, still to be paid", "€12.00 fee paid, €36.00
    refunded": what became of the money of a booking that is over, whoever ended it (rule M36).
    Nothing of it is asked for any more but the fee."""
    amounts = {"fee": it.fee, "owed": it.owed, "back": it.returned, "paid": it.paid}
    told = {
        name: formatting.format_money(amount, it.currency, it.locale)
        for name, amount in amounts.items()
    }
    of = with_parts("", paid_parts(it.paid, it.parts, currency=it.currency, locale=it.locale))
    said = [_stays_words(it)] if it.fee or it.paid else []
    said += [_("%(back)s refunded")] if it.returned else []
    if said:
        return ", ".join(said) % {**told, "of": of}
    return _("%(price)s, nothing to pay") % {"price": it.price} if it.price else _("Nothing to pay")


def _stays_words(it: Ended) -> str:
    if it.owed >= it.fee > 0:
        return _("%(fee)s fee, still to be paid")
    if it.owed:
        return _("%(fee)s fee, %(owed)s of it still to be paid")
    if it.fee and it.paid > it.fee:
        return _("%(paid)s paid%(of)s, %(fee)s of it the fee")
    return _("%(fee)s fee paid") if it.fee else _("%(paid)s paid%(of)s")


def paid_parts_of(booking: Booking) -> list[PaidPart]:
    """In which ways the money of a booking came; one query where any did."""
    return [PaidPart(by, came, back) for by, came, back in paid_in_ways(booking)]


def bill_words(booking: Booking, price: str) -> str:
    """ "€48.00, paid", "€20.00 paid, €28.00 at the salon", "€48.00, at the salon", "Paid with Ten
    classes, 7 left", or the price."""
    by_plan = plan_words_of(booking).get(booking.pk)
    if by_plan and not booking.price:
        return by_plan
    words = _money_words(booking, price)
    return with_extras(by_plan, words) if by_plan else words


def _money_words(booking: Booking, price: str) -> str:
    status, where = booking.payment_status, pay_place_of(booking.as_booked)
    is_over = booking.status in _ENDED or bool(booking.cancellation_fee)  # or nobody came (B40)
    moved = moved_words(
        Moved(
            status=status,
            is_over=is_over,
            total=booking.price or 0,
            paid=booking.paid,
            returned=booking.returned,
            currency=booking.currency,
            locale=booking.business.locale,
            where=where,
            parts=paid_parts_of(booking),
        )
    )
    if moved:
        return moved
    if booking.authorized:
        return price_authorized(
            price=price,
            total=booking.price,
            authorized=booking.authorized,
            currency=booking.currency,
            locale=booking.business.locale,
        )
    if booking.status in _ENDED and booking.price:
        return _unpaid_words(booking, price)
    if booking.price and not is_over and (gone := let_go(booking)):
        return price_let_go(
            gone=gone,
            total=booking.price,
            status=booking.status,
            where=where,
            currency=booking.currency,
            locale=booking.business.locale,
        )
    if booking.as_booked.pays_in_person and booking.price and not is_over:
        return f"{price}, {where}"
    return price


def _unpaid_words(booking: Booking, price: str) -> str:
    """Of a booking that is over and that nothing was paid for: the fee, or that nothing is to
    pay."""
    fee = booking.cancellation_fee
    return ended_words(
        Ended(
            price=price,
            paid=0,
            returned=0,
            fee=fee,
            owed=fee,
            currency=booking.currency,
            locale=booking.business.locale,
        )
    )
