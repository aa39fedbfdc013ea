"""The SQLite half of resource_occupied_once (design.md section 4, law 3), and what watches hours.

Django remakes a table when a migration alters it and drops its triggers on the way, so they
are written again after every migrate. BEFORE triggers see the rows of the same transaction.
"""

from typing import Any

from django.db import connections

from apps.businesses.setup_triggers import write_setup_triggers

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


def watch_setup(*, using: str = "default", **_kwargs: Any) -> None:
    """Give a business another setup revision when its hours change, on both databases."""
    write_setup_triggers(SETUP, using=using)


def write_triggers(*, using: str = "default", **_kwargs: Any) -> None:
    """Create both triggers anew on SQLite; do nothing on other databases."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        if "availability_occupancy" not in connection.introspection.table_names(cursor):
            return
        for name, body in TRIGGERS.items():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(f"CREATE TRIGGER {name} {body}")
