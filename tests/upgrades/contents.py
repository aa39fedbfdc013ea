"""What a database holds, to be compared before and after it was migrated."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

Columns = dict[str, list[Any]]
OF_DJANGO = {"django_migrations", "django_content_type", "auth_permission"}
"""Grow with every app; nothing of ours."""


def read_contents(
    database: BaseDatabaseWrapper, *, only: Mapping[str, Iterable[str]] | None = None
) -> dict[str, Columns]:
    """Return the values of every column of every table, in the order of the first column.

    only: these columns of these tables; what is not there (any more) is left out.
    """
    quote = database.ops.quote_name
    found: dict[str, Columns] = {}
    with database.cursor() as cursor:
        for table in sorted(set(database.introspection.table_names(cursor)) - OF_DJANGO):
            if only is not None and table not in only:
                continue
            cursor.execute(f"SELECT * FROM {quote(table)} ORDER BY 1")  # noqa: S608  names of our own
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            found[table] = {
                name: [row[at] for row in rows]
                for at, name in enumerate(names)
                if only is None or name in only[table]
            }
    return found
