"""The module that Django looks for behind `ENGINE`."""

from django.db.backends.sqlite3 import base

from bookings_portal.sqlite.schema import DatabaseSchemaEditor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own connection with another schema editor."""

    SchemaEditorClass = DatabaseSchemaEditor
