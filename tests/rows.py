"""What stands in the tables, for tests that ask whether anything was changed.

They ask after every request, so the statements are written once instead of by a queryset each time,
which takes ten times as long as the answer.
"""

from collections.abc import Iterable
from functools import cache

from django.db import connection
from django.db.models import Model


def rows_of(models: Iterable[type[Model]], *, but: str = "") -> dict[str, str]:
    """Every row of these models by their labels, in the order of the keys, as the database gives
    them, to be compared; but is the name of a column that does not count."""
    found = {}
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(_select(model, but))
            found[model._meta.label] = repr(cursor.fetchall())
    return found


@cache
def _select(model: type[Model], but: str) -> str:
    quote, key = connection.ops.quote_name, model._meta.pk.column
    columns = [it.column for it in model._meta.concrete_fields if it.column and it.column != but]
    asked = ", ".join(map(quote, columns))
    return f"SELECT {asked} FROM {quote(model._meta.db_table)} ORDER BY {key}"  # noqa: S608
