"""The SQLite half of resource_occupied_once, and which tables of hours are watched.

A migration that alters a table sets all triggers aside for as long as it works (ADR 13); they are
written anew after every migrate, so that they say what this code wants. BEFORE triggers see the
rows of the same transaction.
"""

from typing import Any

from django.db import connections

from apps.businesses.setup_triggers import standing_triggers

TABLE = "availability_occupancy"
GUARD = "resource_occupied_once"
OVERLAP = """
    SELECT RAISE(ABORT, 'resource_occupied_once')
    WHERE NEW.enforced AND EXISTS (
        SELECT 1 FROM availability_occupancy AS other
        WHERE other.resource_id = NEW.resource_id AND other.enforced
          AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at{but_itself}
    );
"""

TRIGGERS = {
    "resource_occupied_once_insert": "BEFORE INSERT ON availability_occupancy BEGIN"
    + OVERLAP.format(but_itself="")
    + "END",
    "resource_occupied_once_update": "BEFORE UPDATE ON availability_occupancy BEGIN"
    + OVERLAP.format(but_itself=" AND other.id <> NEW.id")
    + "END",
}


OF_SCHEDULE = "(SELECT business_id FROM availability_schedule WHERE id = {row}.schedule_id)"
SETUP = {
    "availability_schedule": "{row}.business_id",
    "availability_weeklyhours": OF_SCHEDULE,
    "availability_dateexception": OF_SCHEDULE,
}
"""Hours belong to the setup that is remembered (ADR 13)."""


def write_triggers(*, using: str = "default", **_kwargs: Any) -> None:
    """Create both triggers anew on SQLite; do nothing on other databases."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        for name, body in TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(f"CREATE TRIGGER {name} {body}")


def missing_guards(*, using: str = "default") -> list[str]:
    """Name what should refuse an overlap in this database and does not stand: two triggers on
    SQLite, the exclusion constraint elsewhere."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return sorted(TRIGGERS.keys() - standing_triggers(connection, cursor).keys())
        cursor.execute(
            "SELECT 1 FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE conname = "
            "%s AND relname = %s AND contype = 'x' AND pg_table_is_visible(pg_class.oid)",
            [GUARD, TABLE],
        )
        return [] if cursor.fetchone() else [GUARD]
