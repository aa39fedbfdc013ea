#!/bin/sh
# Babel 2.19.0 does not read back the afternoons that it writes itself: format_time(15:04) is
# "3:04 p.m." for Mexico, and parse_time of that text for the same locale is 03:04 in the morning.
# The same happens in Greek, Korean and Arabic. There is no error and no warning.
#
# parse_time does not use the words of the locale for the halves of a day: it looks for the two
# letters "pm", whatever the locale. A form that reads times by it books twelve hours early where
# the half is written in any other way. The way out is to ask for hours from 0 to 23.
#
# Fails as soon as one of these texts is read in another way.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.19.0
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import time

import babel
from babel.dates import format_time, parse_time

AFTERNOON = time(15, 4)
READ = {
    "en_US": AFTERNOON,
    "en_AU": AFTERNOON,
    "es_MX": time(3, 4),
    "el": time(3, 4),
    "ko": time(3, 4),
    "ar": time(3, 4),
}

print("Babel", babel.__version__)
for locale, expected in READ.items():
    written = format_time(AFTERNOON, "short", locale=locale)
    read = parse_time(written, locale=locale, format="short")
    print(f"{locale}: 15:04 is written {written!r} and read {read:%H:%M}")
    assert read == expected, (locale, written, read)

# By hand as well: the dots that many people write in English are enough.
assert parse_time("3:04 pm", locale="en_US") == AFTERNOON
assert parse_time("3:04 p.m.", locale="en_US") == time(3, 4)
print("as found")
PYTHON
