import os
import subprocess
import sys
import zoneinfo
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from bookings_portal.checks import check_time_zones
from bookings_portal.env import PROBE_OFFSET, PROBE_ZONE, probe_offset

BASE_DIR = Path(__file__).resolve().parents[2]


def test_the_pinned_time_zones_win_over_the_systems() -> None:
    assert zoneinfo.TZPATH == ()
    assert probe_offset() == PROBE_OFFSET
    assert check_time_zones() == []


def test_an_old_time_zone_database_stops_the_start(tmp_path: Path) -> None:
    old = tmp_path / "America" / "Vancouver"
    old.parent.mkdir()
    # Los Angeles still changes its clocks: what Vancouver was before 2026.
    old.write_bytes((files("tzdata") / "zoneinfo/America/Los_Angeles").read_bytes())
    zoneinfo.reset_tzpath([str(tmp_path)])
    # Of this zone only: another test may hold any other, and equal zones are the same object.
    zoneinfo.ZoneInfo.clear_cache(only_keys=[PROBE_ZONE])
    try:
        assert probe_offset() == timedelta(hours=-8)
        assert [error.id for error in check_time_zones()] == ["portal.E001"]
    finally:
        zoneinfo.reset_tzpath(())
        zoneinfo.ZoneInfo.clear_cache(only_keys=[PROBE_ZONE])


def test_the_settings_pin_them_whatever_the_environment_says(tmp_path: Path) -> None:
    code = "import zoneinfo, bookings_portal.settings; print(zoneinfo.TZPATH)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bookings_portal.settings",
            "PYTHONTZPATH": "/usr/share/zoneinfo",
            "DATA_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "()\n"
