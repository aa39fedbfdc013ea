"""Make the databases of a landed state: `.venv/bin/python -m tests.upgrades.make_state [COMMIT]`.

The tree of the commit (HEAD, unless another is named) is unpacked in a temporary folder, fills an
SQLite file and a throw-away PostgreSQL server by the recipe, and both are kept compressed in
`states/` under the day and the number of the commit. Nothing there is ever changed afterwards.
"""

import argparse
import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from bookings_portal.throwaway_postgres import find_binaries, throwaway_postgres

FOLDER = Path(__file__).parent
PROJECT = FOLDER.parent.parent
STATES = FOLDER / "states"
MAX_BYTES = 300_000


class CannotMake(Exception):
    """The state cannot be made; the text says why."""


def main(arguments: list[str]) -> int:
    """Make both databases; print their names."""
    parser = argparse.ArgumentParser(prog="make_state", description=__doc__.splitlines()[0])
    parser.add_argument("commit", nargs="?", default="HEAD")
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="an interpreter with the requirements of that commit, where they differ from today's",
    )
    options = parser.parse_args(arguments)
    commit = _git("rev-parse", "--short=7", options.commit)
    name = f"{_git('log', '-1', '--format=%cs', commit)}-{commit}"
    with tempfile.TemporaryDirectory(prefix="portal-state-") as folder:
        tree = _unpack(commit, Path(folder))
        try:
            _make_sqlite(tree, options.python, STATES / f"{name}.sqlite3.xz")
            _make_postgresql(tree, options.python, STATES / f"{name}.sql.xz")
        except CannotMake as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def _unpack(commit: str, folder: Path) -> Path:
    """The tree of the commit; where it has no recipe yet it gets today's."""
    tree = folder / "tree"
    tree.mkdir()
    packed = folder / "tree.tar"
    _git("archive", "--format=tar", "-o", str(packed), commit)
    shutil.unpack_archive(packed, tree, filter="data")
    recipe = tree / "tests/upgrades"
    if not (recipe / "recipe.py").exists():
        shutil.copytree(FOLDER, recipe, ignore=shutil.ignore_patterns("states", "__pycache__"))
    return tree


def _make_sqlite(tree: Path, python: str, target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="portal-state-") as folder:
        made, packed = Path(folder, "made.sqlite3"), Path(folder, "packed.sqlite3")
        _fill(tree, python, f"sqlite:///{made}")
        with closing(sqlite3.connect(made)) as database:
            database.execute("VACUUM INTO ?", [str(packed)])
        _keep(packed.read_bytes(), target)


def _make_postgresql(tree: Path, python: str, target: Path) -> None:
    binaries = find_binaries()
    if binaries is None or not (binaries / "pg_dump").exists():
        raise CannotMake("pg_dump was not found: install PostgreSQL with its client.")
    with throwaway_postgres() as url:
        _fill(tree, python, url)
        dump = _run(
            [
                *(str(binaries / "pg_dump"), "--no-owner", "--no-privileges", "--encoding=UTF8"),
                *("--inserts", "--rows-per-insert=200", f"--dbname={url}"),
            ],
            {**os.environ},
        )
    # Newer pg_dumps write two commands for psql among the SQL; any driver shall load this.
    sql = re.sub(r"^\\(un)?restrict .*\n", "", dump, flags=re.MULTILINE)
    _keep(sql.encode(), target)


def _fill(tree: Path, python: str, database: str) -> None:
    with tempfile.TemporaryDirectory(prefix="portal-state-") as data:
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
        environment = {
            **kept,
            "DATABASE_URL": database,
            "DATA_DIR": data,
            "DJANGO_SETTINGS_MODULE": "bookings_portal.settings",
            "PYTHONPATH": str(tree),
        }
        _run([python, "-m", "tests.upgrades.recipe"], environment, folder=tree)


def _keep(content: bytes, target: Path) -> None:
    packed = lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)
    if len(packed) > MAX_BYTES:
        raise CannotMake(f"{target.name} has {len(packed)} bytes, more than {MAX_BYTES}.")
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(packed)
    print(f"{target.relative_to(PROJECT)}: {len(packed)} bytes", flush=True)


def _git(*words: str) -> str:
    return _run(["git", "-C", str(PROJECT), *words], {**os.environ}).strip()


def _run(command: list[str], environment: dict[str, str], *, folder: Path | None = None) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=folder
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()[-15:]
        raise CannotMake("\n".join([f"{command[0]} failed:", *lines]))
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
