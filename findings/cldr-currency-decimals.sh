#!/bin/sh
# Babel 2.18.0 prints amounts of thirteen currencies with fewer decimals than ISO 4217
# gives them, and than banks and payment providers charge: format_currency(990.50, "RSD") is "990",
# not even "991", and 12.345 IQD (three decimals in ISO 4217) is "12". There is no warning: the
# amount that is shown is another one than the amount that is charged.
#
# CLDR counts the decimals that people use with cash and prices; ISO 4217 those that accounts are
# kept in. `currency_digits=False` does not help by itself: it prints the decimals of the locale's
# pattern, two for every currency, also for yen. The way out is a pattern with the decimals of
# ISO 4217 together with `currency_digits=False`.
#
# Fails as soon as the list of those currencies, or what is printed, is another one.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.18.0
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

import babel
from babel.numbers import format_currency, get_currency_precision, list_currencies

# ISO 4217, as of 2026: what has other than two decimals among the currencies that are money today.
NONE = set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
THREE = set("BHD IQD JOD KWD LYD OMR TND".split())
TODAY = set(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD
    KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
    NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE
    SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND
    VUV WST XAF XCD XOF XPF YER ZAR ZMW
    """.split()
)


def iso(code: str) -> int:
    return 0 if code in NONE else 3 if code in THREE else 2


assert TODAY <= list_currencies("en"), TODAY - list_currencies("en")
differ = {code: (iso(code), get_currency_precision(code)) for code in sorted(TODAY)}
differ = {code: pair for code, pair in differ.items() if pair[0] != pair[1]}
print("Babel", babel.__version__)
for code, (charged, shown) in differ.items():
    print(f"{code}: {charged} decimals in ISO 4217, {shown} in CLDR")
expected = "AFN ALL IQD IRR KPW LAK LBP MGA MMK RSD SOS SYP YER".split()
assert list(differ) == expected, list(differ)

plain = lambda text: text.replace("\u00a0", " ")  # noqa: E731
dinar = plain(format_currency(Decimal("990.50"), "RSD", locale="en_GB"))
iraqi = plain(format_currency(Decimal("12.345"), "IQD", locale="en_GB"))
print("990.50 RSD is printed as", dinar)
print("12.345 IQD is printed as", iraqi)
assert (dinar, iraqi) == ("RSD990", "IQD12"), (dinar, iraqi)

# The documented switch prints two decimals for all, which is wrong for yen and short for IQD.
off = {
    code: plain(format_currency(Decimal(12), code, locale="en_GB", currency_digits=False))
    for code in ("JPY", "IQD")
}
print("without the currency's digits:", off)
assert off == {"JPY": "JP¥12.00", "IQD": "IQD12.00"}, off
right = format_currency(Decimal("12.345"), "IQD", "¤#,##0.000", "en_GB", currency_digits=False)
assert plain(right) == "IQD12.345", right
print("as found")
PYTHON
