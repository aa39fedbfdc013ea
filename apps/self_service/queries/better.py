"""What the page of a booking tells about a better time: whether its customer may ask for one, what
they asked for, and what is offered (rule B37)."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.bookings.models import Booking, MoveWish
from apps.bookings.queries.better_times import find_move_wish, may_wish
from apps.bookings.queries.joinables import wish_of
from apps.bookings.queries.moving import choice_to_move, is_free_to_move
from apps.bookings.wording import wish_words
from apps.catalog.queries import UnknownChoice
from apps.self_service.queries.moving import too_soon_words
from apps.waitlists.queries import has_offer


@dataclass(frozen=True, slots=True)
class BetterOffer:
    """A better time (UTC) that can be taken until then, with whom ("" where nobody is named), and
    that it is too soon to be cancelled for nothing. is_free: nobody has it at this moment."""

    number: int
    starts_at: datetime
    ends_at: datetime
    until: datetime
    person: str
    too_soon_words: str
    is_free: bool


@dataclass(frozen=True, slots=True)
class Better:
    """url is where a better time is asked for, or another one; wish says what was asked for, ""
    where nothing was; offer is what is offered now. signs_in: only once they have signed in."""

    url: str
    wish: str = ""
    offer: BetterOffer | None = None
    signs_in: bool = False


def better_of(*, booking: Booking, now: datetime, is_known: bool = False) -> Better | None:
    """What is said of a booking; None where its customer cannot ask. No query then, else one; three
    or four more where something is offered. Where no guest may move (rule B41), a guest reads of a
    wish and of an offer, and signs in to change or take it."""
    if not may_wish(booking=booking, now=now, is_known=True):
        return None
    signs_in = not may_wish(booking=booking, now=now, is_known=is_known)
    url = reverse("self_service:better", kwargs={"reference": booking.reference})
    wish = find_move_wish(booking=booking)
    if wish is None:
        return None if signs_in else Better(url)
    return Better(url, _words(wish, booking), _offer(wish, booking, now=now), signs_in)


def _words(wish: MoveWish, booking: Booking) -> str:
    """ "Thu 26 – Fri 27 November, from 17:00, with Ana"."""
    wanted = wish_of(wish)
    if wanted is None:
        return ""
    days, hours = wish_words(wanted, locale=booking.business.locale)
    person = _name(wish)
    if not person:
        return f"{days}, {hours}"
    return _("%(days)s, %(hours)s, with %(name)s") % {"days": days, "hours": hours, "name": person}


def _name(wish: MoveWish) -> str:
    staff = getattr(wish.resource, "staff_member", None)
    return staff.short_name if staff is not None else ""


def _offer(wish: MoveWish, booking: Booking, *, now: datetime) -> BetterOffer | None:
    starts_at, ends_at, until = wish.offered_starts_at, wish.offered_ends_at, wish.offer_ends_at
    if not has_offer(wish, now=now) or starts_at is None or ends_at is None or until is None:
        return None
    return BetterOffer(
        number=wish.offers,
        starts_at=starts_at,
        ends_at=ends_at,
        until=until,
        person=_name(wish),
        too_soon_words=too_soon_words(booking=booking, starts_at=starts_at, now=now),
        is_free=_is_free(wish, booking, starts_at, now=now),
    )


def _is_free(wish: MoveWish, booking: Booking, at: datetime, *, now: datetime) -> bool:
    try:
        choice = choice_to_move(booking=booking, resource_id=wish.resource_id)
    except UnknownChoice:
        return False
    return is_free_to_move(booking=booking, choice=choice, starts_at=at, now=now)
