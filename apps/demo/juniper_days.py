"""The bookings of Juniper Hair: three weeks behind, today as in picture 09, two weeks ahead;
three people wait for a time on days that are full for what they want."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from apps.availability.models import DateException, Schedule
from apps.bookings.operations import Visitor
from apps.bookings.wishes import DAY_MINUTES, Wish
from apps.catalog.models import Service
from apps.catalog.queries import Choice, choose
from apps.demo.build import Shop
from apps.demo.juniper_matters import leave_matters_open
from apps.demo.juniper_money import let_one_pay_late, sell_gift_cards
from apps.demo.plans import SATURDAY, SUNDAY, THURSDAY, minutes_of
from apps.demo.visits import (
    Routine,
    Visit,
    address_of,
    instant,
    make_visits,
    silence_outbox,
    usual_visits,
)
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from apps.waitlists.queries import find_worth_waiting

DAY = timedelta(days=1)
JUST_NOW = timedelta(minutes=25)
TODAY = (
    # person, time, service, variant, customer; Jana stands in for whoever is off
    ("Ana", "09:00", "cut-and-finish", "", "Hanna Kurz"),
    ("Ana", "10:15", "cut-and-finish", "", "Eva Lindner"),
    ("Ana", "11:15", "long-hair-cut", "", "Ida Sommer"),
    ("Ana", "13:15", "gloss-and-tone", "", "Greta Falk"),
    ("Ben", "10:30", "beard-and-cut", "", "Tom Neumann"),
    ("Ben", "11:30", "cut-and-finish", "", "Yusuf Demir"),
    ("Ben", "14:00", "root-colour", "Shoulder", "Nora Beck"),
    ("Ben", "16:00", "cut-and-finish", "", "Felix Haas"),
    ("Ben", "16:45", "beard-and-cut", "", "Jonas Beck"),
    ("Ben", "17:30", "cut-and-finish", "", "Amir Nazari"),
    ("Mia", "09:30", "root-touch-up", "", "Sofie Arndt"),
    ("Mia", "11:00", "balayage", "Half head", "Clara Vogt"),
    ("Mia", "15:00", "gloss-and-tone", "", "Romy Jung"),
    ("Mia", "16:00", "scalp-care", "", "Ella Wirth"),
)
DAY_OFF = {"Ana": 0, "Ben": 3, "Mia": 4}
INSTEAD = {
    "root-colour": "long-hair-cut",
    "root-touch-up": "long-hair-cut",
    "gloss-and-tone": "cut-and-finish",
}
ROUTINE = Routine(
    customers=(
        *("Eva Lindner", "Carla Jensen", "Tom Neumann", "Paula Engel", "Nora Beck", "Carla Jensen"),
        *("Ines Moreau", "Yusuf Demir", "Hanna Kurz", "Marek Novák", "Eva Lindner", "Sofie Arndt"),
        *("Paula Engel", "Aylin Kaya", "Jonas Beck", "Carla Jensen", "Lotte Brandes", "Ida Sommer"),
        *("Felix Haas", "Greta Falk", "Milan Horvat", "Tom Neumann", "Romy Jung", "Paula Engel"),
        *("Clara Vogt", "Amir Nazari", "Ella Wirth", "Frida Lang", "Oskar Thiel", "Ines Moreau"),
    ),
    patterns=(
        (("10:00", "cut-and-finish", ""), ("14:45", "root-colour", "Shoulder")),
        (("10:30", "long-hair-cut", ""), ("15:30", "cut-and-finish", "")),
        (("11:00", "cut-and-finish", ""), ("13:15", "cut-and-finish", "")),
        (("10:00", "root-touch-up", ""), ("15:15", "scalp-care", "")),
        (("13:15", "fringe-trim", ""), ("15:00", "root-colour", "Short")),
        (("11:15", "cut-and-finish", ""), ("16:00", "cut-and-finish", "")),
    ),
)
WAITING = ("Lotte Brandes", "Oskar Thiel", "Frida Lang")
WANTED = ("root-touch-up", "root-touch-up", "long-hair-cut")
PARTS = (
    *((0, DAY_MINUTES), (0, 12 * 60), (12 * 60, 17 * 60)),
    *((hour * 60, hour * 60 + 60) for hour in range(9, 17)),
)
DAYS = range(1, 8)


def fill_juniper(shop: Shop, *, now: datetime) -> None:
    """Make all bookings of the salon around `now`; on a Sunday today's are those of Monday."""
    today = now.astimezone(shop.business.zone).date()
    opened = today + DAY if today.weekday() == SUNDAY else today
    trial = _next(SATURDAY, after=opened + DAY)
    late = _next(THURSDAY, after=opened + 2 * DAY)
    tried = _next(SATURDAY, after=opened - 10 * DAY)
    taken = {(trial, "Ana"), (late, "Mia"), (tried, "Ana")}
    schedule = Schedule.objects.get(resource=shop.people["Mia"].resource)
    _open_late(schedule, on=late, until="19:00")
    visits = [
        *usual_visits(shop, ROUTINE, around=opened, now=now, taken=taken),
        *_today(shop, opened, now),
        *_requests(trial, late, now),
        *_bridal_past(tried, now),
    ]
    make_visits(shop, [_covered(visit) for visit in visits])
    _open_late(schedule, on=late, until="17:00")
    _close_for_holidays(shop, today)
    let_people_wait(shop, now=now)
    let_one_pay_late(shop, now=now)
    sell_gift_cards(shop, now=now)
    leave_matters_open(shop, now=now)
    silence_outbox(shop)


