"""A million bookings in under a minute: rows made by the database itself, indexes built after.

The measured businesses have the same full months at every size: 6 bookings a person and day until
the end of the next month. The size counts everything else: three years around
today, spread evenly over all people, so that the measured ones own their share of the past.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from benchmarks.indexes import without_indexes
from benchmarks.stage import CUSTOMERS, Troupe

DAY = 86_400
MONTH_BEFORE, MONTH_AFTER = 7, 66  # days around today that are filled alike at every size
PAST_DAYS, FUTURE_DAYS = 820, 270
FULL_HOURS = (7, 8, 9, 11, 12, 14)  # UTC; 10 and 13 and the evening stay free
POSITIONS = (PAST_DAYS + FUTURE_DAYS) * 8
SCATTER = 7919  # prime to POSITIONS: visits every position once, in no visible order
MANY = 20_000  # more rows than this come in faster while the indexes are away

TABLES = ("availability_session", "availability_occupancy", "bookings_booking")

PLAN = """
CREATE TABLE bench_plan (
    id bigint PRIMARY KEY, business_id bigint, service_id bigint, location_id bigint,
    resource_id bigint, customer_id bigint, starts bigint, status varchar(12)
)
"""
STAFF = """
CREATE TABLE bench_staff (
    n bigint PRIMARY KEY, measured bigint, business_id bigint, service_id bigint,
    location_id bigint, resource_id bigint, first_customer bigint
)
"""
SPREAD = f"""
INSERT INTO bench_plan
WITH RECURSIVE rows(i) AS (
    SELECT %(first)s UNION ALL SELECT i + 1 FROM rows WHERE i + 1 < %(last)s
), placed AS (
    SELECT i, i %% %(staff)s AS n, (i / %(staff)s * {SCATTER}) %% {POSITIONS} AS place FROM rows
)
SELECT %(base)s + i, s.business_id, s.service_id, s.location_id, s.resource_id,
       s.first_customer + i %% {CUSTOMERS},
       %(origin)s + {DAY} * (place / 8
           + CASE WHEN place / 8 >= {PAST_DAYS - MONTH_BEFORE}
             THEN {MONTH_BEFORE + MONTH_AFTER} ELSE 0 END)
           + 3600 * (7 + place %% 8),
       CASE WHEN i %% 29 = 0 THEN 'CANCELED' ELSE 'CONFIRMED' END
FROM placed JOIN bench_staff s ON s.n = placed.n
"""  # noqa: S608  numbers of our own
MONTH = f"""
INSERT INTO bench_plan
WITH RECURSIVE days(d) AS (
    SELECT -{MONTH_BEFORE} UNION ALL SELECT d + 1 FROM days WHERE d + 1 < {MONTH_AFTER}
), hours(h) AS (SELECT * FROM (VALUES {", ".join(f"({hour})" for hour in FULL_HOURS)}) AS v)
SELECT %(base)s + row_number() OVER (ORDER BY d, h, s.n), s.business_id, s.service_id,
       s.location_id, s.resource_id, s.first_customer + s.n %% {CUSTOMERS},
       %(today)s + {DAY} * d + 3600 * h, 'CONFIRMED'
FROM bench_staff s, days, hours WHERE s.measured = 1
"""  # noqa: S608
SESSIONS = """
INSERT INTO availability_session (id, business_id, service_id, location_id, kind, state,
    starts_at, ends_at, capacity, seats_taken, seats_offered, overridden,
    override_reason, canceled_reason, revision, note)
SELECT id, business_id, service_id, location_id, 'APPOINTMENT',
    CASE status WHEN 'CANCELED' THEN 'CANCELED' ELSE 'SCHEDULED' END, {at_start}, {at_end}, 1,
    CASE status WHEN 'CANCELED' THEN 0 ELSE 1 END, 0, FALSE, '', '', 1, ''
FROM bench_plan ORDER BY id
"""
OCCUPANCIES = """
INSERT INTO availability_occupancy (id, business_id, resource_id, session_id, starts_at, ends_at,
    enforced)
