"""A PostgreSQL server for one test run: in the temporary folder, reached by a unix socket only.

By hand:  python3 -m bookings_portal.throwaway_postgres -- .venv/bin/python -m pytest -m race
Standard library only. `initdb` refuses root, so root runs the server as another user. Nothing is
synced to disk: a crash of the machine loses the tests' rows, and that is all it holds.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDERS = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt")
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "listen_addresses": "''",
}


class NoPostgres(Exception):
    """No server can be started; the text says why."""


def find_binaries() -> Path | None:
    """The folder with initdb and pg_ctl: PG_BIN, the newest installed, or the one on PATH."""
    found = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    for folder in FOLDERS:
        found += sorted(Path(folder).glob("*/bin/initdb"), key=_version, reverse=True)
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path))
    folders = [path.parent if path.name == "initdb" else path for path in found]
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


def _version(initdb: Path) -> tuple[int, ...]:
    digits = "".join(c if c.isdigit() else " " for c in initdb.parent.parent.name)
    return tuple(int(number) for number in digits.split())


@contextmanager
def throwaway_postgres(**settings: str) -> Iterator[str]:
    """The DATABASE_URL of a fresh server that is gone afterwards; settings win over SETTINGS.

    Raises NoPostgres.
    """
    binaries = find_binaries()
    if binaries is None:
        raise NoPostgres("no PostgreSQL server binaries found")
    # Short, because a socket's path may have 107 bytes; not the home of root, which others
    # cannot enter.
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    user = server_user(folder)
    start: list[str | Path] = [
        binaries / "pg_ctl",
        "-D",
        folder / "data",
        "-w",
        "-l",
        folder / "log",
    ]
    try:
        _run(user, binaries / "initdb", "-D", folder / "data", *_initdb_options())
        _run(user, *start, "-o", _server_options(folder, settings), "start")
        yield f"postgresql://portal@/postgres?host={folder}"
    finally:
        if (folder / "data/postmaster.pid").exists():
            _run(user, binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _initdb_options() -> list[str]:
    return ["-U", "portal", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]


def _server_options(folder: Path, more: dict[str, str]) -> str:
    options = [f"-c {name}={value}" for name, value in {**SETTINGS, **more}.items()]
    return " ".join([f"-k {folder}", *options])


def server_user(folder: Path) -> str | None:
    """The user the server runs as when we are root; the folder becomes theirs."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415  not on Windows

    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return user


def _run(user: str | None, *command: str | Path) -> None:
    words = [str(word) for word in command]
    drop = {"user": user, "extra_groups": []} if user else {}
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd="/",
        **drop,  # type: ignore[call-overload]
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise NoPostgres(f"PostgreSQL does not start: {reason[0]}")


def main(command: list[str]) -> int:
    """Run a command with DATABASE_URL pointing at a throw-away server; returns its exit code."""
    with throwaway_postgres() as url:
        environment = {**os.environ, "DATABASE_URL": url}
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main([word for word in sys.argv[1:] if word != "--"]))
