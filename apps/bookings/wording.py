"""Sentences that several pages say about prices, places, rules and missing times; and of
cancelling: until when it is free, and how it is done (rule W10). Times are the zone's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.availability.engine.reasons import Reason, ReasonCode
from apps.bookings.models import Booking
from apps.bookings.policy import (
    Policy,
    ServiceSnapshot,
    Venue,
    free_minutes,
    free_until,
    is_free_now,
    venue_of,
)
from apps.bookings.ways import Way, way_to_cancel, way_to_move, ways_beforehand
from apps.bookings.wishes import Wish
from apps.businesses.models import Business
from apps.businesses.pages import Contacts, and_reach, search_map
from apps.catalog.fee_windows import fee_steps
from apps.catalog.models import BookingPolicy, Service
from apps.web import formatting

HOUR, DAY = 60, 1440
OPENS_LATER = {ReasonCode.TOO_EARLY, ReasonCode.BEYOND_HORIZON}


@dataclass(frozen=True, slots=True)
class Where:
    """words stand in pages and calendar files; directions_url leads to a map and join_url into the
    meeting, "" where there is nothing to open."""

    words: str
    directions_url: str = ""
    join_url: str = ""


def where_of(booking: Booking, *, is_for_team: bool = False) -> Where:
    """Where a booking takes place, as booked. Nobody needs the way to their own door; the link of a
    meeting is told once it is confirmed."""
    booked = booking.as_booked
    if booked.is_online:
        is_told = is_for_team or booking.status == Booking.Status.CONFIRMED
        return Where(_("Online"), join_url=booked.online_link if is_told else "")
    if booked.is_home_visit:
        address = booking.visit_address
        return Where(
            address or _("At your address"),
            directions_url=search_map(address) if is_for_team else "",
        )
    return Where(booked.address, directions_url="" if is_for_team else search_map(booked.address))


def where_words(service: Service) -> str:
    """What is said of the place before anything is booked; "" for the business's own place."""
    venue = venue_of(service)
    if venue is Venue.CUSTOMER:
        return _("We come to you. We’ll ask for your address when you book.")
    if venue is Venue.ONLINE:
        return _("This takes place online. We’ll e-mail you the link.")
    return ""


def pay_place(venue: Venue, *, place_word: str) -> str:
    """ "at the salon", "at the visit", "later": when what is not paid online is paid."""
    if venue is Venue.CUSTOMER:
        return _("at the visit")
    if venue is Venue.ONLINE:
        return _("later")
    return _("at the %(place)s") % {"place": place_word}


def pay_place_of(booked: ServiceSnapshot) -> str:
    """The same for something that is booked."""
    return pay_place(booked.venue, place_word=booked.place_word)


def in_person_words(booked: ServiceSnapshot) -> tuple[str, str]:
    """How the way to pay without a provider is called, and when that is."""
    if booked.is_home_visit:
        return _("At the visit"), _("When we are there")
    if booked.is_online:
        return _("Later"), _("You arrange it with us")
    return _("At the %(place)s") % {"place": booked.place_word}, _("When you are there")


def later_words(booked: ServiceSnapshot, *, day: str) -> str:
    """When the rest is paid; day is that of the visit, in words."""
    if booked.is_home_visit:
        return _("At the visit on %(day)s") % {"day": day}
    if booked.is_online:
        return _("Later")
    return _("At the %(place)s on %(day)s") % {"place": booked.place_word, "day": day}


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


def cancel_by_words(
    policy: Policy,
    *,
    starts_at: datetime,
    now: datetime,
    zone: ZoneInfo,
    business: Business,
    kind: str,
    price: int | None = None,
    says_fees: bool = True,
) -> str:
    """Until when cancelling is free, with a date that never breaks; too late is said as such, and
    what it costs then of a price in minor units (rule B33); and what only whoever is signed in
    can do with a booking of this kind (rule B41). says_fees: no table beside it tells the costs."""
    free = _free_words(policy, starts_at=starts_at, now=now, zone=zone, business=business)
    if starts_at <= now:
        return free
    cancel = way_to_cancel(policy, starts_at=starts_at, now=now)
    move = way_to_move(policy, kind=kind, starts_at=starts_at, now=now)
    how = sign_in_words(cancel=cancel, move=move)
    if not policy.cancel_allowed:
        return f"{free} {how}".strip()
    fees = fee_words(
        fee_steps(policy.fee_windows if says_fees else (), starts_at=starts_at, price=price or 0),
        now=now,
        zone=zone,
        currency=business.currency,
        locale=business.locale,
    )
    return format_html_join(" ", "{}", ((it,) for it in (free, fees, how) if it))


