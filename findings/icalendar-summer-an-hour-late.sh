#!/bin/sh
# icalendar 7.3.2 writes VTIMEZONE components in which every summer begins an hour late. For Berlin
# the DAYLIGHT part begins at 03:00 with TZOFFSETFROM:+0100, which is 02:00 in UTC; clocks go forward
# at 01:00 UTC. RFC 5545 (3.6.5) counts the onset in the offset before it, so 02:00 must stand there.
# Autumn is right. A reader that follows the letter shows an appointment of 03:30 on that morning an
# hour off; readers that know the name of the zone never look.
#
# It comes from adding the new offset to the moment of the change. The way out for whoever writes
# calendars is to name times in UTC, or to write the component from rules of one's own.
#
# Fails as soon as a summer of the written zone begins when it does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 tzdata==2026.6
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone

ZONES = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1)),
    "America/New_York": (datetime(2026, 3, 8, 7), datetime(2026, 11, 1, 6)),
}
"""When clocks change in 2026, in UTC."""

print("icalendar", importlib.metadata.version("icalendar"))
for name, changes in ZONES.items():
    written = Timezone.from_tzinfo(
        ZoneInfo(name), name, first_date=date(2026, 1, 1), last_date=date(2026, 12, 31)
    )
    late = {}
    for part in written.subcomponents:
        onset = part["DTSTART"].dt - part["TZOFFSETFROM"].td
        true = next((it for it in changes if abs(it - onset) < timedelta(days=1)), None)
        if true is not None:
            late[part.name] = onset - true
            print(f"{name}, {part.name}: written {onset} UTC, in truth {true} UTC")
    assert late == {"DAYLIGHT": timedelta(hours=1), "STANDARD": timedelta(0)}, late
print("as found")
PYTHON
