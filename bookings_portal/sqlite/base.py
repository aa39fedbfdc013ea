"""The module that Django looks for behind `ENGINE`: triggers step aside while tables change, and
are back before anybody else can write.

Django alters a table on SQLite by making it anew under another name and renaming it. SQLite refuses
that rename while any trigger anywhere names a table that is away for a moment, and it drops the
triggers of the table that was replaced. So all of them go first and come back last, in the very
transaction of the migration: nobody ever writes beside them, and a migration that fails has changed
nothing. What they say when code is newer than the database is brought up to date by `post_migrate`.
"""

from types import TracebackType
from typing import Self

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor as SQLiteSchemaEditor

STANDING = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"


class DatabaseSchemaEditor(SQLiteSchemaEditor):
    """Django's own, around which the triggers of the database step aside."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.aside: list[tuple[str, str, str]] = []
        if self.collect_sql:
            return self
        with self.connection.cursor() as cursor:
            cursor.execute(STANDING)
            self.aside = cursor.fetchall()
            for name, _table, _sql in self.aside:
                cursor.execute(f"DROP TRIGGER {self.quote_name(name)}")
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None or not self.atomic_migration:
            self._bring_back()
        if exc_type is None:
            super().__exit__(exc_type, exc_value, traceback)
            return
        # Django's own would look for broken foreign keys first: in the middle of a change there
        # are some, and that complaint would hide the reason and leave the transaction open.
        super(SQLiteSchemaEditor, self).__exit__(exc_type, exc_value, traceback)
        self.connection.enable_constraint_checking()

    def _bring_back(self) -> None:
        """Write what stood, word for word, but for tables that are gone and for names taken."""
        with self.connection.cursor() as cursor:
            there = set(self.connection.introspection.table_names(cursor))
            cursor.execute(STANDING)
            written = {name for name, _table, _sql in cursor.fetchall()}
            for name, table, sql in self.aside:
                if table in there and name not in written:
                    cursor.execute(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own connection with another schema editor."""

    SchemaEditorClass = DatabaseSchemaEditor
