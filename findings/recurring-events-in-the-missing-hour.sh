#!/bin/sh
# recurring-ical-events 3.8.2 gives a nightly event of one hour no time at all in the night in which
# clocks go forward, and two hours in the one in which they go back. 02:30 does not exist on the
# spring day: it is kept as 02:30 with the offset of the winter, which is the same moment as the end,
# 03:30 with the offset of the summer. A busy time taken from it blocks nothing, and whoever checks
# that an end lies behind its start refuses it.
#
# RFC 5545 (3.3.5) reads a local time that does not exist with the offset before the gap, so it is
# 03:30 to 04:30, one hour. The way out is to take the start to UTC and to add the length there.
#
# Fails as soon as one of the three nights has another length.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check recurring-ical-events==3.8.2 icalendar==7.3.2 tzdata==2026.6
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
from datetime import UTC, timedelta

import recurring_ical_events
from icalendar import Calendar

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//finding//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:{first}T023000
DURATION:PT1H
RRULE:FREQ=DAILY;COUNT=3
END:VEVENT
END:VCALENDAR
"""


def lengths(first: str, month: int) -> list[timedelta]:
    calendar = Calendar.from_ical(FILE.format(first=first).replace("\n", "\r\n"))
    nights = recurring_ical_events.of(calendar).between((2026, month, 20), (2026, month + 1, 5))
    found = []
    for night in nights:
        found.append(night.end.astimezone(UTC) - night.start.astimezone(UTC))
        print(f"{night.start} to {night.end}: {found[-1]}")
    return found


print("recurring-ical-events", importlib.metadata.version("recurring-ical-events"))
hour = timedelta(hours=1)
assert lengths("20260328", 3) == [hour, timedelta(0), hour]
assert lengths("20261024", 10) == [hour, 2 * hour, hour]
print("as found")
PYTHON