def _free_words(
    policy: Policy, *, starts_at: datetime, now: datetime, zone: ZoneInfo, business: Business
) -> str:
    until = free_until(policy=policy, starts_at=starts_at)
    if until is None:
        return _("This booking cannot be cancelled.")
    if starts_at <= now:
        return _("This has already started, so it cannot be cancelled free of charge.")
    if not is_free_now(policy=policy, starts_at=starts_at, now=now):
        length = length_words(free_minutes(policy))
        words = _("This starts in less than %(length)s, so it cannot be cancelled free of charge.")
        return words % {"length": length}
    when = formatting.format_datetime(until, zone=zone, locale=business.locale)
    return format_html(
        _("Free cancellation until {}."), format_html('<b class="nowrap">{}</b>', when)
    )


def sign_in_words(*, cancel: Way, move: Way) -> str:
    """What takes a sign-in, "" where a link is enough or only the team does it (rule B41)."""
    if cancel is Way.SIGN_IN and move is Way.SIGN_IN:
        return _("To cancel or move your booking, open it and sign in by e-mail.")
    if cancel is Way.SIGN_IN:
        return _("To cancel your booking, open it and sign in by e-mail.")
    if move is Way.SIGN_IN:
        return _("To move your booking, open it and sign in by e-mail.")
    return ""


def fee_words(
    steps: Sequence[tuple[datetime, int]],
    *,
    now: datetime,
    zone: ZoneInfo,
    currency: str,
    locale: str,
) -> str:
    """ "After that, cancelling costs €24.00. From Thu 26 Nov, 06:15 it costs €48.00.": what follows
    the free time, of steps as of ``fee_steps``; "" where nothing does."""
    begun = [it for it in steps if it[0] < now][-1:]
    said: list[str] = []
    for since, fee in [*begun, *(it for it in steps if it[0] >= now)]:
        words = _("From %(at)s it costs %(fee)s.")
        if not said:
            words = _("After that, cancelling costs %(fee)s.")
        if since < now:
            words = _("Cancelling costs %(fee)s.")
        at = formatting.format_datetime(since, zone=zone, locale=locale)
        said.append(words % {"at": at, "fee": formatting.format_money(fee, currency, locale)})
    return " ".join(said)


def cancel_words(policy: Policy) -> str:
    """Until when cancelling is free, as a length: before a time is chosen."""
    if not policy.cancel_allowed:
        return _("Once booked, this cannot be cancelled.")
    if not free_minutes(policy):
        return _("Free cancellation until the start.")
    length = length_words(free_minutes(policy))
    return _("Free cancellation up to %(length)s before.") % {"length": length}


def beforehand_words(policy: Policy, *, kind: str) -> str:
    """Until when cancelling is free, how often it may be moved, and what takes a sign-in: before a
    time is chosen."""
    cancel, move = ways_beforehand(policy, kind=kind)
    said = (
        cancel_words(policy),
        moving_words(policy, kind=kind),
        sign_in_words(cancel=cancel, move=move),
    )
    return " ".join(it for it in said if it)


def moving_words(policy: Policy, *, kind: str) -> str:
    """How often whoever books may move it, "" where the policy does not say, and of a course, which
    customers do not move."""
    if policy.max_moves is None or not policy.move_allowed or kind == Service.Kind.COURSE:
        return ""
    words = ngettext("You can move it once.", "You can move it %(n)d times.", policy.max_moves)
    return words % {"n": policy.max_moves}


def rebooking_words(policy: BookingPolicy) -> str:
    """How often one customer may book a service, "" where the policy does not say."""
    most, days = policy.rebooking_limit, policy.rebooking_days
    if most is None:
        return ""
    if days is None:
        return ngettext(
            "Each customer can book this once.", "Each customer can book this %(n)d times.", most
        ) % {"n": most}
    words = ngettext(
        "Each customer can book this once within %(within)s.",
        "Each customer can book this %(n)d times within %(within)s.",
        most,
    )
    return words % {"n": most, "within": ngettext("%d day", "%d days", days) % days}


def contact_words(*, status: str, is_over: bool, cancel: Way, business: Contacts) -> str:
    """How whoever booked reaches the business, and what for; "{}" stands for its telephone number.
    "" where it tells neither a number nor an address. cancel: how it is cancelled now."""
    lives = status in {Booking.Status.PENDING, Booking.Status.CONFIRMED} and not is_over
    if lives and status == Booking.Status.PENDING:
        by_phone = _("Questions or other changes? Call {}.")
        by_mail = _("Questions or other changes? Reply to our e-mail.")
    elif lives and cancel is Way.TEAM:
        by_phone = _("To change or cancel, call {}.")
        by_mail = _("To change or cancel, reply to our e-mail.")
    else:
        by_phone, by_mail = _("Questions? Call {}."), _("Questions? Reply to our e-mail.")
    if business.phone:
        return by_phone
    return by_mail if business.email else ""
