#!/bin/sh
# Babel 2.19.0 against 2.18.0, the release before: the same amount has other decimals, and the same
# month begins on another day, with nothing but a new minor version of the library.
#
# 12,345.67 is printed "HUF12,346", "COP12,346" and "IDR12,346" where it was "HUF12,345.67" and so on;
# with the dinar it is the other way round: RSD had no decimals and has two. Whoever takes the number
# of minor units of a stored amount from get_currency_precision reads old rows a hundredfold wrong
# after the upgrade. The first day of the week in Iceland was Monday and is Sunday, so that every
# calendar there moves by a column; and Bulgaria's currency is the euro. All of it comes with the tables
# of CLDR inside. The decimals of stored money belong into one's own table, after ISO 4217.
#
# Fails as soon as one of these figures is another one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/tell.py" <<'PYTHON'
from datetime import date

import babel
from babel import Locale
from babel.numbers import format_currency, get_currency_precision, get_territory_currencies

for code in ("HUF", "COP", "IDR", "RSD", "CZK", "EUR"):
    shown = format_currency(12345.67, code, locale="en_GB")
    print(babel.__version__, code, get_currency_precision(code), shown)
print(babel.__version__, "first day in Iceland", Locale.parse("is_IS").first_week_day)
print(babel.__version__, "Bulgaria", *get_territory_currencies("BG", date(2026, 11, 30)))
PYTHON
for version in 2.18.0 2.19.0; do
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --disable-pip-version-check "Babel==$version"
    "$folder/$version/bin/python" "$folder/tell.py"
done | tee "$folder/seen"
cat >"$folder/expected" <<'SEEN'
2.18.0 HUF 2 HUF12,345.67
2.18.0 COP 2 COP12,345.67
2.18.0 IDR 2 IDR12,345.67
2.18.0 RSD 0 RSD12,346
2.18.0 CZK 2 CZK12,345.67
2.18.0 EUR 2 €12,345.67
2.18.0 first day in Iceland 0
2.18.0 Bulgaria BGN
2.19.0 HUF 0 HUF12,346
2.19.0 COP 0 COP12,346
2.19.0 IDR 0 IDR12,346
2.19.0 RSD 2 RSD12,345.67
2.19.0 CZK 2 CZK12,345.67
2.19.0 EUR 2 €12,345.67
2.19.0 first day in Iceland 6
2.19.0 Bulgaria EUR
SEEN
diff "$folder/expected" "$folder/seen"
