"""Fewer or more people come on what is booked (rule B42)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.availability import operations as availability
from apps.bookings.announcements import announce_free_places
from apps.bookings.models import Booking, BookingEvent, Participant, ParticipantChoice
from apps.bookings.operations.errors import StaleRevision
from apps.bookings.operations.transitions import Actor, lock_booking, record_transition
from apps.businesses.models import TeamMember
from apps.classes.party import NO_NAMES, Kind, Names, names_to_change
from apps.classes.queries.party import NamesMissing, PartyChange, party_of, plan_change


@transaction.atomic
def change_party(
    *,
    booking: Booking,
    wanted: Mapping[int, int],
    revision: int,
    now: datetime,
    names: Names = NO_NAMES,
    by: TeamMember | None = None,
) -> tuple[Booking, PartyChange | None]:
    """Let so many people of each kind come on a booking (``queries.party``), for its customer (by
    None) or by the team; the customer is told once more. Places that come free go to whoever waits
    first; those who are added take theirs as at the first time. An appointment keeps its time,
    whoever comes along.

    names says whose names go and come, where those who come were named.

    Return what changed, None where so many come already: a form that is sent twice changes once.
    The price that is written here counts neither discounts nor plans: whoever knows of those says
    what it is (``checkout.change_party``).

    Raises:
        StaleRevision: somebody changed it since the page was made.
        PartyFixed, UnknownChoice, NotBookable, TooManyPeople, CannotJoin: as ``plan_change``.
        NamesMissing: as its name says.
        NoSeats: somebody was faster.
        BusyTryAgain: the lock did not come in time.
    """
    locked = lock_booking(booking_id=booking.pk, business_id=booking.business_id, revision=None)
    counts = party_of(locked).counts
    if all(counts[key] == people for key, people in wanted.items()):
        return locked, None
    if locked.revision != revision:
        raise StaleRevision
    change = plan_change(booking=locked, wanted=wanted, is_team=by is not None, now=now)
    _rename(locked, names, after=change.people)
    price = change.price(locked.price)
    has_room = change.people < locked.party_size
    if locked.seating_id is not None and change.people != locked.party_size:
        availability.change_seats(seating_id=locked.seating_id, seats=change.people, now=now)
    record_transition(
        locked,
        action=BookingEvent.Action.RESIZED,
        actor=Actor.of(by),
        now=now,
        columns={"party_size": change.people, "price": price, **_mixed(locked, change)},
    )
    target = locked.course_run or locked.session
    if has_room and target and locked.seating_id is not None:
        announce_free_places(target, now=now)
    return locked, change


def _rename(booking: Booking, names: Names, *, after: int) -> None:
    """Take those off who stay away, with their answers, and write down whoever is added."""
    known = list(booking.participants.all())
    go, come = names_to_change(known=len(known), before=booking.party_size, after=after)
    if (
        len(names.gone) != go
        or not names.gone <= {it.pk for it in known}
        or len(names.come) != come
    ):
        raise NamesMissing
    if names.gone:
        booking.participants.filter(pk__in=names.gone).delete()
    stay = [it for it in known if it.pk not in names.gone]
    for position, person in enumerate(stay):
        person.position = position
    Participant.objects.bulk_update(stay, ["position"])
    Participant.objects.bulk_create(
        Participant(booking=booking, name=name, position=position)
        for position, name in enumerate(names.come, start=len(stay))
    )


def _mixed(booking: Booking, change: PartyChange) -> dict[str, Any]:
    """Write the people of each kind anew; return the column that says it in words (rule B13)."""
    kinds = _joined(change.kinds)
    if all(it.key == 0 for it in kinds):
        return {}
    booking.mix.all().delete()
    ParticipantChoice.objects.bulk_create(
        ParticipantChoice(
            booking=booking, variant_id=it.key, name=it.name, people=it.people, price=it.price
        )
        for it in kinds
    )
    told = tuple((it.people, it.name) for it in kinds)
    return {"service_snapshot": replace(booking.as_booked, mix=told).as_snapshot()}


def _joined(kinds: tuple[Kind, ...]) -> list[Kind]:
    """Those of one kind and one price together, in order."""
    found: dict[tuple[int, int], Kind] = {}
    for it in kinds:
        known = found.get((it.key, it.price))
        people = it.people + (known.people if known else 0)
        found[it.key, it.price] = replace(it, people=people)
    return list(found.values())