SELECT id, business_id, resource_id, id, {at_start}, {at_end}, TRUE
FROM bench_plan WHERE status <> 'CANCELED' ORDER BY id
"""
BOOKINGS = """
INSERT INTO bookings_booking (id, reference, draft_id, visitor_hash, network_hash, business_id,
    service_id, location_id, session_id, resource_id, selection, customer_id, contact_name,
    contact_email, contact_phone, visit_address, kind, status, payment_status, payment_option,
    party_size, title, price, currency, price_text, starts_at, ends_at, time_zone, wall_time,
    tzdata_version,
    customer_note, owner_note, draft_text, policy_snapshot, service_snapshot, double_booked,
    skip_availability_validation, skip_business_confirmation, override_reason, source, revision,
    created_at)
SELECT id, 'B' || SUBSTR(CAST(10000000 + id AS varchar), 2), 'bench-' || id, 'visitor-' || id, '',
    business_id, service_id, location_id, id, resource_id, 'SPECIFIC_RESOURCE', customer_id,
    'Guest ' || id, 'guest@example.com', '', '', 'APPOINTMENT', status, 'NOT_PAID', 'OFFLINE', 1,
    'Cut and finish', 4800, 'EUR', '', {at_start}, {at_end}, 'Europe/Berlin', '2026-01-01T10:00',
    '2026.1', '', '', '{{}}', '{{}}', '{{}}', FALSE, FALSE, FALSE, '', 'WEB', 2, {at_created}
FROM bench_plan ORDER BY id
"""


class Filling:
    """Adds bookings to one database, size after size; remembers how far it came."""

    def __init__(self, troupes: Sequence[Troupe], *, now: datetime) -> None:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.today = int(midnight.timestamp())
        self.origin = int((midnight - timedelta(days=PAST_DAYS)).timestamp())
        self.staff = sum(troupe.staff for troupe in troupes)
        self.next_id = 1
        self.spread = 0
        with connection.cursor() as cursor:
            cursor.execute(PLAN)
            cursor.execute(STAFF)
            cursor.executemany(
                "INSERT INTO bench_staff VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [(n, *row) for n, row in enumerate(_people(troupes))],
            )

    def fill_month(self) -> int:
        """Give the measured people their month; return how many bookings that is."""
        return self._add(MONTH, {"today": self.today}, many=True)

    def grow_to(self, size: int) -> int:
        """Add bookings until ``size`` of them lie outside the measured month; return how many
        rows the table has now."""
        if size > self.spread:
            facts = {"first": self.spread, "last": size, "staff": self.staff}
            self._add(SPREAD, {**facts, "origin": self.origin}, many=size - self.spread > MANY)
            self.spread = size
        return self.next_id - 1

    def _add(self, plan: str, facts: dict[str, int], *, many: bool = False) -> int:
        aside: AbstractContextManager[None] = (
            without_indexes(connection, TABLES) if many else nullcontext()
        )
        # SPREAD counts its rows from `first`, so that its ids follow each other across sizes.
        base = self.next_id - facts.get("first", 1 if plan is MONTH else 0)
        with transaction.atomic(), aside, connection.cursor() as cursor:
            cursor.execute("DELETE FROM bench_plan")
            cursor.execute(plan, {**facts, "base": base})
            for insert in (SESSIONS, OCCUPANCIES, BOOKINGS):
                cursor.execute(insert.format(**_instants()))
            cursor.execute("SELECT COUNT(*) FROM bench_plan")
            added = int(cursor.fetchone()[0])
        self.next_id += added
        self._settle()
        return added

    def _settle(self) -> None:
        """Let the database know its new rows: sequences, statistics, visibility."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                for name in TABLES:
                    cursor.execute(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {self.next_id})"
                    )
                    cursor.execute(f"VACUUM ANALYZE {name}")
            else:
                cursor.execute("ANALYZE")


def _people(troupes: Sequence[Troupe]) -> list[tuple[int, ...]]:
    return [
        (
            int(troupe.measured),
            troupe.business.pk,
            troupe.service.pk,
            troupe.service.locations.values_list("pk", flat=True)[0],
            resource_id,
            troupe.first_customer_id,
        )
        for troupe in troupes
        for resource_id in troupe.resource_ids
    ]


def _instants() -> dict[str, str]:
    """Unix seconds to the database's own instants."""
    postgresql = connection.vendor == "postgresql"
    at = "to_timestamp({})" if postgresql else "datetime({}, 'unixepoch')"
    return {
        "at_start": at.format("starts"),
        "at_end": at.format("starts + 2700"),
        "at_created": at.format("starts - 864000"),
    }
