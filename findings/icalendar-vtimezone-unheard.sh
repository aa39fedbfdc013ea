#!/bin/sh
# icalendar 7.3.2 does not hear the VTIMEZONE that a calendar brings along when its TZID is a name of
# the zone database: the rules of the machine are used, and those in the file are thrown away without
# a word. RFC 5545 (3.2.19) says that the definition in the object is the one that TZID refers to.
#
# It matters wherever the file and the machine disagree: a country that has just changed its clocks
# and a sender with newer rules than the reader, or an exporter with its own table. Under a name that
# the database does not have, the same definition is used.
#
# Fails as soon as the definition in the file counts, or stops counting under a name of its own.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 tzdata==2026.6
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
from datetime import timedelta

from icalendar import Calendar

# A zone of its own making: three hours ahead of UTC, all year.
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//finding//EN
BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
TZNAME:THREE
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID={zone}:20261130T100000
DTEND;TZID={zone}:20261130T110000
END:VEVENT
END:VCALENDAR
"""

print("icalendar", importlib.metadata.version("icalendar"))
found = {}
for zone in ("Europe/Berlin", "Berlin of our own"):
    calendar = Calendar.from_ical(FILE.format(zone=zone).replace("\n", "\r\n"))
    start = calendar.events[0].start
    found[zone] = start.utcoffset()
    print(f"TZID={zone}: the file says +03:00, it is read as {start.isoformat()}")
assert found == {
    "Europe/Berlin": timedelta(hours=1),
    "Berlin of our own": timedelta(hours=3),
}, found
print("as found")
PYTHON
