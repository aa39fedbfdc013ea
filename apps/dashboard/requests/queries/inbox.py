"""The inbox: requests grouped by the time they ask for, the most urgent group first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from apps.bookings.models import Booking
from apps.bookings.queries.minimum import Progress, progress_of_days, progress_of_sessions
from apps.bookings.queries.requests import by_age
from apps.dashboard.access import Access
from apps.dashboard.bookings.queries.actions import UndoCard, find_undoable
from apps.dashboard.bookings.queries.booking_detail import Pairs, count_visits, read_answers
from apps.dashboard.frame.queries.fits import Fit, find_fits
from apps.dashboard.frame.queries.rota import load_rota
from apps.dashboard.frame.queries.rows import dates_of, local_date_of, staff_name
from apps.dashboard.requests.queries.cards import (
    RequestCard,
    ends_unanswered,
    request_card,
    requests_of,
)
from apps.dashboard.roles import Right
from apps.kernel.money import Money

PAGE = 40

GroupKey = tuple[int, int | None, datetime, datetime]
Card = RequestCard | UndoCard


@dataclass(frozen=True, slots=True)
class Person:
    """One request inside a group; visits are earlier confirmed bookings with this contact."""

    card: Card
    visits: int
    note: str
    answers: Pairs


@dataclass(frozen=True, slots=True)
class RequestGroup:
    """Everybody who wants the same time of the same person, first come first; or, where they do not
    compete, everybody whose place in one class or course waits for an answer."""

    ident: str
    starts_at: datetime
    ends_at: datetime
    staff_name: str
    service_name: str
    price: Money | None
    price_text: str
    answer_by: datetime | None
    fit: Fit | None
    people: tuple[Person, ...]
    waiting: int
    progress: Progress | None = None
    ends_unanswered: bool = False
    competes: bool = True
    is_day: bool = False

    @property
    def others(self) -> int:
        """How many stay behind when one of them is confirmed."""
        return self.waiting - 1


@dataclass(frozen=True, slots=True)
class Inbox:
    groups: tuple[RequestGroup, ...]
    earlier: bool
    later: bool


def get_inbox(*, access: Access, page: int, now: datetime) -> Inbox:
    """Load one page of groups; the number of queries does not depend on the requests."""
    first = (page - 1) * PAGE
    asked = list(requests_of(access)[first : first + PAGE + 1])
    later = len(asked) > PAGE
    groups = _groups(access, asked[:PAGE], now=now, with_undoable=page == 1)
    return Inbox(groups=groups, earlier=page > 1, later=later)


def get_group(*, access: Access, booking: Booking, now: datetime) -> RequestGroup:
    """Load the group a booking belongs to, that booking in it also when it is long answered."""
    same = Q(
        service_id=booking.service_id,
        resource_id=booking.resource_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
    )
    asked = list(requests_of(access).filter(same)[:PAGE])
    groups = _groups(access, asked, now=now, with_undoable=True, also=booking)
    return next(group for group in groups if group.ident == _ident(_key(booking)))


def _groups(
    access: Access,
    asked: Sequence[Booking],
    *,
    now: datetime,
    with_undoable: bool,
    also: Booking | None = None,
) -> tuple[RequestGroup, ...]:
    fits = _fits(access, asked, now=now)
    undoable = find_undoable(access=access, now=now) if with_undoable else []
    days = progress_of_days(asked, now=now)
    cards = [*_cards(access, asked, fits, days, now=now), *undoable]
    if also is not None and all(booking.pk != also.pk for booking, _card in cards):
        cards.append((also, request_card(also, access=access, fit=None, now=now)))
    people = _people(access, cards, now=now)
    members: dict[GroupKey, list[tuple[Booking, Person]]] = defaultdict(list)
    for booking, person in people:
        members[_key(booking)].append((booking, person))
    groups = ((_group(access, key, found, fits), found) for key, found in members.items())
    awaited = {**days, **progress_of_sessions(asked, now=now)}
    return tuple(
        replace(group, progress=awaited.get(first.pk), is_day=first.pk in days)
        for group, ((first, _person), *_others) in groups
    )


def _fits(access: Access, asked: Sequence[Booking], *, now: datetime) -> Mapping[int, Fit]:
    dates = dates_of(asked, access) or {local_date_of(now, access.business.zone)}
    rota = load_rota(business=access.business, dates=dates, now=now)
    return find_fits(bookings=asked, rota=rota)


def _cards(
    access: Access,
    asked: Sequence[Booking],
    fits: Mapping[int, Fit],
    days: Mapping[int, Progress],
    *,
    now: datetime,
) -> list[tuple[Booking, Card]]:
    """The first of each group is the one that asked first: it gets the filled button."""
    found: list[tuple[Booking, Card]] = []
    known: set[GroupKey] = set()
    for booking in sorted(asked, key=by_age):
        key = _key(booking)
        first = key not in known
        known.add(key)
        card = request_card(
            booking,
            access=access,
            fit=fits[booking.pk],
            now=now,
            is_oldest=first,
            progress=days.get(booking.pk),
        )
        found.append((booking, card))
    order = {booking.pk: at for at, booking in enumerate(asked)}
    return sorted(found, key=lambda it: order[it[0].pk])


def _people(
    access: Access, cards: Sequence[tuple[Booking, Card]], *, now: datetime
) -> list[tuple[Booking, Person]]:
    bookings = [booking for booking, _card in cards]
    visits = count_visits(bookings=bookings, now=now)
    answers = read_answers(access=access, bookings=bookings)
    may_read = access.may(Right.SEE_CONTACT)
    return [
        (
            booking,
            Person(
                card=card,
                visits=visits.get(booking.customer_id or 0, 0),
                note=booking.customer_note if may_read else "",
                answers=answers.get((booking.pk, None), ()),
            ),
        )
        for booking, card in cards
    ]


def _group(
    access: Access,
    key: GroupKey,
    found: Sequence[tuple[Booking, Person]],
    fits: Mapping[int, Fit],
) -> RequestGroup:
    ordered = sorted(found, key=lambda it: by_age(it[0]))
    booking = ordered[0][0]
    waiting = [it for it, _person in ordered if it.status == Booking.Status.PENDING]
    money = access.may(Right.SEE_MONEY)
    return RequestGroup(
        ident=_ident(key),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        staff_name=staff_name(booking.resource),
        service_name=booking.title,
        price=Money(booking.price, booking.currency) if money and booking.price else None,
        price_text=booking.price_text if money else "",
        answer_by=min((it.answer_by for it in waiting if it.answer_by), default=None),
        ends_unanswered=any(ends_unanswered(it) for it in waiting),
        fit=fits[waiting[0].pk] if waiting else None,
        people=tuple(person for _booking, person in ordered),
        waiting=len(waiting),
        competes=booking.seating_id is None,
    )


def _key(booking: Booking) -> GroupKey:
    return booking.service_id, booking.resource_id, booking.starts_at, booking.ends_at


def _ident(key: GroupKey) -> str:
    """An id for the page: which service, whom, and when."""
    service_id, resource_id, starts_at, ends_at = key
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    return f"{service_id}-{resource_id or 0}-{int(starts_at.timestamp()) // 60}-{minutes}"
