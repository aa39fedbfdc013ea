"""What must be true before the first page: tables, collected statics, demo businesses.

Standard library only. A stamp in the data folder says what was prepared, so that a warm start asks
nobody: migrating and collecting "just in case" would cost two seconds each time.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from bookings_portal import aside
from bookings_portal.databases import Process, parse_database_url
from bookings_portal.env import read_data_dir


class NotPrepared(Exception):
    """A step before serving failed; the text names the step and its last words."""


class _Stamp:
    """Facts kept between starts, as JSON beside the database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.facts = {}

    def keep(self, **facts: Any) -> None:
        self.facts = self.facts | facts
        self.path.write_text(json.dumps(self.facts), encoding="utf-8")


def check_database_address(base: Path) -> None:
    """Raises BadSetting for an unknown DATABASE_URL before anything is installed or written."""
    if url := os.environ.get("DATABASE_URL"):
        parse_database_url(url, base=base, process=Process())


def prepare(*, base: Path, python: str, environment: dict[str, str]) -> str:
    """Migrate, collect and seed what changed; returns the text that `seed_demo` printed."""
    data_dir = read_data_dir(base=base)
    stamp = _Stamp(data_dir / "up.json")
    manage = [python, str(base / "manage.py")]
    database = os.environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'portal.sqlite3'}"

    tables = _digest(
        database,
        *_contents(base.glob("*/migrations/*.py")),
        *_contents(base.glob("apps/*/migrations/*.py")),
        *_contents([base / "requirements.txt"]),
    )
    file = _sqlite_file(database, base)
    # A copy that was put back by hand knows fewer migrations than the stamp says. Whether a server
    # still has its tables only the server knows: ask it by migrating.
    known = _count_migrations(file) if file else None
    with _statics_beside(stamp, base=base, manage=manage, environment=environment):
        made = stamp.facts.get("tables"), stamp.facts.get("known")
        if made != (tables, known) or known is None:
            _make_tables(stamp, file if known else None, manage=manage, environment=environment)
            stamp.keep(tables=tables, known=aside.count_migrations(file) if file else None)
        if environment["DEMO"] == "0" or not has_command(base, "seed_demo"):
            return ""
        return _demo_text(stamp, _digest(database), manage, environment)


@contextmanager
def _statics_beside(
    stamp: _Stamp, *, base: Path, manage: list[str], environment: dict[str, str]
) -> Iterator[None]:
    """Compress the static files, when they changed, while the block goes on."""
    statics = _digest(*_contents([base / "requirements.txt"]), *_states(base / "static"))
    if environment.get("DEBUG", "0") != "0" or stamp.facts.get("statics") == statics:
        yield
        return
    print("Compressing the static files ...", flush=True)
    command = [*manage, "collectstatic", "--noinput", "--clear", "-v0"]
    with ThreadPoolExecutor() as beside:
        compressing = beside.submit(run_command, command, environment)
        yield
        compressing.result()
    stamp.keep(statics=statics)


def _make_tables(
    stamp: _Stamp, file: Path | None, *, manage: list[str], environment: dict[str, str]
) -> None:
    """Migrate; an SQLite file with tables is copied aside first, and put back if that fails."""
    copy = _copy_aside(stamp, file, manage=manage, environment=environment) if file else None
    before = stamp.facts
    print("Making the tables ...", flush=True)
    stamp.keep(tables="", demo="", aside=str(copy or ""))
    try:
        run_command([*manage, "migrate", "-v0"], environment)
    except (NotPrepared, KeyboardInterrupt) as failure:
        if file is None or copy is None:
            raise
        _put_back(copy, file, failure)
        stamp.keep(**{**before, "aside": ""})
        done = f"The database is again as it was before, and the copy {copy} stays"
        if isinstance(failure, KeyboardInterrupt):
            print(f"{done}.", flush=True)
            raise
        raise NotPrepared(
            f"{failure}\nThe upgrade failed. {done}: start the version you had, and report the "
            "line above."
        ) from failure
    stamp.keep(aside="")
    if file:
        aside.forget_old_copies(file)


def _copy_aside(
    stamp: _Stamp, file: Path, *, manage: list[str], environment: dict[str, str]
) -> Path | None:
    """The copy to go back to, or None when there is nothing to migrate."""
    interrupted = Path(stamp.facts.get("aside") or file.parent)
    if not stamp.facts.get("tables") and interrupted.is_file():
        return interrupted  # it was killed halfway: what is there now is no state to go back to
    check = subprocess.run(
        [*manage, "migrate", "--check", "-v0"], capture_output=True, check=False, env=environment
    )
    if check.returncode == 0:
        return None
    try:
        copy = aside.copy_aside(file, now=datetime.now().astimezone())
    except aside.CannotCopy as reason:
        raise NotPrepared(str(reason)) from reason
    print(f"The database is upgraded. A copy of it as it is now: {copy}", flush=True)
    return copy


def _count_migrations(file: Path) -> int | None:
    try:
        return aside.count_migrations(file)
    except aside.CannotCopy as reason:
        raise NotPrepared(str(reason)) from reason


def _put_back(copy: Path, file: Path, failure: BaseException) -> None:
    try:
        aside.put_back(copy, to=file)
    except aside.CannotCopy as reason:
        raise NotPrepared(f"{failure}\n{reason}".lstrip()) from reason


def has_command(base: Path, name: str) -> bool:
    """Whether one of our apps has this management command."""
    return any(base.glob(f"apps/*/management/commands/{name}.py"))


def _demo_text(stamp: _Stamp, database: str, manage: list[str], environment: dict[str, str]) -> str:
    """Seed once per database; the text is kept and shown at each start with today's address."""
    origin = environment["PORTAL_ORIGIN"]
    if stamp.facts.get("demo") != database:
        print("Loading the demo businesses ...", flush=True)
        text = run_command([*manage, "seed_demo"], environment)
        stamp.keep(demo=database, demo_origin=origin, demo_text=text)
    return str(stamp.facts["demo_text"]).replace(str(stamp.facts["demo_origin"]), origin)


def _sqlite_file(database: str, base: Path) -> Path | None:
    """The file of this address, or None for a server."""
    if not database.startswith("sqlite:"):
        return None
    return Path(parse_database_url(database, base=base, process=Process())["NAME"])


def _digest(*parts: str | bytes) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
    return total.hexdigest()


def _contents(paths: Iterable[Path]) -> list[bytes]:
    return [path.read_bytes() for path in sorted(paths)]


def _states(folder: Path) -> list[str]:
    """Name, size and age of every file below, cheaper than reading them."""
    files = [(path, path.stat()) for path in sorted(folder.rglob("*")) if path.is_file()]
    return [f"{path} {state.st_size} {state.st_mtime_ns}" for path, state in files]


def run_command(command: list[str], environment: dict[str, str]) -> str:
    """Run a Django command; its output, or NotPrepared with the last line it wrote."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode == 0:
        return done.stdout
    lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
    print(done.stderr, file=sys.stderr)
    raise NotPrepared(f"`manage.py {command[2]}` failed: {lines[-1]}")
