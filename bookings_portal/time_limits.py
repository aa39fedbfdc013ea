"""How long PostgreSQL lets anybody wait: settings of our role in our database (ADR 30).

Not of a connection: PgBouncer refuses or drops what a connection asks for at its start, and hands
one connection to many. Written by ``post_migrate``, looked at by ``/readyz``.
"""

import logging
from typing import Any

from django.db import DatabaseError, connections, transaction

logger = logging.getLogger("portal.database")

LIMITS = {
    "lock_timeout": 3_000,
    "statement_timeout": 5_000,
    "idle_in_transaction_session_timeout": 5_000,
}
"""Milliseconds. Commands and the worker lift the last two within a transaction."""

KEEP = """
DO $$ BEGIN
    EXECUTE format('ALTER ROLE SESSION_USER IN DATABASE %I SET ', current_database())
        || '{name} = {limit}';
END $$
"""


def keep_time_limits(*, using: str = "default", **_kwargs: Any) -> None:
    """Write the limits where they are others; they hold for every connection made afterwards.

    A role may do that for itself. Where it may not, a warning says what somebody else has to do.
    """
    connection = connections[using]
    missing = missing_limits(using=using)
    if not missing:
        return
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for name in missing:
                cursor.execute(KEEP.format(name=name, limit=LIMITS[name]))
    except DatabaseError as error:
        wanted = ", ".join(f"{name} = {LIMITS[name]}" for name in missing)
        logger.warning("The database keeps no time limits (%s): have it set %s.", error, wanted)
        return
    if not connection.in_atomic_block:
        connection.close()  # the next one has them


def missing_limits(*, using: str = "default") -> list[str]:
    """Name the limits that a connection of ours does not begin with; none on SQLite."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, reset_val FROM pg_settings WHERE name = ANY(%s)", [list(LIMITS)]
        )
        begun = dict(cursor.fetchall())
    return [name for name, limit in LIMITS.items() if begun.get(name) != str(limit)]
