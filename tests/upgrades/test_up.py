"""`manage.py up` on an earlier version's database: copied aside, upgraded, or left as it was."""

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bookings_portal import aside, prepare
from tests.upgrades.databases import landed, unpack

BASE_DIR = Path(__file__).resolve().parents[2]


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def copies(folder: Path) -> list[Path]:
    return sorted(folder.glob("portal.before-*.sqlite3"))


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the newest landed state in a data folder, as `up` of that state left it."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    path = tmp_path / "portal.sqlite3"
    path.write_bytes(unpack(landed()[-1], "sqlite3"))
    (tmp_path / "up.json").write_text('{"tables": "of that version", "demo": "of that version"}')
    return path


def up(last: str = "works") -> None:
    """The part of `up` that comes before serving, with one more app that was not there before."""
    environment = {
        **os.environ,
        "DEMO": "0",
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "tests.upgrades.broken.settings",
        "THE_LAST_MIGRATION": last,
    }
    prepare.prepare(base=BASE_DIR, python=sys.executable, environment=environment)


def stamp(database: Path) -> dict[str, object]:
    facts = json.loads((database.parent / "up.json").read_text())
    return {name: facts.get(name) for name in ("tables", "demo", "aside")}


@pytest.mark.long
def test_a_failed_upgrade_leaves_the_old_state_and_the_next_one_goes_through(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, left = dump(database), {**stamp(database), "aside": ""}

    with pytest.raises(prepare.NotPrepared) as failed:
        up("fails")

    (copy,) = copies(database.parent)
    assert str(failed.value) == (
        "`manage.py migrate` failed: ValueError: this migration fails on purpose\n"
        "The upgrade failed. The database is again as it was before, and the copy "
        f"{copy} stays: start the version you had, and report the line above."
    )
    told = f"The database is upgraded. A copy of it as it is now: {copy}"
    assert capsys.readouterr().out.splitlines() == [told, "Making the tables ..."]
    assert dump(database) == dump(copy) == old
    assert stamp(database) == left

    copy.unlink()
    up()

    (copy,) = copies(database.parent)
    assert dump(copy) == old
    assert dump(database) != old
    capsys.readouterr()
    up()
    assert capsys.readouterr().out == ""  # a warm start asks nobody

    aside.put_back(copy, to=database)
    up()  # by hand, under the newer version: it sees that the file is an old one
    assert dump(database) != old
