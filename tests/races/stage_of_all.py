"""The stage of ``test_any_order``: a salon of two with a wash station, a class and a course, over
two days, and what its acts share."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import time_machine
from django.db import transaction

from apps.availability import operations as availability
from apps.availability.models import CourseRun, Session
from apps.availability.operations import (
    BusyTryAgain,
    NoSeats,
    SeatsTaken,
    SessionsCollide,
    SlotTaken,
)
from apps.availability.queries.plans import SessionPlan
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, choose
from apps.checkout import operations as checkout
from apps.checkout.operations import SessionOver
from tests.factories import NOW, Salon, make_salon
from tests.factories.catalog import make_service

Target = Session | CourseRun
Acts = Mapping[str, Callable[[], object]]

REFUSED = (
    *(BusyTryAgain, NoSeats, SeatsTaken, SessionsCollide, SlotTaken, SessionOver, UnknownChoice),
    *(bookings.SlotGone, bookings.StaleRevision, bookings.NotAllowed, bookings.TooLateToUndo),
    *(bookings.CannotJoin, bookings.CannotMove, bookings.CannotWait, bookings.NotBookable),
    *(bookings.PriceChanged, bookings.SuggestionTaken, bookings.TooManyPeople, bookings.NotComing),
    *(
        bookings.ClockConflicts,
        bookings.NoConflict,
        bookings.NotInLine,
        bookings.OfferGone,
        bookings.NotFull,
    ),
    *(bookings.LineIsFull, bookings.AlreadyInLine, bookings.WishIsOver, bookings.WishIsClosed),
    *(checkout.WayNotOffered, checkout.QuoteChanged, checkout.DetailsMissing, checkout.NotOwed),
    *(checkout.AmountRefused, checkout.RefundChanged, checkout.TooMuchToRefund),
)
"""What an operation may answer; anything else is a fault, TimeNotKept and IllegalMove above all."""

DAYS = (27, 28)
HOURS = (10.0, 10.5, 11.0, 12.0, 14.0)
NAMES = ("carl", "eva", "ida", "sam")
LATEST = datetime(2026, 11, 28, 17, tzinfo=UTC)
LIVE = ("PENDING", "CONFIRMED")
EXPECTED = (*LIVE, "WAITING_LIST")
MANY = ("CLASS", "COURSE")


class Stage:
    """dice decide everything; now is the clock of everybody; has_changed says that the books may be
    others than when they were looked at last."""

    has_changed = True

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311  no secret
        self.now = NOW
        self.salon = make_salon(slug="juniper")
        furnish(self.salon)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something that may be refused; what it began is undone then."""
        with suppress(*REFUSED), time_machine.travel(self.now, tick=False):
            with transaction.atomic():
                act()
            self.has_changed = True

    def a_time(self) -> datetime:
        hour = self.dice.choice(HOURS)
        return self.salon.at(self.dice.choice(DAYS), int(hour), int(hour % 1 * 60))

    def a_day(self) -> date:
        return date(2026, 11, self.dice.choice(DAYS))

    def a_service(self, *kinds: str) -> Service:
        known = Service.objects.filter(kind__in=kinds).order_by("pk")
        return self.dice.choice(list(known.select_related("business", "form")))

    def a_booking(self, *statuses: str, **wanted: Any) -> Booking | None:
        rows = Booking.objects.filter(status__in=statuses, **wanted).order_by("pk")
        related = ("business", "service", "session", "course_run")
        found: Booking | None = self.one(rows.select_related(*related))
        return found

    def a_target(self) -> Target:
        sessions = Session.objects.filter(kind="CLASS").order_by("pk")
        runs = CourseRun.objects.order_by("pk")
        rows: list[Target] = [
            *sessions.select_related("service", "location"),
            *runs.select_related("service", "location"),
        ]
        return self.dice.choice(rows)

    def one(self, rows: Any) -> Any:
        """One of the rows, or nothing."""
        found = list(rows)
        return self.dice.choice(found) if found else None

    def somebody(self) -> str:
        return self.dice.choice(NAMES)

    def people(self) -> int:
        return self.dice.choice((1, 1, 2, 3))

    def member(self) -> TeamMember:
        """The owner, or an operator who acts for the business."""
        olga = self.salon.olga
        if self.dice.random() < 0.7:
            return olga
        return TeamMember(business_id=olga.business_id, user_id=olga.user_id, role="MANAGER")

    def choice(self, service: Service, *, people: int = 1, chosen: int | None = None) -> Choice:
        fresh = Service.objects.select_related("business").get(pk=service.pk)
        return choose(service=fresh, party_size=people, resource_id=chosen)


def furnish(salon: Salon) -> None:
    """A class and a course with Ben for two people each, online payment, parties of three."""
    salon.policy.max_participants = 3
    salon.policy.save()
    for name, kind, hour in (("Braiding", "CLASS", 15), ("Basics", "COURSE", 16)):
        service = make_service(
            business=salon.business, name=name, slug=name.lower(), kind=kind, form=salon.form
        )
        service.locations.add(salon.location)
        facts = availability.SessionFacts(
            service, salon.location, (salon.ben.resource_id,), capacity=2
        )
        starts = [int(salon.at(day, hour).timestamp()) for day in DAYS]
        plans = [SessionPlan(start=start, end=start + 45 * 60) for start in starts]
        if kind == "CLASS":
            availability.open_sessions(facts=facts, plans=plans, now=NOW)
        else:
            availability.open_course_run(facts=facts, plans=plans, name="", now=NOW)
    for service in (salon.cut, salon.bridal):
        service.pays_online = True
        service.save()


def service_of(target: Target) -> Service:
    assert target.service is not None
    return target.service


def later(moment: datetime, seconds: int) -> datetime:
    return min(moment + timedelta(seconds=seconds), LATEST)
