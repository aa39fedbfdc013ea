#!/bin/sh
# Babel 2.18.0 does not read back amounts of money that it has written itself, in four languages:
# in Marathi, Malayalam, Odia and Dhivehi CLDR groups a plain number as 1,23,45,678 and an amount of
# money as 12,345,678. parse_decimal(strict=True) knows the groups of plain numbers only, so that it
# refuses the amount, and proposes the other grouping. In Hindi and Indian English, where one would
# expect the difference, both patterns agree.
#
# Whoever reads typed amounts has to take the groups of the currency pattern too.
#
# Fails as soon as the list of those languages, or what is said of them, is another one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.18.0
"$folder/venv/bin/python" - <<'PYTHON'
import babel
from babel import Locale, localedata
from babel.numbers import NumberFormatError, format_currency, format_decimal, parse_decimal

AMOUNT = 12345678


def is_read_back(name: str) -> bool:
    money = format_currency(AMOUNT, "INR", locale=name)
    amount = "".join(it for it in money if it.isdecimal() or it in ",.")
    try:
        return parse_decimal(amount, locale=name, strict=True) == AMOUNT
    except NumberFormatError:
        return False


print("Babel", babel.__version__)
for name in ("mr", "ml", "or", "dv", "hi", "en_IN"):
    money, plain = format_currency(AMOUNT, "INR", locale=name), format_decimal(AMOUNT, locale=name)
    print(f"{name}: money {money}, number {plain}, read back: {is_read_back(name)}")

languages = sorted(it for it in localedata.locale_identifiers() if "_" not in it)
differ = [
    it
    for it in languages
    if Locale.parse(it).currency_formats["standard"].grouping
    != Locale.parse(it).decimal_formats[None].grouping
]
print("Groups of money and of numbers differ in:", *differ)
assert differ == ["dv", "ml", "mr", "or"], differ
assert [it for it in differ if is_read_back(it)] == []
assert is_read_back("hi") and is_read_back("en_IN")
PYTHON
