"""The way of a composed statement to the database."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


def cursor_of(link: BaseDatabaseWrapper, *, prepares: bool) -> CursorWrapper:
    """A cursor of Django's, with its errors, its log and its wrappers.

    With prepares PostgreSQL keeps the statement once it came often (``prepare_threshold`` of the
    connection) and neither reads nor plans it again.
    """
    if not prepares or link.vendor != "postgresql":
        return link.cursor()
    link.close_if_health_check_failed()
    link.ensure_connection()
    with link.wrap_database_errors:
        bare: Any = ServerBindingCursor(link.connection)
    return link.make_debug_cursor(bare) if link.queries_logged else link.make_cursor(bare)
