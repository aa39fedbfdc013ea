"""The order of a leg: what is measured after what, what is printed, what is remembered."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks import printing
from benchmarks.aims import Remembered, aims_of
from benchmarks.classes import measure_flash, measure_timetable, set_up_week
from benchmarks.committing import Starts, measure_committing
from benchmarks.figures import Aim
from benchmarks.filling import Filling
from benchmarks.journey import measure_empty_answers, measure_journey, measure_storm
from benchmarks.pages import (
    measure_admin_list,
    measure_picker_and_move,
    measure_today,
)
from benchmarks.picker import MONTH_DAYS, measure_reading
from benchmarks.server import served
from benchmarks.stage import MEASURED_STAFF, Troupe, set_up_businesses

CLIENTS = (1, 8)
USERS_OF_STARTS = 6  # committing and journey with 1 and 8 clients, the storm, and one to spare
TEACHERS = 10
LONGEST_MONTH = timedelta(days=31)
BERLIN = ZoneInfo("Europe/Berlin")


class Measuring:
    """One leg; call its steps in the order of ``leg.main``. Seconds bound each single figure."""

    def __init__(self, *, port: int, seconds: float) -> None:
        self.port = port
        self.seconds = seconds
        self.now = timezone.now()
        self.found = Remembered(vendor=connection.vendor)

    def prepare(self) -> None:
        """Tables, statics, businesses and their month."""
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        print(printing.database_words())
        troupes = set_up_businesses(now=self.now)
        self.measured = {troupe.staff: troupe for troupe in troupes if troupe.measured}
        self.filling = Filling(troupes, now=self.now)
        month = self.filling.fill_month()
        people = sum(self.measured)
        print(
            f"{month:,} bookings in the measured months of {people} people, the same at every size"
        )
        self.starts = Starts(self.biggest, now=self.now, users=USERS_OF_STARTS)

    @property
    def biggest(self) -> Troupe:
        return self.measured[max(MEASURED_STAFF)]

    def grow_to(self, size: int) -> int:
        """Add bookings; return how many there are."""
        return self.filling.grow_to(size)

    def read_picker(self, size: int) -> None:
        """Day and month for 1, 10 and 100 people: the engine, the page, and the bare read."""
        # The whole of the next month: this one may be over but for a few days.
        first = (self.now.astimezone(BERLIN).date().replace(day=1) + LONGEST_MONTH).replace(day=1)
        lines, moves = [], {}
        for staff, troupe in self.measured.items():
            for days in (1, MONTH_DAYS):
                reading = measure_reading(
                    troupe, days=days, first=first, now=self.now, seconds=self.seconds
                )
                query = f"date={first}" if days == 1 else f"date={first}&view=month"
                page, move = measure_picker_and_move(
                    troupe, query=query, on=first, seconds=self.seconds
                )
                self.found.readings[(size, staff, days)] = reading
                self.found.fragments[(size, staff, days)] = page
                lines.append((staff, days, reading, page))
                self.found.moves[(size, staff, days)] = move
                moves[f"move, {staff} people, {days} days"] = move
        print(printing.picker_table(lines))
        print(printing.pages_table(moves))

    def commit(self) -> None:
        """Hold and submit in the process itself, beside bare inserts."""
        for clients in CLIENTS:
            self.found.committing[clients] = measure_committing(
                self.biggest,
                starts=self.starts,
                clients=clients,
                now=self.now,
                seconds=3 * self.seconds,
            )
        print("\nBooking in the process itself")
        print(printing.committing_table(self.found.committing.values()))

    def serve(self, *, rounds: int) -> None:
        """Everything by HTTP, with one server."""
        with served(self.port):
            self._travel()
            self._storm(rounds=rounds)
            self._flash()

    def _travel(self) -> None:
        """The journey, one visitor and eight, beside empty answers."""
        for clients in CLIENTS:
            self.found.journeys[clients] = measure_journey(
                self.biggest,
                port=self.port,
                starts=self.starts,
                clients=clients,
                seconds=4 * self.seconds,
            )
            self.found.empty[clients] = measure_empty_answers(
                port=self.port, clients=clients, seconds=self.seconds
            )
        print("\nThe journey by HTTP (gunicorn, 2 workers of 4 threads)")
        for clients in CLIENTS:
            floor = self.found.committing[clients].floor
            print(
                printing.journey_table(
                    self.found.journeys[clients], empty=self.found.empty[clients], floor=floor
                )
            )

    def _storm(self, *, rounds: int) -> None:
        """Forty people, one time."""
        self.found.storm = measure_storm(
            self.biggest, port=self.port, starts=self.starts, rounds=rounds
        )
        print("\nForty people tap one time at once")
        print(printing.storm_words(self.found.storm))

    def _flash(self) -> None:
        """Five hundred people, twenty places."""
        troupe = self.measured[TEACHERS]
        sessions = set_up_week(troupe, now=self.now)
        self.found.flash = measure_flash(troupe, sessions[0], port=self.port)
        print("\nFive hundred people tap a class of twenty places")
        print(printing.flash_words(self.found.flash))

    def open_owner_pages(self) -> None:
        """Today of the biggest salon, and the operators' list of all bookings."""
        today = self.now.astimezone(BERLIN).date()
        pages = [
            measure_today(self.biggest, today=today, seconds=self.seconds),
            measure_admin_list(seconds=self.seconds),
        ]
        week = measure_timetable(self.measured[TEACHERS], now=self.now, seconds=self.seconds)
        self.found.pages = {"Today": pages[0], "Admin list": pages[1], "Timetable": week}
        print("\nOwner and operator pages, and the week of 200 classes")
        print(printing.pages_table(self.found.pages))

    def aims(self) -> list[Aim]:
        """What the issue asks for, with what was found."""
        return aims_of(self.found)