def _next(weekday: int, *, after: date) -> date:
    return after + DAY * (1 + (weekday - after.weekday() - 1) % 7)


def _covered(visit: Visit) -> Visit:
    """Give the visit to Jana when its person has the day off; she colours nothing but balayage."""
    who = "Jana" if DAY_OFF.get(visit.who) == visit.on.weekday() else visit.who
    if who == "Jana" and visit.service in INSTEAD:
        return replace(visit, who=who, service=INSTEAD[visit.service], variant="", add_ons=())
    return replace(visit, who=who)


def _today(shop: Shop, on: date, now: datetime) -> Iterator[Visit]:
    for number, (who, at, service, variant, customer) in enumerate(TODAY):
        starts_at = instant(shop, on, at)
        made_at = starts_at - timedelta(days=2 + number % 5, hours=3, minutes=11 * number)
        yield Visit(
            on=on,
            at=at,
            service=service,
            who=who,
            customer=customer,
            variant=variant,
            made_at=min(made_at, now - JUST_NOW),
            phone="+49302312500" + str(number % 10) if number % 3 == 0 else "",
            note="Running five minutes late, promised!" if customer == "Tom Neumann" else "",
        )
    yield _correction_today(shop, on, now)


def _correction_today(shop: Shop, on: date, now: datetime) -> Visit:
    """Paul waits for an answer while his time is still ahead, else he has had one."""
    starts_at = instant(shop, on, "15:00")
    waits = now < starts_at
    made_at = now - timedelta(hours=1, minutes=50) if waits else starts_at - DAY
    made_at = min(made_at, starts_at - timedelta(hours=3))
    return Visit(
        on=on,
        at="15:00",
        service="colour-correction",
        who="Ana",
        customer="Paul Weber",
        made_at=made_at,
        note="It was meant to be ash blond. It is not.",
        confirmed_at=None if waits else made_at + timedelta(hours=2),
    )


