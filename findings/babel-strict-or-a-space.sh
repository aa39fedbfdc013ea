#!/bin/sh
# Babel 2.19.0 reads a price that somebody typed (`parse_decimal`) loosely or strictly, and neither is
# right everywhere. Loosely, a German "12.50" is 1250, for the point divides thousands; strictly it is
# refused, as one would hope. But strictly a French, Polish, Hungarian or South African "1 250,50" is
# refused as well, the way it is written there and with the space that is on the keyboard: only the
# no-break space is taken, which nobody can type. Loosely it is read.
# A form in several languages has to turn spaces into the locale's own sign for thousands before it asks
# strictly.
#
# Fails as soon as one of the answers differs from those below.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.19.0
cat >"$folder/ask.py" <<'PYTHON'
from babel.numbers import NumberFormatError, get_group_symbol, parse_decimal


def read(text, locale, strict):
    try:
        return str(parse_decimal(text, locale=locale, strict=strict))
    except NumberFormatError:
        return "refused"


for locale, text in (
    ("de", "12.50"),
    ("de", "1.250,50"),
    ("fr", "1 250,50"),
    ("pl", "1 250,50"),
    ("hu", "1 250,50"),
    ("en_ZA", "1 250,50"),
):
    told = f"{locale} {text}: loosely {read(text, locale, False)}, strictly {read(text, locale, True)}"
    own = text.replace(" ", get_group_symbol(locale))
    print(told if own == text else f"{told}, with its own space {read(own, locale, True)}")
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" | tee "$folder/seen"
cat >"$folder/expected" <<'TEXT'
de 12.50: loosely 1250, strictly refused
de 1.250,50: loosely 1250.50, strictly 1250.50
fr 1 250,50: loosely 1250.50, strictly refused, with its own space 1250.50
pl 1 250,50: loosely 1250.50, strictly refused, with its own space 1250.50
hu 1 250,50: loosely 1250.50, strictly refused, with its own space 1250.50
en_ZA 1 250,50: loosely 1250.50, strictly refused, with its own space 1250.50
TEXT
cmp "$folder/seen" "$folder/expected"
