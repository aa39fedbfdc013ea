"""What the acts of ``test_any_order`` share: the clock, the dice, who is there, and which answers
are a polite no."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import time_machine
from django.db import connection, transaction

from apps.availability.models import CourseRun, Session
from apps.availability.operations import (
    BusyTryAgain,
    NoSeats,
    SeatsTaken,
    SessionsConflict,
    SessionsHaveChanged,
    SlotTaken,
    UnclearTime,
)
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.businesses.models import TeamMember
from apps.catalog import operations as catalog
from apps.catalog.models import Service
from apps.catalog.queries import Choice, UnknownChoice, choose
from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, GiftCard
from apps.checkout.operations import SessionOver
from apps.classes import operations as classes
from apps.prepaid import operations as prepaid
from apps.privacy import operations as privacy
from apps.waitlists import operations as waitlists
from tests.factories import NOW, make_salon
from tests.races.furniture import DAYS, furnish

Target = Session | CourseRun
Acts = Mapping[str, Callable[[], object]]
Said = dict[str, Any]
"""What several acts tell alike."""

REFUSED = (
    *(BusyTryAgain, NoSeats, SeatsTaken, SessionsConflict, SlotTaken, SessionOver, UnknownChoice),
    *(bookings.SlotGone, bookings.StaleRevision, bookings.NotAllowed, bookings.TooLateToUndo),
    *(bookings.CannotJoin, bookings.CannotMove, waitlists.CannotWait, bookings.NotBookable),
    *(
        bookings.PriceChanged,
        bookings.SuggestionTaken,
        bookings.TooManyPeople,
        classes.NotComing,
        classes.PartyFixed,
    ),
    *(
        bookings.ClockConflicts,
        bookings.NoConflict,
        waitlists.NotInLine,
        waitlists.OfferGone,
        waitlists.NotFull,
    ),
    *(waitlists.LineIsFull, waitlists.AlreadyInLine, waitlists.WishIsOver, waitlists.WishIsClosed),
    *(waitlists.TimesAreFree, bookings.CustomerBlocked, bookings.AlreadyCorrected),
    *(classes.NotOnTheList, bookings.TooFewSoFar, SessionsHaveChanged, UnclearTime),
    *(checkout.WayNotOffered, checkout.QuoteChanged, checkout.DetailsMissing, checkout.NotOwed),
    *(checkout.AmountRefused, checkout.RefundChanged, checkout.TooMuchToRefund),
    *(checkout.PaymentUnderWay, checkout.CouponRefused, checkout.GiftRefused),
    *(checkout.PlanRefused, prepaid.PlanNotSold, prepaid.PlanIsOver, prepaid.CardMissing),
    *(prepaid.TooFewVisits, checkout.TooMuchOfLine, checkout.CodeTaken),
    *(checkout.WayOutNotOffered, checkout.NotOver, checkout.FeeTooHigh, checkout.ReasonMissing),
    *(privacy.StillOpen, privacy.PeriodsChanged),
    *(bookings.DraftGone, bookings.AtTheTill),
    *(catalog.PaymentImpossible, catalog.PlanTermsWrong),
    *(checkout.FeeTooHigh, checkout.NotBegun, checkout.ReasonMissing),
)
"""What an operation may answer; all else is a fault, TimeNotKept and IllegalTransition first."""

HOURS = (10.0, 10.5, 11.0, 12.0, 14.0)
NAMES = ("carl", "eva", "ida", "sam")
LATEST = datetime(2026, 11, 28, 17, tzinfo=UTC)
LIVE = ("PENDING", "CONFIRMED")
EXPECTED = (*LIVE, "WAITING_LIST")
MANY = ("CLASS", "COURSE")
PLAIN = "APPOINTMENT"
ASTRAY = 0.1


class Stage:
    """dice decide everything; now is the clock of everybody; has_changed says that the books may be
    others than when they were looked at last."""

    has_changed = True

    def __init__(self) -> None:
        self.dice = Random(0)  # noqa: S311  no secret
        self.now = NOW
        self.salon = make_salon(slug="juniper")
        furnish(self.salon)

    def a_code(self) -> str:
        codes = Coupon.objects.order_by("pk").values_list("code", flat=True)
        return self.dice.choice(["", "", "NOSUCH", *codes])

    def a_gift_code(self) -> str:
        codes = GiftCard.objects.order_by("pk").values_list("code", flat=True)
        return self.dice.choice(["", "", *codes])

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something that may be refused; what it began is undone then."""
        before = count_writes()
        with suppress(*REFUSED), time_machine.travel(self.now, tick=False):
            with transaction.atomic():
                act()
            self.has_changed |= count_writes() != before

    def attempt_one(self, acts: Acts) -> None:
        """One of several things."""
        self.attempt(acts[self.dice.choice(sorted(acts))])

    def chance(self, of: float) -> bool:
        return self.dice.random() < of

    def a_time(self) -> datetime:
        hour = self.dice.choice(HOURS)
        return self.salon.at(self.dice.choice(DAYS), int(hour), int(hour % 1 * 60))

    def a_day(self) -> date:
        return date(2026, 11, self.dice.choice(DAYS))

    def a_service(self, *kinds: str) -> Service:
        known = Service.objects.filter(kind__in=kinds).order_by("pk")
        return self.dice.choice(list(known.select_related("business", "form")))

    def a_booking(self, *statuses: str, **wanted: Any) -> Booking | None:
        """Now and then one that stands elsewhere: the operation has to refuse it, no player."""
        if self.chance(ASTRAY):
            statuses = tuple(Booking.Status.values)
        rows = Booking.objects.filter(status__in=statuses, **wanted).order_by("pk")
        related = ("business", "service", "session", "course_run")
        found: Booking | None = self.one(rows.select_related(*related))
        return found

    def targets(self) -> list[Target]:
        """The sessions of classes, and the runs of courses."""
        sessions = Session.objects.filter(kind="CLASS").order_by("pk")
        runs = CourseRun.objects.order_by("pk")
        return [
            *sessions.select_related("service", "location"),
            *runs.select_related("service", "location"),
        ]

    def a_target(self) -> Target:
        return self.dice.choice(self.targets())

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
        if self.chance(0.7):
            return olga
        return TeamMember(business_id=olga.business_id, user_id=olga.user_id, role="MANAGER")

    def choice(self, service: Service, *, people: int = 1, chosen: int | None = None) -> Choice:
        fresh = Service.objects.select_related("business").get(pk=service.pk)
        return choose(service=fresh, party_size=people, resource_id=chosen)


def count_writes() -> int:
    """How many rows were written by now: to look at the books after mere reading takes long."""
    if connection.vendor == "sqlite":
        return int(connection.connection.total_changes)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        )
        return int(cursor.fetchone()[0])


def service_of(target: Target) -> Service:
    assert target.service is not None
    return target.service


def later(moment: datetime, seconds: int) -> datetime:
    return min(moment + timedelta(seconds=seconds), LATEST)
