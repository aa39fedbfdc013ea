"""A double booking cannot be stored: the constraint, its twin of triggers, and their names."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models import F, Q
from django.test import Client

from apps.availability.models import Occupancy, Session
from apps.availability.models.occupancy import constraint_name
from apps.availability.operations import SlotTaken
from apps.availability.operations.claim import translating
from apps.availability.triggers import missing_guards
from apps.ledger.check import find_unguarded
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

HOUR = timedelta(hours=1)
TRIGGERS = {"resource_occupied_once_insert", "resource_occupied_once_update"}

# (minutes from the start of the first, length, may be stored)
SPANS = [
    pytest.param(0, 60, False, id="the same"),
    pytest.param(15, 15, False, id="inside"),
    pytest.param(-15, 90, False, id="around"),
    pytest.param(-30, 31, False, id="a minute over its start"),
    pytest.param(59, 60, False, id="a minute over its end"),
    pytest.param(-60, 60, True, id="touching before"),
    pytest.param(60, 60, True, id="touching after"),
]


def guards() -> set[str]:
    """What guards the table in this database, by name."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT conname FROM pg_constraint WHERE contype = 'x'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall() if name.startswith("resource_occupied")}


def all_guards() -> set[str]:
    return TRIGGERS if connection.vendor == "sqlite" else {"resource_occupied_once"}


@pytest.fixture
def salon() -> Salon:
    return make_salon()


@pytest.fixture
def session(salon: Salon) -> Session:
    return Session.objects.create(
        business=salon.business, kind="BLOCKED", starts_at=NOW, ends_at=NOW + HOUR
    )


def occupy(
    session: Session, salon: Salon, *, minutes: int = 0, length: int = 60, **columns: Any
) -> Occupancy:
    starts_at = NOW + timedelta(minutes=minutes)
    values = {"resource": salon.ana.resource, **columns}
    return Occupancy.objects.create(
        business=salon.business,
        session=session,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=length),
        **values,
    )


def is_stored(work: Callable[[], object]) -> bool:
    """Whether the guard lets it through; a refusal by anything else stays loud."""
    try:
        with transaction.atomic(), translating("resource_occupied_once", to=SlotTaken):
            work()
    except SlotTaken:
        return False
    return True


def test_the_guard_is_there() -> None:
    assert guards() == all_guards()


@pytest.mark.parametrize(("minutes", "length", "stored"), SPANS)
def test_a_second_row_may_touch_but_not_overlap(
    salon: Salon, session: Session, minutes: int, length: int, stored: Any
) -> None:
    occupy(session, salon)

    assert is_stored(lambda: occupy(session, salon, minutes=minutes, length=length)) is stored


@pytest.mark.parametrize(("minutes", "length", "stored"), SPANS)
def test_a_moved_row_may_touch_but_not_overlap(
    salon: Salon, session: Session, minutes: int, length: int, stored: Any
) -> None:
    occupy(session, salon)
    elsewhere = occupy(session, salon, minutes=600)
    starts_at = NOW + timedelta(minutes=minutes)

    def move() -> None:
        Occupancy.objects.filter(pk=elsewhere.pk).update(
            starts_at=starts_at, ends_at=starts_at + timedelta(minutes=length)
        )

    assert is_stored(move) is stored


def test_a_row_may_be_changed_where_it_is(salon: Salon, session: Session) -> None:
    row = occupy(session, salon)

    changed = Occupancy.objects.filter(pk=row.pk).update(ends_at=F("ends_at"), expires_at=NOW)

    assert changed == 1


def test_rows_moved_together_collide_too(salon: Salon, session: Session) -> None:
    occupy(session, salon)
    occupy(session, salon, minutes=60)

    def lengthen() -> None:
        Occupancy.objects.update(ends_at=NOW + 3 * HOUR)

    assert is_stored(lengthen) is False


def test_another_resource_at_the_same_time_is_free(salon: Salon, session: Session) -> None:
    occupy(session, salon)

    assert is_stored(lambda: occupy(session, salon, resource=salon.ben.resource)) is True


