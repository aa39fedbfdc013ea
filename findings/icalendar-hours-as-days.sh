#!/bin/sh
# icalendar 7.3.2 ends an event of DURATION:PT24H, over the night in which clocks go back, at the
# same hour of the next day: 25 hours later. RFC 5545 (3.3.6) keeps both apart on purpose: P1D is a
# day of the calendar, PT24H is 24 exact hours and ends at 09:00 here. Once parsed they are the same
# timedelta, and Python adds that to the clock on the wall. The same holds for an alarm: a TRIGGER of
# 24 hours before rings 25 hours before.
#
# Whoever needs exact hours converts the start to UTC first, adds, and converts back.
#
# Fails as soon as PT24H and P1D end at different times, or the alarm rings at another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check icalendar==7.3.2 tzdata==2026.6
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//finding//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20261024T100000
DURATION:{length}
END:VEVENT
END:VCALENDAR
"""
BERLIN = ZoneInfo("Europe/Berlin")

print("icalendar", importlib.metadata.version("icalendar"))
for length in ("PT24H", "P1D"):
    event = Calendar.from_ical(FILE.format(length=length).replace("\n", "\r\n")).events[0]
    elapsed = event.end.astimezone(UTC) - event.start.astimezone(UTC)
    print(f"{length} from {event.start} to {event.end}: {elapsed} have passed")
    assert event.end == datetime(2026, 10, 25, 10, tzinfo=BERLIN), event.end
    assert elapsed == timedelta(hours=25), elapsed

start = datetime(2026, 10, 25, 10, tzinfo=BERLIN)
event = Event.new(start=start, end=start + timedelta(hours=1))
alarm = Alarm()
alarm.TRIGGER = timedelta(hours=-24)
event.add_component(alarm)
(rings,) = (it.trigger for it in event.alarms.times)
print(f"24 hours before {start} it rings at {rings}")
assert start.astimezone(UTC) - rings.astimezone(UTC) == timedelta(hours=25), rings
print("as found")
PYTHON
