"""What is still open with a booking in a list: a fee that is owed, an answer that is awaited, a
wish that is kept, an offer that can be taken. The rows come joined; no query."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from apps.bookings.models import LIVE_WISHES, Booking, MoveRequest, MoveWish
from apps.bookings.queries.joinables import wish_of
from apps.bookings.queries.requests import awaiting_of
from apps.bookings.wording import wish_words
from apps.checkout.models import Order
from apps.checkout.providers import provider_in_use, takes_online
from apps.kernel.money import Money
from apps.waitlists.queries import has_offer
from apps.web.formatting import format_datetime, format_money

FULLY_PAID = (
    Order.PaymentStatus.PAID,
    Order.PaymentStatus.PARTIALLY_REFUNDED,
    Order.PaymentStatus.FULLY_REFUNDED,
)
OWES_FEE = Q(order__fee__gt=0) & ~Q(order__payment_status__in=FULLY_PAID)
"""Bookings of which a fee is neither paid nor waived."""


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """words are short sentences, the most urgent first; payable is what can be paid online now, of
    a fee, None where nothing can."""

    words: tuple[str, ...] = ()
    payable: Money | None = None


def with_open_matters(found: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings with the rows that ``open_matters`` reads, and whoever comes; two queries more."""
    asked = MoveRequest.objects.filter(state=MoveRequest.State.OPEN).select_related("session")
    joined = found.select_related("order", "waiting", "move_wish").prefetch_related("participants")
    return joined.prefetch_related(Prefetch("move_requests", asked, to_attr="open_requests"))


def open_matters(booking: Booking, *, now: datetime) -> OpenMatters:
    """What is open with a booking that came through ``with_open_matters``."""
    fee, payable = _fee(booking)
    told = [fee, _offered(booking, now=now), *_asked(booking, now=now), _wished(booking, now=now)]
    return OpenMatters(tuple(it for it in told if it), payable)


def owes_fee(booking: Booking) -> bool:
    """The same as OWES_FEE of a booking whose order is joined."""
    order = getattr(booking, "order", None)
    return bool(order and order.fee and order.payment_status not in FULLY_PAID)


def _fee(booking: Booking) -> tuple[str, Money | None]:
    if not owes_fee(booking):
        return "", None
    fee, locale = booking.order.fee or 0, booking.business.locale
    owed = max(0, fee - booking.paid - booking.returned)
    if booking.status == Booking.Status.CONFIRMED:
        words = _("The fee for not coming is %(fee)s.")
    else:
        words = _("The cancellation fee is %(fee)s.")
    told = words % {"fee": format_money(fee, booking.currency, locale)}
    if booking.order.payment_status == Order.PaymentStatus.PENDING:
        return f"{told} {_('A payment is in progress.')}", None
    if owed < fee:
        left = _("%(owed)s of it is still to be paid.")
        told = f"{told} {left % {'owed': format_money(owed, booking.currency, locale)}}"
    can_pay = provider_in_use() is not None and takes_online(owed, booking.currency)
    return told, Money(owed, booking.currency) if can_pay else None


def _offered(booking: Booking, *, now: datetime) -> str:
    """Something that can be taken on its page until a moment: a place, a time, a better time."""
    entry, wish = getattr(booking, "waiting", None), getattr(booking, "move_wish", None)
    if booking.status == Booking.Status.WAITING_LIST and has_offer(entry, now=now):
        until = _at(booking, entry.offer_ends_at) if entry and entry.offer_ends_at else ""
        if entry and entry.wanted_first_on:
            return _("A time has opened up. It’s yours until %(until)s.") % {"until": until}
        return _("A place has opened up. It’s yours until %(until)s.") % {"until": until}
    if _is_ahead(booking, now=now) and has_offer(wish, now=now) and wish is not None:
        at = _at(booking, wish.offered_starts_at) if wish.offered_starts_at else ""
        return _("A better time is free: %(at)s") % {"at": at}
    return ""


def _asked(booking: Booking, *, now: datetime) -> list[str]:
    name = {"name": booking.business.name}
    told = []
    if awaiting_of(booking=booking, now=now) and _is_ahead(booking, now=now):
        told.append(_("%(name)s has not answered yet.") % name)
    if not _is_ahead(booking, now=now):
        return told
    for asked in getattr(booking, "open_requests", []):
        at = _at(booking, asked.session.starts_at)
        words = _("You asked for %(at)s. %(name)s has not answered yet.")
        told.append(words % {"at": at, **name})
    return told


def _wished(booking: Booking, *, now: datetime) -> str:
    wish: MoveWish | None = getattr(booking, "move_wish", None)
    is_open = wish is not None and wish.state in LIVE_WISHES and not has_offer(wish, now=now)
    wanted = wish_of(wish) if wish is not None and is_open else None
    if wanted is None or not _is_ahead(booking, now=now):
        return ""
    days, hours = wish_words(wanted, locale=booking.business.locale)
    return _("You asked for a better time: %(wish)s.") % {"wish": f"{days}, {hours}"}


def _is_ahead(booking: Booking, *, now: datetime) -> bool:
    live = (Booking.Status.CONFIRMED, Booking.Status.PENDING)
    return booking.status in live and now < booking.starts_at


def _at(booking: Booking, at: datetime) -> str:
    return format_datetime(at, zone=booking.zone, locale=booking.business.locale)
