#!/bin/sh
# ics 0.7.3 marks a calendar that it has read and writes again as CALSCALE:GEORGIAN when the file did
# not say which calendar it follows. The only value that RFC 5545 (3.7.1) knows is GREGORIAN, and
# readers are told to ignore what they do not understand there: some ignore the whole file. A calendar
# that is made by the library from nothing has no such line, so tests that start from Calendar() do
# not see it.
#
# Fails as soon as the line is spelled in another way, or left out.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ics==0.7.3
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata

from ics import Calendar, Event

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//finding//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART:20261130T100000Z
DTEND:20261130T110000Z
SUMMARY:Cut
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def scale(calendar: Calendar) -> list[str]:
    return [line for line in calendar.serialize().splitlines() if line.startswith("CALSCALE")]


print("ics", importlib.metadata.version("ics"))
print("read and written again:", scale(Calendar(FILE)))
print("made from nothing:", scale(Calendar(events=[Event(name="Cut", begin="2026-11-30 10:00")])))
assert scale(Calendar(FILE)) == ["CALSCALE:GEORGIAN"], scale(Calendar(FILE))
assert scale(Calendar(events=[Event(name="Cut", begin="2026-11-30 10:00")])) == []
print("as found")
PYTHON
