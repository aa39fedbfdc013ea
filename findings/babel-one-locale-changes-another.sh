#!/bin/sh
# Babel 2.18.0 lets one language change what another prints, for as long as the process lives. Ask it
# for a date in Dhivehi, Ido or Walloon once, and from then on Korean dates read "M11 3일 (화)"
# instead of "11월 3일 (화)", Arabic, Urdu and Persian ones lose the name of the day or of the month,
# and no error says so. A server that prints every language by itself in a test prints it right; one
# that serves two shops does not, and which one is wrong depends on who came first.
#
# The names of months and days are shared between languages that have none of their own and those that
# borrow them, and reading them once writes into what is shared. Babel 2.19.0 prints the same whoever
# came first: the cure is the upgrade, or a process for each language.
#
# Fails as soon as 2.18.0 prints the same in both orders, or 2.19.0 does not.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/ask.py" <<'PYTHON'
import sys
from datetime import datetime

import babel
from babel.dates import format_date, format_skeleton

DAY = datetime(2026, 11, 3, 18, 5)
first, asked = sys.argv[1:]
if first != "nobody":
    format_date(DAY, "medium", locale=first)
    format_skeleton("MMMEd", DAY, locale=first)
print(f"{babel.__version__} {asked} after {first}: {format_skeleton('MMMEd', DAY, locale=asked)}")
PYTHON
for version in 2.18.0 2.19.0; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "Babel==$version"
    for first in nobody dv io wa; do
        for asked in ar ko ur; do
            "$folder/$version/bin/python" "$folder/ask.py" "$first" "$asked"
        done
    done
done >"$folder/seen"
cat "$folder/seen"
words() { grep "^$1 $2 after $3:" "$folder/seen" | sed 's/^[^:]*: //'; }
for asked in ar ko ur; do
    alone=$(words 2.19.0 "$asked" nobody)
    test "$(words 2.18.0 "$asked" nobody)" = "$alone"
    for first in dv io wa; do
        test "$(words 2.18.0 "$asked" "$first")" != "$alone"
        test "$(words 2.19.0 "$asked" "$first")" = "$alone"
    done
done
