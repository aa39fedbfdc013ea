#!/bin/sh
# py-moneyed 3.0 shows a part of a cent rounded and counts it cut off: Money("10.995", "EUR") is
# printed as 11.00, and get_amount_in_sub_unit(), which providers of payments are given, is 1099. So a
# share of a price that was never rounded (20 % of 54.98) is shown as one amount and charged as
# another. Nothing in the library rounds a Money to its currency: round() raises a TypeError.
#
# The way out is to round each amount to whole cents where it comes into being.
#
# Fails as soon as both say the same, or round() works.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check py-moneyed==3.0
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata

from moneyed import Money

print("py-moneyed", importlib.metadata.version("py-moneyed"))
for amount, code, shown, counted in (
    ("10.995", "EUR", "11.00", 1099),
    ("19.999", "USD", "20.00", 1999),
    ("10.9", "JPY", "11", 10),
):
    money = Money(amount, code)
    print(f"{amount} {code} is shown as {money}, and is {money.get_amount_in_sub_unit()} units")
    assert shown in str(money), str(money)
    assert money.get_amount_in_sub_unit() == counted, money.get_amount_in_sub_unit()

try:
    round(Money("10.995", "EUR"), 2)
except TypeError as reason:
    print("round:", reason)
else:
    raise AssertionError("round() works")
print("as found")
PYTHON
