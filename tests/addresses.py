"""Databases by the address that `DATABASE_URL` takes."""

from urllib.parse import quote

from django.db.backends.base.base import BaseDatabaseWrapper


def address_of(database: BaseDatabaseWrapper) -> str:
    """The DATABASE_URL of a database of ours, for processes that a test starts."""
    facts = database.settings_dict
    if database.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    user = quote(facts["USER"], safe="")
    password = f":{quote(facts['PASSWORD'], safe='')}" if facts["PASSWORD"] else ""
    port = f"&port={facts['PORT']}" if facts["PORT"] else ""
    host = quote(facts["HOST"], safe="/.:")
    return f"postgresql://{user}{password}@/{facts['NAME']}?host={host}{port}"
