#!/bin/sh
# Arrow 1.4.0 knows the hour that clocks show twice in autumn, and loses it again as soon as it counts in
# hours. On 25 October 2026 in Berlin:
#  - the floor of the *second* 02:30 is the first 02:00, ninety minutes before it, while replacing the
#    minutes by 0 stays in the second;
#  - a range of hours goes from 02:00 to 03:00, two hours later, so a day of 25 hours has 24 in it;
#  - shifted by an hour, the first 02:30 is 03:30, two hours later.
# In spring, the span of the hour of 01:00 is two hours long and overlaps the next one.
# Whoever cuts a day into hours by this offers, counts or charges one hour too few, and one twice. Hours
# are right in UTC: convert, count, and convert back.
#
# Fails as soon as one of the times differs from those below.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check arrow==1.4.0 tzdata==2026.6
cat >"$folder/ask.py" <<'PYTHON'
from datetime import datetime

import arrow

BERLIN = "Europe/Berlin"


def told(times):
    return " ".join(it.format("HH:mmZ") for it in times)


second = arrow.get(datetime(2026, 10, 25, 2, 30, fold=1), BERLIN)
print("second:", told([second]), "floor:", told([second.floor("hour")]), end=" ")
print("minutes 0:", told([second.replace(minute=0)]))

midnight = arrow.get(datetime(2026, 10, 25), BERLIN)
next_day = arrow.get(datetime(2026, 10, 26), BERLIN)
hours = list(arrow.Arrow.range("hour", midnight, next_day))[:-1]
length = (next_day.to("utc") - midnight.to("utc")).total_seconds() / 3600
print(f"range: {told(hours[1:5])}, {len(hours)} of {length:.0f} hours")

first = arrow.get(datetime(2026, 10, 25, 2, 30), BERLIN)
later = first.shift(hours=1)
print("shifted:", told([first, later]), "after", later.to("utc") - first.to("utc"))
print("in UTC:", told([first.to("utc").shift(hours=1).to(BERLIN)]))

spans = arrow.Arrow.span_range("hour", datetime(2026, 3, 29, 1), datetime(2026, 3, 29, 3), tz=BERLIN)
print("spring:", "; ".join(told(it) for it in spans))
PYTHON
PYTHONTZPATH= "$folder/venv/bin/python" "$folder/ask.py" | tee "$folder/seen"
cat >"$folder/expected" <<'TEXT'
second: 02:30+0100 floor: 02:00+0200 minutes 0: 02:00+0100
range: 01:00+0200 02:00+0200 03:00+0100 04:00+0100, 24 of 25 hours
shifted: 02:30+0200 03:30+0100 after 2:00:00
in UTC: 02:30+0100
spring: 01:00+0100 03:59+0200; 03:00+0200 03:59+0200
TEXT
cmp "$folder/seen" "$folder/expected"
