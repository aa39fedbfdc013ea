#!/bin/sh
# pendulum 3.3.0: a DateTime is a datetime, and takes its place everywhere, but timedelta(days=1)
# means something else to it. Over the night in which clocks go back, 10:00 plus timedelta(days=1) is
# 09:00 on the next day, 24 exact hours later; the standard library says 10:00. Its own
# add(days=1) says 10:00 as well, so inside one library two ways to add a day differ by an hour.
# And from 10:00 to 10:00 are 25 hours, of which .days is 1.
#
# Code that adds timedeltas changes its meaning, twice a year, when it is handed such a datetime.
#
# Fails as soon as they agree.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pendulum==3.3.0 tzdata==2026.6
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pendulum

plain = datetime(2026, 10, 24, 10, tzinfo=ZoneInfo("Europe/Berlin"))
theirs = pendulum.instance(plain)
assert isinstance(theirs, datetime)
assert theirs == plain

print("pendulum", importlib.metadata.version("pendulum"))
found = {
    "datetime + timedelta(days=1)": plain + timedelta(days=1),
    "DateTime + timedelta(days=1)": theirs + timedelta(days=1),
    "DateTime.add(days=1)": theirs.add(days=1),
    "DateTime.add(hours=24)": theirs.add(hours=24),
}
for name, moment in found.items():
    print(f"{name}: {moment}")
assert [it.hour for it in found.values()] == [10, 9, 10, 9], found

length = theirs.add(days=1) - theirs
print(f"from 10:00 to 10:00: {length.total_seconds() / 3600:g} hours, {length.days} day")
assert (length.total_seconds(), length.days) == (25 * 3600, 1)
print("as found")
PYTHON
