#!/bin/sh
# Babel 2.19.0 gives Ireland's two times each other's name: a day in July in Dublin, an hour ahead of
# UTC, reads "Greenwich Mean Time", and a day in January, at UTC, "Irish Standard Time". In the Morocco
# of 2026 the month that went back to UTC was called summer time, and the months an hour ahead of it
# "Western European Standard Time", whose own hour is UTC. A page that prints a zone's long name beside
# an hour is an hour off for whoever believes the words.
#
# The database of zones states both as they stood in law: standard time is that of summer in Ireland,
# and was that of most of the year in Morocco; the other one lies an hour *behind* it. `dst()` is then
# minus one hour, which counts as true, and Babel takes whatever is true for summer, while the names of
# CLDR mean the later clock. The short name of `tzname()` (IST in July, GMT in January) and the offset
# are right, so those are what to print.
#
# Fails as soon as the names or the offsets differ from those below.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.19.0 tzdata==2026.6
cat >"$folder/ask.py" <<'PYTHON'
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_gmt, get_timezone_name

for zone, *day in (
    ("Europe/Dublin", 2027, 1, 15),
    ("Europe/Dublin", 2027, 7, 15),
    ("Africa/Casablanca", 2026, 2, 25),
    ("Africa/Casablanca", 2026, 7, 15),
    ("Europe/London", 2027, 1, 15),
    ("Europe/London", 2027, 7, 15),
):
    noon = datetime(*day, 12, tzinfo=ZoneInfo(zone))
    hours = [int(span / timedelta(hours=1)) for span in (noon.utcoffset(), noon.dst())]
    long = get_timezone_name(noon, locale="en_GB")
    print(f"{zone} {noon:%d %b} UTC{hours[0]:+d} dst {hours[1]:+d} {noon.tzname()}: {long}")
PYTHON
PYTHONTZPATH= "$folder/venv/bin/python" "$folder/ask.py" | tee "$folder/seen"
cat >"$folder/expected" <<'TEXT'
Europe/Dublin 15 Jan UTC+0 dst -1 GMT: Irish Standard Time
Europe/Dublin 15 Jul UTC+1 dst +0 IST: Greenwich Mean Time
Africa/Casablanca 25 Feb UTC+0 dst -1 +00: Western European Summer Time
Africa/Casablanca 15 Jul UTC+1 dst +0 +01: Western European Standard Time
Europe/London 15 Jan UTC+0 dst +0 GMT: Greenwich Mean Time
Europe/London 15 Jul UTC+1 dst +1 BST: British Summer Time
TEXT
cmp "$folder/seen" "$folder/expected"
