#!/bin/sh
# phonenumberslite 9.0.42 takes a country code that was typed without its plus away only where the
# digits would be no number otherwise. Austria, Switzerland and Spain are read as people mean them.
# In Germany, whose plan is open, "49 171 1234567" is a *valid* number as it stands: 171 1234567 becomes
# a landline of the area 0491 (Leer), +49 491 711234567, and so does every mobile with that prefix.
#
# is_valid_number cannot warn of it: both readings are valid, of different people. Only the type of the
# two readings tells that somebody should be asked.
#
# Fails as soon as one of these is read another way.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumberslite==9.0.42
"$folder/venv/bin/python" - <<'PYTHON'
import phonenumbers as p

CASES = {
    ("49 171 1234567", "DE"): ("+49491711234567", True, p.PhoneNumberType.FIXED_LINE),
    ("+49 171 1234567", "DE"): ("+491711234567", True, p.PhoneNumberType.MOBILE),
    ("43 664 1234567", "AT"): ("+436641234567", True, p.PhoneNumberType.MOBILE),
    ("41 79 123 45 67", "CH"): ("+41791234567", True, p.PhoneNumberType.MOBILE),
    ("34 612 34 56 78", "ES"): ("+34612345678", True, p.PhoneNumberType.MOBILE),
}
print("phonenumberslite", p.__version__)
for (typed, region), expected in CASES.items():
    number = p.parse(typed, region)
    e164 = p.format_number(number, p.PhoneNumberFormat.E164)
    found = e164, p.is_valid_number(number), p.number_type(number)
    print(f"{typed} in {region}: {e164}, valid {found[1]}, type {found[2]}")
    assert found == expected, (typed, expected, found)
PYTHON
