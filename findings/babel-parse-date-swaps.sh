#!/bin/sh
# Babel 2.19.0 exchanges day and month when the month of the locale's order is impossible:
# parse_date("13/1/2026", locale="en_US") is 13 January, although an American writes the month
# first and has mistyped. So of two neighbouring days typed in the wrong order, "12/1" becomes
# 1 December and "13/1" becomes 13 January, and neither is refused. No switch turns it off.
#
# A form that reads dates by it has to write the date out and read it again, or to compare the
# numbers itself, if a date in the wrong order shall be a mistake.
#
# Fails as soon as such a date is refused, or read in another way.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.19.0
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date

import babel
from babel.dates import parse_date

print("Babel", babel.__version__)
for text, locale, expected in (
    ("12/1/2026", "en_US", date(2026, 12, 1)),
    ("13/1/2026", "en_US", date(2026, 1, 13)),
    ("1/12/2026", "en_GB", date(2026, 12, 1)),
    ("1/13/2026", "en_GB", date(2026, 1, 13)),
):
    read = parse_date(text, locale=locale, format="short")
    print(f"{text!r} in {locale} is read as {read}")
    assert read == expected, (text, locale, read)
print("as found")
PYTHON
