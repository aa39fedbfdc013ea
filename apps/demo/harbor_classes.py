"""The classes and courses of Harbor Yoga: a month of them, with the people who come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from apps.availability import operations as availability
from apps.availability.engine.series import SeriesRule
from apps.availability.models import CourseRun, DateException, Schedule, Session
from apps.availability.operations import SessionFacts
from apps.availability.queries.scheduling import schedule_series
from apps.bookings import operations as bookings
from apps.bookings.operations import Details, GivenAnswer, Visitor
from apps.catalog.models import Resource, Service
from apps.catalog.queries import choose
from apps.classes import operations as classes
from apps.demo.build import Shop
from apps.demo.plans import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    ServicePlan,
    minutes_of,
)
from apps.demo.visits import TYPING, address_of
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails

WEEK = timedelta(weeks=1)
WAITING = ("Ruth Amsel", "Femi Okoye", "Lotte Brandt")
PEOPLE = (
    *("June Park", "Walter Beal", "Rosa Medina", "Theo Lund", "Imani Clarke", "Beth Arsenault"),
    *("Sam Whitcomb", "Nadia Cole", "Owen Pratt", "Grace Liu", "Hal Dorsey", "Mina Sato"),
    *("Luca Ferri", "Abby Stone", "Cyrus Wray", "Ella Novak", "Dov Perl", "Kay Adeyemi"),
)
FILLED_BEHIND, FILLED_AHEAD = timedelta(days=7), timedelta(days=9)
FOURTH = 4


def _class(slug: str, name: str, minutes: int, price: int, words: str) -> ServicePlan:
    columns = {"kind": Service.Kind.CLASS, "summary": words, "pays_online": True}
    return ServicePlan(
        slug=slug, name=name, category="classes", minutes=minutes, price=price, columns=columns
    )


def _course(slug: str, name: str, price: int, words: str) -> ServicePlan:
    columns = {
        "kind": Service.Kind.COURSE,
        "summary": words,
        "prorates": True,
        "pays_online": True,
        "deposit": 3000,
    }
    return ServicePlan(
        slug=slug, name=name, category="courses", minutes=60, price=price, columns=columns
    )


CLASSES = (
    _class(
        "vinyasa", "Vinyasa flow", 60, 1800, "Breath by breath, for all who have some practice."
    ),
    _class("hatha", "Hatha slow", 75, 1800, "Long holds, many props, no hurry."),
    _class("lunch", "Lunch reset", 45, 1400, "Neck, shoulders, back to the desk."),
    _class("yin", "Yin and rest", 60, 1600, "On the floor, under blankets."),
    _class("ashtanga", "Ashtanga", 75, 1800, "The first series, counted."),
    _class("long-practice", "Long practice", 90, 2400, "Once a week, as long as it takes."),
)
COURSES = (
    _course("beginners", "Yoga for beginners", 10800, "Six evenings, from the first breath on."),
    _course("prenatal", "Prenatal yoga", 9600, "Six Sundays for two. From week 14 on."),
)


@dataclass(frozen=True, slots=True)
class Weekly:
    """A class at the same time on some weekdays, with who teaches it and where."""

    service: str
    weekdays: tuple[int, ...]
    at: str
    who: str
    room: str
    places: int


TIMETABLE = (
    Weekly("vinyasa", (MONDAY, WEDNESDAY, FRIDAY), "07:00", "Dana", "Harbor room", 12),
    Weekly("lunch", (MONDAY, TUESDAY, WEDNESDAY, THURSDAY), "12:15", "Malik", "Loft", 10),
    Weekly("hatha", (TUESDAY, FRIDAY), "17:30", "Dana", "Harbor room", 12),
    Weekly("yin", (MONDAY, WEDNESDAY), "17:30", "Malik", "Loft", 8),
    Weekly("ashtanga", (THURSDAY,), "16:00", "Malik", "Harbor room", 12),
    Weekly("long-practice", (SATURDAY,), "09:00", "Priya", "Harbor room", 6),
    Weekly("vinyasa", (SATURDAY,), "11:00", "Priya", "Loft", 8),
    Weekly("yin", (SUNDAY,), "10:00", "Priya", "Harbor room", 12),
)


def close_on_thanksgiving(shop: Shop, *, today: date) -> date:
    """Close the studio on the fourth Thursday of November, as everybody in town does."""
    first = date(today.year, 11, 1)
    thursday = first + timedelta(days=(THURSDAY - first.weekday()) % 7)
    on = thursday + (FOURTH - 1) * WEEK
    hours = Schedule.objects.get(business=shop.business, resource=None, service=None)
    DateException.objects.create(schedule=hours, on=on, reason="Thanksgiving")
    return on


def days_of_teaching(closed: date, *, today: date) -> set[tuple[date, str]]:
    """The days on which a teacher gives no private lessons: Priya's weekends, and holidays."""
    days = [today + timedelta(days=offset) for offset in range(-30, 31)]
    weekends = {(on, "Priya") for on in days if on.weekday() in {SATURDAY, SUNDAY}}
    return weekends | {(closed, name) for name in ("Dana", "Malik", "Priya")}


