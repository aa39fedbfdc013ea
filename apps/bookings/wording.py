"""Sentences that several pages say about prices, rules and missing times. Times are the zone's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.availability.engine.reasons import Reason, ReasonCode
from apps.bookings.models import Booking
from apps.bookings.paid_words import PaidPart, paid_parts, with_parts
from apps.bookings.plan_uses import plan_words_of, with_extras
from apps.bookings.reductions import let_go, paid_in_ways
from apps.bookings.venues import pay_place, pay_place_of, venue_of
from apps.bookings.wishes import Wish
from apps.businesses.models import Business
from apps.businesses.reaching import and_reach
from apps.catalog.models import Service
from apps.web import formatting

HOUR, DAY = 60, 1440
_PART = Booking.PaymentStatus.PARTIALLY_PAID
_ENDED = (Booking.Status.CANCELED, Booking.Status.DECLINED)
OPENS_LATER = {ReasonCode.TOO_EARLY, ReasonCode.BEYOND_HORIZON}


def price_words(
    *, amount: int | None, text: str, currency: str, locale: str, quantity: int = 1
) -> str:
    """ "€48.00", "Free", or the owner's words when the price is agreed later."""
    if amount is None:
        return text or _("On request")
    if amount == 0:
        return _("Free")
    return formatting.format_money(amount * quantity, currency, locale)


def mix_words(people: Sequence[tuple[int, str]]) -> str:
    """ "2 × Adult, 1 × Child": how many come as what, in the owner's words."""
    return ", ".join(f"{count} × {name}" for count, name in people)


def pay_words(service: Service, *, amount: int | None) -> str:
    """ "You pay at the salon.", "You pay a deposit of €20.00 online.", or nothing when there is
    nothing to pay."""
    business = service.business
    if amount == 0:
        return ""
    if service.pays_online and amount:
        words = _pay_online_words(service, amount)
        if service.requires_approval:
            only = _("What you pay online is only charged if %(business)s confirms.")
            return f"{words} {only % {'business': business.name}}"
        return words
    return _("You pay %(where)s.") % {"where": _where(service)} if service.pays_in_person else ""


def unanswered_words(*, within: str, ends: bool, holds_time: bool, offers_others: bool) -> str:
    """What somebody reads before they send a request: whether their time is kept, and what happens
    without an answer. within is "within 24 hours" or "by Wed 25 Nov, 10:15"."""
    if not ends:
        kept = _("We’re holding this time until they answer.") if holds_time else ""
        words = _("If nobody has answered %(within)s, we’ll remind them and e-mail you.")
        return f"{kept} {words % {'within': within}}".strip()
    words = _("If nobody has answered %(within)s, your request ends.")
    if offers_others:
        words = _(
            "If nobody has answered %(within)s, your request ends and we suggest other times."
        )
    kept = _("We’re holding this time until then.") if holds_time else ""
    return f"{words % {'within': within}} {kept}".strip()


def _where(service: Service) -> str:
    return pay_place(venue_of(service), place_word=service.business.place_word)


def _pay_online_words(service: Service, amount: int) -> str:
    business = service.business
    if service.deposit and service.deposit < amount:
        now = formatting.format_money(service.deposit, business.currency, business.locale)
        if service.any_amount:
            return _("You pay a deposit of %(amount)s or more online.") % {"amount": now}
        return _("You pay a deposit of %(amount)s online.") % {"amount": now}
    if service.pays_in_person:
        return _("You pay online or %(where)s.") % {"where": _where(service)}
    return _("You pay online.")


def aside_words(
    *, amount: int, currency: str, locale: str, business: str, status: str, by_gift: int = 0
) -> str:
    """What its customer reads of money on a card that was not taken (minor units), or is not to be
    taken any more; business is a name, by_gift what of it a gift card pays."""
    words = {
        "PENDING": _("%(amount)s is held on your card and only charged if %(business)s confirms."),
        "CONFIRMED": _("%(amount)s is held on your card and is being charged now."),
    }.get(status) or _("You have not been charged: the %(amount)s held on your card is released.")
    if by_gift:
        words = _gift_aside(status) if by_gift >= amount else _both_aside(status)
    told = {
        "amount": formatting.format_money(amount, currency, locale),
        "card": formatting.format_money(max(0, amount - by_gift), currency, locale),
        "gift": formatting.format_money(by_gift, currency, locale),
    }
    return words % {**told, "business": business}


def _gift_aside(status: str) -> str:
    return {
        "PENDING": _(
            "%(amount)s is held on your gift card and only charged if %(business)s confirms."
        ),
        "CONFIRMED": _("%(amount)s is held on your gift card and is being charged now."),
    }.get(status) or _("You have not been charged: the %(amount)s goes back on your gift card.")