def test_an_overridden_row_may_overlap_until_it_is_enforced(salon: Salon, session: Session) -> None:
    occupy(session, salon)
    forced = occupy(session, salon, enforced=False)

    def enforce() -> None:
        Occupancy.objects.filter(pk=forced.pk).update(enforced=True)

    assert is_stored(enforce) is False
    assert Occupancy.objects.count() == 2


def test_a_row_over_an_overridden_one_is_stored(salon: Salon, session: Session) -> None:
    occupy(session, salon, enforced=False)

    assert is_stored(lambda: occupy(session, salon)) is True


def test_several_rows_of_one_statement_are_checked_against_each_other(
    salon: Salon, session: Session
) -> None:
    rows = [
        Occupancy(
            business=salon.business,
            session=session,
            resource=salon.ana.resource,
            starts_at=NOW,
            ends_at=NOW + HOUR,
        )
        for _time in range(2)
    ]

    assert is_stored(lambda: Occupancy.objects.bulk_create(rows)) is False


@pytest.mark.parametrize("length", [0, -30])
def test_an_empty_or_reversed_span_is_refused(salon: Salon, session: Session, length: int) -> None:
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        occupy(session, salon, length=length)


def test_an_overbooked_session_is_refused_unless_it_was_overridden(session: Session) -> None:
    rows = Session.objects.filter(pk=session.pk)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        rows.update(seats_taken=1, seats_offered=1)
    rows.update(seats_taken=2, overridden=True)

    assert constraint_name(refusal.value) == "session_not_overbooked"
    assert Session.objects.get(pk=session.pk).seats_taken == 2


def test_the_operation_speaks_of_a_taken_slot(salon: Salon, session: Session) -> None:
    occupy(session, salon)

    with (
        pytest.raises(SlotTaken),
        transaction.atomic(),
        translating("resource_occupied_once", to=SlotTaken),
    ):
        occupy(session, salon)


def test_a_refusal_by_another_law_stays_loud(salon: Salon, session: Session) -> None:
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        translating("resource_occupied_once", to=SlotTaken),
    ):
        Session.objects.filter(pk=session.pk).update(ends_at=NOW)


def test_a_missing_value_is_no_law_of_ours(salon: Salon, session: Session) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Session.objects.filter(pk=session.pk).update(kind=None)

    assert constraint_name(refusal.value) not in {
        "resource_occupied_once",
        "session_not_overbooked",
    }


@pytest.mark.django_db(transaction=True)
def test_the_guard_survives_a_migration_that_remakes_the_table() -> None:
    """SQLite copies a table to alter it and would lose its triggers."""
    passing = models.CheckConstraint(name="passing", condition=Q(pk__gte=0))
    with connection.schema_editor() as editor:
        editor.add_constraint(Occupancy, passing)
        editor.remove_constraint(Occupancy, passing)

    assert guards() == all_guards()


def test_a_guard_that_is_gone_is_missed(client: Client) -> None:
    gone, statement = {
        "sqlite": (
            "resource_occupied_once_update",
            "DROP TRIGGER resource_occupied_once_update",
        ),
        "postgresql": (
            "resource_occupied_once",
            "ALTER TABLE availability_occupancy DROP CONSTRAINT resource_occupied_once",
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert missing_guards() == [gone]
    found = [(it.rule, it.where) for it in find_unguarded()]
    assert found == [("overlaps_are_refused", gone)]
    assert client.get("/readyz").status_code == 503


@pytest.mark.skipif(connection.vendor != "sqlite", reason="elsewhere it is a constraint")
def test_triggers_that_are_gone_come_back_with_the_next_migrate() -> None:
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER {name}")
    assert guards() == set()

    call_command("migrate", verbosity=0)

    assert guards() == TRIGGERS


def test_a_booking_and_its_hold_are_seen_by_the_guard(salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    held = make_draft(
        service=salon.cut,
        starts_at=salon.at(26, 12),
        now=NOW,
        visitor="sam",
        resource_id=salon.ana.resource_id,
    )
    session = held.session
    assert session is not None

    def overlap(start: Any) -> None:
        Occupancy.objects.create(
            business=salon.business,
            session=session,
            resource=salon.ana.resource,
            starts_at=start,
            ends_at=start + HOUR,
        )

    assert is_stored(lambda: overlap(booking.starts_at)) is False
    assert is_stored(lambda: overlap(held.starts_at)) is False
