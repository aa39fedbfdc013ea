#!/bin/sh
# croniter 7.0.0 lets a job of every night at 02:30 run twice in the night in which clocks go back:
# once in the summer's half past two and again an hour later, in the winter's. Vixie's cron and its
# heirs run a job with a fixed hour once in that night, and whoever moves a nightly bill from a crontab
# to a scheduler that asks croniter sends it twice. In spring the job runs at 03:00, half an hour after
# the moment that does not exist, not at 03:30.
#
# The way out is to compute in UTC, or to remember for which date a nightly job has run.
#
# Fails as soon as a night has another number of runs, or spring another time.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check croniter==7.0.0 tzdata==2026.6
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import croniter

BERLIN = ZoneInfo("Europe/Berlin")


def runs(after: datetime) -> list[str]:
    job = croniter("30 2 * * *", after)
    return [job.get_next(datetime).isoformat() for _ in range(3)]


print("croniter", importlib.metadata.version("croniter"))
autumn = runs(datetime(2026, 10, 24, 12, tzinfo=BERLIN))
spring = runs(datetime(2026, 3, 28, 12, tzinfo=BERLIN))
print("autumn", *autumn)
print("spring", *spring)
assert autumn == [
    "2026-10-25T02:30:00+02:00",
    "2026-10-25T02:30:00+01:00",
    "2026-10-26T02:30:00+01:00",
], autumn
assert spring[0] == "2026-03-29T03:00:00+02:00", spring
print("as found")
PYTHON
