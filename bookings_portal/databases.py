"""DATABASE_URL -> Django's DATABASES entry, with the options that scarce time needs (rule C12).

Standard library only, so that the bootstrap can refuse a wrong address before it installs anything.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from bookings_portal.env import BadSetting

FORMS = "sqlite:///file.sqlite3 or postgresql://user:password@host:5432/name"
POSTGRES_OPTIONS = {
    "application_name",
    "channel_binding",
    "connect_timeout",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
}
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA busy_timeout=20000;"
)


@dataclass(frozen=True, slots=True)
class Process:
    """What kind of process connects: a web process is cut off in time, a command has all day."""

    is_web: bool = False
    pool_size: int = 0


def parse_database_url(url: str, *, base: Path, process: Process) -> dict[str, Any]:
    """One DATABASES entry. Raises BadSetting with a sentence for anything it does not know.

    SQLite paths follow the usual convention: three slashes are relative to the project folder,
    four are absolute. A PostgreSQL socket folder is `postgresql:///name?host=/folder`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadSetting(f"DATABASE_URL cannot be read ({error}): write {FORMS}.") from error
    if parts.scheme == "sqlite":
        return _sqlite(parts, base=base)
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql(parts, port=port, process=process)
    scheme = parts.scheme or "nothing"
    raise BadSetting(f"DATABASE_URL starts with {scheme!r}, which is unknown: write {FORMS}.")


def _sqlite(parts: SplitResult, *, base: Path) -> dict[str, Any]:
    name = unquote(parts.path).removeprefix("/")
    if parts.netloc or not name or parts.query or ":memory:" in name:
        raise BadSetting(
            "DATABASE_URL for SQLite must be sqlite:///relative/file or sqlite:////absolute/file."
        )
    return {
        "ENGINE": "bookings_portal.sqlite",
        "NAME": str(base / name),
        # Closing the last connection writes the whole log back into the file: not each request.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # IMMEDIATE: a transaction that will write says so at its start. Deferred ones that
            # upgrade later fail at once with "database is locked", however long the timeout.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_PRAGMAS,
        },
        # A file, because threads sharing an in-memory database get "table is locked" at random;
        # the process number keeps test runs started at the same time apart.
        "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"portal-test-{os.getpid()}.sqlite3")},
    }


def _postgresql(parts: SplitResult, *, port: int | None, process: Process) -> dict[str, Any]:
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or unquote(parts.hostname or "")
    name = unquote(parts.path).removeprefix("/")
    query.pop("prepare_threshold", None)  # once needed for PgBouncer, so it may still stand there
    if unknown := sorted(set(query) - POSTGRES_OPTIONS - {"port"}):
        raise BadSetting(f"DATABASE_URL has the unknown option {unknown[0]!r}: write {FORMS}.")
    if not name:
        raise BadSetting(f"DATABASE_URL names no database: write {FORMS}.")
    entry: dict[str, Any] = {
        "ENGINE": (
            "django.db.backends.postgresql"
            if process.is_web
            else "bookings_portal.patient_postgresql"
        ),
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # No start-up `options`: time limits belong to the role (bookings_portal.time_limits).
        "OPTIONS": {"connect_timeout": 5, **query},
        "TEST": {"NAME": f"portal_test_{os.getpid()}"},
    }
    if process.pool_size:
        entry["CONN_MAX_AGE"] = 0  # Django refuses a pool together with persistent connections
        entry["OPTIONS"]["pool"] = {"min_size": 1, "max_size": process.pool_size, "timeout": 5}
    return entry
