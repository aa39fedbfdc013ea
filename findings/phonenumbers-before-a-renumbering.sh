#!/bin/sh
# phonenumberslite 9.0.42 calls numbers in the form of before a renumbering impossible, and does not
# read them: +52 1 55 1234 5678, as millions of Mexican cards and address books have it, is
# "too long", and so is 044 55 1234 5678 as it was dialled at home until 2019.
# Eight digits of Benin (2024) are only "possible", those of Ivory Coast (2021) "too short". London's 0171 (until
# 2000) is "possible" as well, and E.164 of it does not ring. Only Argentina's old 15 is still read.
#
# So is_possible_number, which reads like the lenient check, refuses what people really type; and
# whoever lets "possible" numbers through keeps some that ring nowhere. Old forms have to be
# rewritten before they are judged.
#
# Fails as soon as one of these is judged another way.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumberslite==9.0.42
"$folder/venv/bin/python" - <<'PYTHON'
import phonenumbers as p

CASES = {
    ("+52 1 55 1234 5678", "MX"): (False, False),
    ("044 55 1234 5678", "MX"): (False, False),
    ("55 1234 5678", "MX"): (True, True),
    ("+225 07 12 34 56", "CI"): (False, False),
    ("+225 07 07 12 34 56", "CI"): (True, True),
    ("+229 97 12 34 56", "BJ"): (True, False),
    ("+229 01 97 12 34 56", "BJ"): (True, True),
    ("0171 946 0018", "GB"): (True, False),
    ("020 7946 0018", "GB"): (True, True),
    ("011 15 2345 6789", "AR"): (True, True),
}
print("phonenumberslite", p.__version__)
for (typed, region), expected in CASES.items():
    number = p.parse(typed, region)
    found = p.is_possible_number(number), p.is_valid_number(number)
    print(f"{typed} in {region}: possible {found[0]}, valid {found[1]}")
    assert found == expected, (typed, expected)
PYTHON