def _requests(trial: date, late: date, now: datetime) -> Iterator[Visit]:
    """Three people for one Saturday morning, and one whose end no longer fits (picture 11)."""
    wedding = trial + 14 * DAY
    veil = f"Wedding on {wedding.day} {wedding:%B}. Could Ana also look at my veil?"
    asked = (
        ("Lena Hartmann", timedelta(hours=3), veil),
        ("Carla Jensen", timedelta(hours=2), ""),
        ("Ines Moreau", timedelta(minutes=40), "Any Saturday works."),
    )
    for customer, ago, note in asked:
        yield Visit(
            on=trial,
            at="10:00",
            service="bridal-trial",
            who="Ana",
            customer=customer,
            made_at=now - ago,
            note=note,
        )
    yield Visit(
        on=trial,
        at="09:00",
        service="cut-and-finish",
        who="Ana",
        customer="Frida Lang",
        made_at=now - 3 * DAY,
    )
    yield Visit(
        on=late,
        at="16:00",
        service="colour-correction",
        who="Mia",
        customer="Paula Engel",
        made_at=now - timedelta(hours=1),
        note="Box dye over henna. Sorry.",
    )


def _bridal_past(tried: date, now: datetime) -> Iterator[Visit]:
    """One trial that happened and one that Ana could not take."""
    for customer, at, taken in (("Svenja Adler", "14:00", True), ("Merle Kuhn", "14:00", False)):
        made_at = now - 16 * DAY + timedelta(minutes=len(customer))
        decided_at = made_at + timedelta(hours=5)
        yield Visit(
            on=tried,
            at=at,
            service="bridal-trial",
            who="Ana",
            customer=customer,
            made_at=made_at,
            confirmed_at=decided_at if taken else None,
            declined_at=None if taken else decided_at,
            reason="" if taken else "Ana has another bride at that time, sorry.",
        )


def _open_late(schedule: Schedule, *, on: date, until: str) -> None:
    """Give one person other hours on one date; hours that were there before are replaced."""
    schedule.exceptions.filter(on=on).delete()
    ranges = (("09:00", "14:15"), ("14:45", until))
    DateException.objects.bulk_create(
        DateException(
            schedule=schedule,
            on=on,
            starts_minute=minutes_of(starts),
            ends_minute=minutes_of(ends),
            reason="Late Thursday",
        )
        for starts, ends in ranges
    )


def _close_for_holidays(shop: Shop, today: date) -> None:
    """Christmas and New Year of this winter, where nothing is booked yet."""
    schedule = Schedule.objects.get(business=shop.business, resource=None, service=None)
    days = ((12, 25, "Christmas Day"), (12, 26, "Boxing Day"), (1, 1, "New Year's Day"))
    DateException.objects.bulk_create(
        DateException(schedule=schedule, on=_coming(today, month, day), reason=reason)
        for month, day, reason in days
    )


def _coming(today: date, month: int, day: int) -> date:
    on = date(today.year, month, day)
    return on if on > today + 15 * DAY else date(today.year + 1, month, day)


def let_people_wait(shop: Shop, *, now: datetime) -> None:
    """Put each of them in the line of the first day that has nothing free for them."""
    asked_at = now - timedelta(hours=2)
    for name, slug in zip(WAITING, WANTED, strict=True):
        if found := _first_full(shop, shop.services[slug], now=asked_at):
            choice, wish = found
            waitlists.wait_for_time(
                choice=choice,
                wish=wish,
                details=WaitingDetails(name=name, email=address_of(name)),
                visitor=Visitor("", "", shop.business.time_zone),
                now=asked_at,
            )


def _first_full(shop: Shop, service: Service, *, now: datetime) -> tuple[Choice, Wish] | None:
    """A whole day if there is one, or a part of one; each person is asked about once."""
    today = now.astimezone(shop.business.zone).date()
    wishes = {
        (part, day): Wish(on, on, *hours)
        for part, hours in enumerate(PARTS)
        for day in DAYS
        for on in [today + timedelta(days=day)]
    }
    asked = [
        (choice, find_worth_waiting(choice=choice, wishes=wishes, now=now))
        for staff in choose(service=service).staff
        for choice in [choose(service=service, resource_id=staff.resource_id)]
    ]
    worth = ((choice, wishes[key]) for key in wishes for choice, keys in asked if key in keys)
    return next(worth, None)
