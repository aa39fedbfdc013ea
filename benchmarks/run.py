"""`manage.py bench`: start a throw-away database, measure it in a process of its own, sum up."""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.figures import Aim
from benchmarks.server import BASE_DIR, free_port
from benchmarks.tables import aims_table
from bookings_portal.throwaway_postgres import NoPostgres, throwaway_postgres

LIFTED = "1000000"  # RATE_LIMIT_SCALE: all clients of a bench share one address
PATIENCE = 1200  # seconds; a leg that takes longer is stopped


def run(*, databases: Sequence[str], rows: Sequence[str], quick: bool) -> int:
    """Measure each database in turn and print the aims of both; return 0 when all legs ran."""
    began = time.monotonic()
    print(machine_words())
    aims: list[tuple[str, Aim]] = []
    code = 0
    for name in databases:
        print(f"\n=== {name} ===", flush=True)
        try:
            with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
                aims += _leg(name, Path(folder), rows=rows, quick=quick)
        except (NoPostgres, RuntimeError) as reason:
            print(f"{name}: not measured, {reason}")
            code = 1
    print(f"\nAims\n{aims_table(aims)}")
    print(f"\n{time.monotonic() - began:.0f} seconds in all.")
    return code


def machine_words() -> str:
    """Where the figures come from; the load says whether the machine was ours alone."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"load before the start {load}"
    )


def _leg(name: str, folder: Path, *, rows: Sequence[str], quick: bool) -> list[tuple[str, Aim]]:
    folder.chmod(0o755)
    aims, port = folder / "aims.json", free_port()
    command = [sys.executable, "-m", "benchmarks.leg", "--port", str(port), "--aims", str(aims)]
    command += ["--rows", ",".join(rows), *(["--quick"] if quick else [])]
    with _database(name, folder) as url:
        environment = {**os.environ, **_environment(url, folder, port)}
        done = subprocess.run(  # noqa: S603  our own command
            command, check=False, cwd=BASE_DIR, env=environment, timeout=PATIENCE
        )
    if done.returncode:
        raise RuntimeError(f"the leg ended with exit code {done.returncode}")
    return [(name, Aim(**plain)) for plain in json.loads(aims.read_text(encoding="utf-8"))]


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    if name == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    with throwaway_postgres() as url:
        yield url


def _environment(url: str, folder: Path, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "DEBUG": "0",
        "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "bookings_portal.settings",
        "LOG_LEVEL": "ERROR",
        "PORTAL_ORIGIN": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
        "RATE_LIMIT_SCALE": LIFTED,
    }