def schedule_classes(shop: Shop, *, today: date, now: datetime) -> None:
    """Open the weekly classes from two weeks ago for six weeks, and three runs of two courses."""
    monday = today - timedelta(days=today.weekday()) - 2 * WEEK
    scheduled_at = now - timedelta(days=40)
    for each in TIMETABLE:
        rule = SeriesRule(
            first_on=monday,
            weekdays=each.weekdays,
            starts_minute=minutes_of(each.at),
            duration_minutes=shop.services[each.service].duration_minutes,
            until_on=monday + 6 * WEEK,
        )
        facts = _facts(shop, each)
        availability.open_series(rule=rule, facts=facts, skip_closed=True, now=scheduled_at)
    soon = monday + 2 * WEEK
    runs = (
        (
            "Tuesdays, already started",
            soon - WEEK,
            Weekly("beginners", (TUESDAY,), "19:00", "Dana", "Loft", 10),
        ),
        ("Thursdays", soon + WEEK, Weekly("beginners", (THURSDAY,), "17:30", "Malik", "Loft", 10)),
        ("Sundays", soon + WEEK, Weekly("prenatal", (SUNDAY,), "11:30", "Priya", "Loft", 6)),
    )
    for name, first_on, each in runs:
        _open_run(shop, name, first_on, each, now=scheduled_at)


def _open_run(shop: Shop, name: str, first_on: date, each: Weekly, *, now: datetime) -> None:
    rule = SeriesRule(
        first_on=first_on,
        weekdays=each.weekdays,
        starts_minute=minutes_of(each.at),
        duration_minutes=60,
        count=6,
    )
    facts = _facts(shop, each)
    proposals = schedule_series(
        rule=rule, service=facts.service, location=facts.location, skip_closed=True
    )
    availability.open_course_run(facts=facts, proposals=proposals, name=name, now=now)


def _facts(shop: Shop, each: Weekly) -> SessionFacts:
    service = shop.services[each.service]
    room = Resource.objects.get(business=shop.business, name=each.room)
    return SessionFacts(
        service=service,
        location=service.locations.get(),
        resource_ids=(shop.people[each.who].resource_id, room.pk),
        capacity=each.places,
    )


def fill_classes(shop: Shop, *, now: datetime) -> None:
    """Let people come to the classes around `now` and to the courses."""
    sessions = Session.objects.filter(
        business=shop.business,
        kind=Session.Kind.CLASS,
        starts_at__range=(now - FILLED_BEHIND, now + FILLED_AHEAD),
    )
    for number, session in enumerate(sessions.order_by("starts_at", "pk"), start=1):
        full = session.capacity <= 6 or number % 9 == 0  # noqa: PLR2004 - the small ones fill
        wanted = session.capacity if full else 2 + number * 5 % (session.capacity - 2)
        _join(shop, session, _parties(wanted, number), now=now)
    for number, run in enumerate(CourseRun.objects.filter(business=shop.business), start=1):
        wanted = run.capacity if run.capacity <= 6 else 3 + number  # noqa: PLR2004 - see above
        _join(shop, run, ((name,) for name in PEOPLE[:wanted]), now=now)
    _let_people_wait(shop, now=now)


def _let_people_wait(shop: Shop, *, now: datetime) -> None:
    """Two people wait for each full class and for the full course."""
    ahead = Session.objects.filter(
        business=shop.business,
        kind=Session.Kind.CLASS,
        starts_at__range=(now + timedelta(hours=12), now + FILLED_AHEAD),
    )
    full: list[Session | CourseRun] = [it for it in ahead if not it.seats_left]
    full += [it for it in CourseRun.objects.filter(business=shop.business) if not it.seats_left]
    for number, target in enumerate(full):
        for index in range(2):
            name = WAITING[(number + index) % len(WAITING)]
            _wait(shop, target, name, at=now - timedelta(hours=3 + index))


def _wait(shop: Shop, target: Session | CourseRun, name: str, *, at: datetime) -> None:
    waitlists.join_waitlist(
        choice=choose(service=_service_of(shop, target)),
        target=target,
        details=WaitingDetails(name=name, email=address_of(name), notice_minutes=120),
        visitor=Visitor("", "", shop.business.time_zone),
        now=at,
    )


def _service_of(shop: Shop, target: Session | CourseRun) -> Service:
    return next(it for it in shop.services.values() if it.pk == target.service_id)


def _parties(places: int, number: int) -> Iterator[tuple[str, ...]]:
    """Names for so many places, two or three at a time, never the same person twice."""
    names = [PEOPLE[(number * 7 + index) % len(PEOPLE)] for index in range(places)]
    while names:
        size = min(1 + number % 3, len(names))
        yield tuple(names[:size])
        names, number = names[size:], number + 1


def _join(
    shop: Shop,
    target: Session | CourseRun,
    parties: Iterator[tuple[str, ...]],
    *,
    now: datetime,
) -> None:
    service = _service_of(shop, target)
    for number, party in enumerate(parties, start=1):
        tapped_at = min(target.starts_at, now) - timedelta(hours=20 + 7 * number, minutes=number)
        _book(shop, service, target, party, at=tapped_at)


def _book(
    shop: Shop,
    service: Service,
    target: Session | CourseRun,
    party: tuple[str, ...],
    *,
    at: datetime,
) -> None:
    draft = classes.hold_seats(
        choice=choose(service=service, party_size=len(party)),
        target=target,
        visitor=Visitor("", "", shop.business.time_zone),
        now=at,
    )
    bookings.submit_draft(
        draft_id=draft.draft_id,
        details=Details(
            name=party[0],
            email=address_of(party[0]),
            participant_names=party,
            answers=[GivenAnswer(shop.questions["experience"], "A little")],
        ),
        seen_price=draft.price,
        now=at + TYPING,
    )