def _both_aside(status: str) -> str:
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
    """What its customer reads of money that was kept aside and that the bank let go (minor units):
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


def over_words(
    *,
    paid: int,
    returned: int,
    is_kept: bool,
    currency: str,
    locale: str,
    business: str,
    by_hand: int = 0,
) -> list[str]:
    """What its customer reads of the money of a booking that is over: paid is still here, returned
    went back, by_hand of that in person because the bank refused it (minor units); is_kept: the
    team decided that it stays."""
    here = _(
        "%(business)s still has your %(paid)s. They are looking into it, and "
        "we’ll e-mail you when it is refunded."
    )
    if is_kept:
        here = _("%(paid)s stays with %(business)s.")
    notes = [_("%(back)s is refunded the way you paid.")] if returned > by_hand else []
    notes += [_("%(by_hand)s is refunded in person.")] if by_hand else []
    notes += [here] if paid else []
    amounts = {"paid": paid, "back": returned - by_hand, "by_hand": by_hand}
    told = {
        name: formatting.format_money(amount, currency, locale) for name, amount in amounts.items()
    }
    return [note % {**told, "business": business} for note in notes]


def price_aside(*, price: str, total: int | None, aside: int, currency: str, locale: str) -> str:
    """ "€120.00, kept aside", or "€120.00, €40.00 of it kept aside": amounts in minor units."""
    if aside == total:
        return _("%(price)s, held on card") % {"price": price}
    told = formatting.format_money(aside, currency, locale)
    return _("%(price)s, %(aside)s of it held on card") % {"price": price, "aside": told}


def price_let_go(
    *, gone: int, total: int, status: str, where: str, currency: str, locale: str
) -> str:
    """ "€40.00 to be paid online, €80.00 at the salon" of a price (total) of which the bank let go
    what was kept aside (gone): amounts in minor units; a request pays it once it is confirmed."""
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
    """ "€48.00, paid", "€20.00 paid, €28.00 at the salon", or "" while nothing came. What went back
    is not asked for again."""
    rest = 0 if it.is_over else max(0, it.total - it.paid - it.returned)
    amounts = {"price": it.total, "paid": it.paid, "back": it.returned, "rest": rest}
    said = {
        name: formatting.format_money(amount, it.currency, it.locale)
        for name, amount in amounts.items()
    }
    is_whole = it.status == Booking.PaymentStatus.PAID
    parts = paid_parts(
        it.total if is_whole else it.paid, it.parts, currency=it.currency, locale=it.locale
    )
    of = with_parts("", parts)
    return _moved(it, rest) % {**said, "where": it.where, "of": of}


def _moved(it: Moved, rest: int) -> str:
    status = Booking.PaymentStatus
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
    moved = moved_words(
        Moved(
            status=status,
            is_over=booking.status in _ENDED,
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
    if booking.kept_aside:
        return price_aside(
            price=price,
            total=booking.price,
            aside=booking.kept_aside,
            currency=booking.currency,
            locale=booking.business.locale,
        )
    if booking.price and booking.status not in _ENDED and (gone := let_go(booking)):
        return price_let_go(
            gone=gone,
            total=booking.price,
            status=booking.status,
            where=where,
            currency=booking.currency,
            locale=booking.business.locale,
        )
    if booking.as_booked.pays_in_person and booking.price:
        return f"{price}, {where}"
    return price


def call_instead(booking: Booking) -> str:
    """What a blocked person reads; that there is a block is not said (rule B25)."""
    return and_reach(_("This cannot be booked online."), booking.business)


def length_words(minutes: int) -> str:
    """ "24 hours", "2 days", "90 minutes": a limit in the largest unit that is exact."""
    if minutes % DAY == 0 and minutes > DAY:
        return ngettext("%d day", "%d days", minutes // DAY) % (minutes // DAY)
    if minutes % HOUR == 0:
        return ngettext("%d hour", "%d hours", minutes // HOUR) % (minutes // HOUR)
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def no_times_words(reasons: Sequence[Reason], *, zone: ZoneInfo, locale: str) -> str:
    """The polite short form of the engine's reasons; the owner reads the full one (rule T15)."""
    codes = {reason.code for reason in reasons}
    opens = [it.change.at for it in reasons if it.code in OPENS_LATER and it.change]
    at = next((value for value in opens if value is not None), None)
    if at is not None:
        when = formatting.format_datetime(datetime.fromtimestamp(at, UTC), zone=zone, locale=locale)
        return _("Booking opens on %(when)s.") % {"when": when}
    if ReasonCode.TOO_FEW_PEOPLE in codes:
        return _("Too few people booked this day in time.")
    if codes & {ReasonCode.BUSY, ReasonCode.BUFFER_TOO_SHORT}:
        return _("Fully booked on this day.")
    if ReasonCode.TOO_LATE in codes:
        return _("It is too late to book for this day.")
    if codes & {ReasonCode.NO_ASSIGNED_RESOURCES, ReasonCode.NO_WORKING_HOURS}:
        return _("This cannot be booked online at the moment.")
    return _("Closed on this day.")


def wish_words(wish: Wish, *, locale: str) -> tuple[str, str]:
    """ "Thursday 26 November" and "any time", or "26 – 28 November" and "12:00 – 17:00"."""
    if wish.first_on == wish.last_on:
        days = formatting.format_day(wish.first_on, locale=locale)
    else:
        days = formatting.format_days(wish.first_on, wish.last_on, locale=locale)
    return days, hours_words(wish.from_minute, wish.to_minute, locale=locale)


def hours_words(from_minute: int, to_minute: int, *, locale: str) -> str:
    """ "any time", "from 17:00", "before 12:00", "12:00 – 17:00": when a visit may begin."""
    if from_minute == 0 and to_minute == DAY:
        return _("any time")
    first, last = (_clock(minute, locale=locale) for minute in (from_minute, to_minute))
    if from_minute == 0:
        return _("before %(hour)s") % {"hour": last}
    if to_minute == DAY:
        return _("from %(hour)s") % {"hour": first}
    return f"{first} – {last}"


def _clock(minute: int, *, locale: str) -> str:
    at = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return formatting.format_time(at, zone=ZoneInfo("UTC"), locale=locale)


def region_of(business: Business) -> str:
    """The country in which a phone number without a prefix is meant."""
    return business.country
