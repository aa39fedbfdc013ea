"""What customers of Juniper Hair have open: a fee that is owed, a better time that is wished for,
another time that was asked for, links that were opened, a look at one's own data, and the people
somebody books for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, Visitor
from apps.bookings.wishes import Wish
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.customers import operations as customers
from apps.demo.build import Shop
from apps.demo.visits import address_of
from apps.kernel.refusals import Refusal
from apps.privacy import operations as privacy
from apps.waitlists import operations as waitlists
from apps.waitlists.queries import find_times_for
from apps.web.devices import Browser, Device, System

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PARENT, CHILDREN = "Carla Jensen", ("Mia Jensen", "Emil Jensen")
ASKS_TO_MOVE, CURIOUS = "Aylin Kaya", "Tom Neumann"
CUT, ASKED_FOR = "cut-and-finish", "colour-correction"
DEVICES = (Device(Browser.SAFARI, System.IPHONE), Device(Browser.FIREFOX, System.WINDOWS))
AT_A_TIME = 8
"""How many bookings are tried until one has room for a wish."""


def leave_matters_open(shop: Shop, *, now: datetime) -> None:
    """Leave one of each; what finds no room on these days is left out."""
    _owe_a_fee(shop, now=now)
    _book_for_a_child(shop, now=now)
    _ask_to_move(shop, now=now)
    _wish_for_better(shop, now=now)
    _open_links(shop, now=now)
    customer = shop.business.customers.get(email=address_of(CURIOUS))
    privacy.ask_for_data(business=shop.business, email=customer.email, now=now - HOUR)
    privacy.correct_person(
        business_id=shop.business.pk,
        customer_id=customer.pk,
        name=customer.name,
        phone="+493023125099",
        now=now - HOUR / 2,
    )


def _owe_a_fee(shop: Shop, *, now: datetime) -> None:
    """Nobody came to the last visit before yesterday, which costs all of it."""
    over = _confirmed(shop).filter(ends_at__lt=now - DAY, price__gt=0, paid=0)
    missed = over.latest("starts_at")
    checkout.mark_no_show(
        booking_id=missed.pk, revision=missed.revision, by=shop.owner, now=missed.ends_at
    )


def _confirmed(shop: Shop) -> QuerySet[Booking]:
    return Booking.objects.filter(business=shop.business, status=Booking.Status.CONFIRMED)


def _book(
    shop: Shop, slug: str, name: str, starts_at: datetime, *, at: datetime, child: str = ""
) -> Booking:
    draft = bookings.place_hold(
        choice=choose(service=shop.services[slug]),
        starts_at=starts_at,
        visitor=Visitor("", "", shop.business.time_zone),
        now=at,
    )
    details = Details(name=name, email=address_of(name), participant_names=[child] if child else [])
    return bookings.submit_draft(
        draft_id=draft.draft_id, details=details, seen_price=draft.price, now=at
    )


def _free_times(shop: Shop, slug: str, *, now: datetime) -> Sequence[datetime]:
    today = now.astimezone(shop.business.zone).date()
    days = Wish(today + 3 * DAY, today + 12 * DAY)
    return find_times_for(choice=choose(service=shop.services[slug]), wish=days, now=now)


def _book_for_a_child(shop: Shop, *, now: datetime) -> None:
    for name in CHILDREN:
        customers.save_person(email=address_of(PARENT), name=name, now=now - 3 * DAY)
    if free := _free_times(shop, CUT, now=now - 2 * DAY):
        _book(shop, CUT, PARENT, free[-1], at=now - 2 * DAY, child=CHILDREN[0])


def _ask_to_move(shop: Shop, *, now: datetime) -> None:
    """A colour correction that was agreed, and another time for it that waits for an answer."""
    free = _free_times(shop, ASKED_FOR, now=now - DAY)
    if not free:
        return
    asked = _book(shop, ASKED_FOR, ASKS_TO_MOVE, free[-1], at=now - DAY)
    agreed = bookings.confirm_request(
        booking_id=asked.pk, revision=asked.revision, by=shop.owner, now=now - DAY + HOUR
    )
    later = [it for it in _free_times(shop, ASKED_FOR, now=now - HOUR) if it != free[-1]]
    if later:
        bookings.ask_to_move(
            booking_id=agreed.pk,
            business_id=shop.business.pk,
            revision=agreed.revision,
            starts_at=later[-1],
            resource_id=None,
            now=now - HOUR,
        )


def _wish_for_better(shop: Shop, *, now: datetime) -> None:
    """The first visit ahead for which the hours before it are full, with the same person."""
    ahead = _confirmed(shop).filter(starts_at__gt=now + 2 * DAY, override_reason="")
    for booking in ahead.select_related("business", "service").order_by("starts_at")[:AT_A_TIME]:
        local = booking.starts_at.astimezone(shop.business.zone)
        for hour in range(9, 17):
            wish = Wish(local.date(), local.date(), hour * 60, hour * 60 + 60)
            if _wishes(booking, wish, now=now):
                return


def _wishes(booking: Booking, wish: Wish, *, now: datetime) -> bool:
    try:
        waitlists.wish_for_better_time(
            booking=booking,
            revision=booking.revision,
            wish=wish,
            resource_id=booking.resource_id,
            now=now - HOUR,
        )
    except Refusal:
        return False
    return True


def _open_links(shop: Shop, *, now: datetime) -> None:
    """Some who come soon have opened the link in their mail, on their phone and at a desk."""
    soon = _confirmed(shop).filter(starts_at__gt=now).order_by("starts_at")
    for booking in soon[: len(DEVICES) * 2]:
        token = bookings.create_access_link(booking=booking, now=booking.created_at)
        for number, device in enumerate(DEVICES):
            at = min(booking.created_at + HOUR * (number + 1), now)
            bookings.exchange_link(token=token, device=device, now=at)
