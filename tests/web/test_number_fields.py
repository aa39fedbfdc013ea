"""Money is typed as people of that locale type it, and nothing else is read as a number."""

from decimal import Decimal

import pytest
from babel.localedata import locale_identifiers
from babel.numbers import format_decimal
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.money import Money
from apps.web.formatting import format_money, locale_of
from apps.web.number_fields import (
    MoneyField,
    NotANumber,
    NumberField,
    OtherDigits,
    read_amount,
    read_number,
    speak,
    write_number,
)

LOCALES = ("en-GB", "en-US", "en-IN", "de-DE", "de-CH", "de-AT", "fr-FR", "es-MX", "pt-BR", "pl-PL")
AMOUNTS = st.decimals(0, 99_999_999, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [
        ("48", "en-GB", "48"),
        ("48.00", "en-GB", "48.00"),
        ("48,00", "en-GB", "48.00"),
        ("7,7", "en-GB", "7.7"),
        ("48,00", "de-DE", "48.00"),
        ("48.00", "de-DE", "48.00"),
        ("1,000", "en-GB", "1000"),
        ("1.000", "de-DE", "1000"),
        ("1,000.50", "en-US", "1000.50"),
        ("1.000,50", "de-DE", "1000.50"),
        ("1 000,50", "fr-FR", "1000.50"),
        ("1\u202f000,50", "fr-FR", "1000.50"),
        ("1’000.50", "de-CH", "1000.50"),
        ("1'000.50", "de-CH", "1000.50"),
        ("1,00,000", "en-IN", "100000"),
        (" 12.50 ", "en-GB", "12.50"),
        (".50", "en-GB", "0.50"),
        (",5", "de-DE", "0.5"),
        ("1,500", "de-DE", "1.500"),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, locale: str, number: str) -> None:
    assert str(read_number(text, locale=locale)) == number


@pytest.mark.parametrize(
    "text",
    [
        *("1e3", "1E3", "1_000", "0x10", "NaN", "Infinity", "-5", "+5", "−5", "5.", "", " ", "€5"),
        *("1.000,50", "1,00,000", "12,345,6", "1,2,3", "1,000,00", "1.2.3", "5 5", "1 00", "5 €"),
        "9" * 41,
    ],
)
def test_nothing_else_is_a_number_in_britain(text: str) -> None:
    with pytest.raises(NotANumber):
        read_number(text, locale="en-GB")


@pytest.mark.parametrize("text", ["1.000", "1,000.50", "1 000.5"])
def test_what_may_mean_two_things_is_not_guessed(text: str) -> None:
    with pytest.raises(NotANumber):
        read_number(text, locale="fr-FR")


@pytest.mark.parametrize("text", ["٤٨", "४८", "４８.００", "4٨"])
def test_digits_of_another_script_are_named(text: str) -> None:
    with pytest.raises(OtherDigits):
        read_number(text, locale="en-GB")


@given(number=AMOUNTS, tag=st.sampled_from(LOCALES))
def test_what_a_locale_writes_it_reads_again(number: Decimal, tag: str) -> None:
    shown = format_decimal(number, locale=locale_of(tag), decimal_quantization=False)

    assert read_number(shown, locale=tag) == number
    assert read_number(write_number(number, locale=tag), locale=tag) == number


ALL_LOCALES = sorted(tag.replace("_", "-") for tag in locale_identifiers())
CURRENCIES = ("EUR", "USD", "INR", "CHF", "DKK", "JPY", "KWD", "MVR")


@pytest.mark.parametrize("locale", ["mr-IN", "ml-IN", "or-IN", "dv-MV"])
def test_the_groups_of_money_are_read_beside_those_of_numbers(locale: str) -> None:
    for text in ("123,456.78", "1,23,456.78"):
        assert read_number(text, locale=locale) == Decimal("123456.78")


@pytest.mark.slow
@pytest.mark.long
def test_every_locale_reads_the_amounts_that_its_pages_show() -> None:
    refused = {}
    for tag in ALL_LOCALES:
        shown = format_money(12_345_678_90, "INR", tag)
        try:
            assert read_amount(shown, currency="INR", locale=tag) == Decimal("12345678.90")
        except NotANumber:
            refused[tag] = shown

    assert refused == {}


@given(
    minor=st.integers(0, 99_999_999_99),
    currency=st.sampled_from(CURRENCIES),
    tag=st.sampled_from(ALL_LOCALES),
)
def test_an_amount_is_read_as_it_is_shown(minor: int, currency: str, tag: str) -> None:
    shown = format_money(minor, currency, tag)

    assert read_amount(shown, currency=currency, locale=tag) == Money(minor, currency).to_decimal()


@pytest.mark.parametrize("text", ["$5", "5 USD", "€€5", "€5€", "EUR €5", "€", "€-5"])
def test_an_amount_bears_the_sign_of_its_own_currency_once(text: str) -> None:
    with pytest.raises(NotANumber):
        read_amount(text, currency="EUR", locale="en-GB")


@given(text=st.text(max_size=50), tag=st.sampled_from(LOCALES))
def test_any_text_is_a_number_or_refused(text: str, tag: str) -> None:
    try:
        found = read_number(text, locale=tag)
    except NotANumber:
        return
    assert found >= 0
    assert found.is_finite()


class Bill(forms.Form):
    amount = MoneyField()
    rate = NumberField(required=False)


def errors(text: str, *, currency: str = "EUR", locale: str = "en-GB") -> list[str]:
    form = Bill({"amount": text})
    speak(form, currency=currency, locale=locale)
    return [str(it) for it in form.errors.get("amount", [])]


@pytest.mark.parametrize(
    ("text", "currency", "locale", "minor"),
    [
        ("48,00", "EUR", "de-DE", 4800),
        ("1,000", "EUR", "en-GB", 100_000),
        ("990,50", "RSD", "sr-Latn-RS", 99_050),
        ("12.345", "IQD", "en-GB", 12_345),
        ("500", "JPY", "ja-JP", 500),
        ("€1,234.56", "EUR", "en-GB", 123_456),
        ("48,00\u00a0€", "EUR", "de-DE", 4800),
        ("12.50 EUR", "EUR", "en-GB", 1250),
        ("₹123,456.78", "INR", "mr-IN", 12_345_678),
    ],
)
def test_amounts_are_kept_in_minor_units(text: str, currency: str, locale: str, minor: int) -> None:
    form = Bill({"amount": text})
    speak(form, currency=currency, locale=locale)

    assert form.is_valid()
    assert form.cleaned_data["amount"] == minor


@pytest.mark.parametrize(
    ("text", "currency", "locale", "words"),
    [
        ("1e3", "EUR", "en-GB", "Enter an amount like 12.50."),
        ("1.000", "EUR", "en-GB", "Enter an amount with at most 2 decimals."),
        ("1_000", "EUR", "de-DE", "Enter an amount like 12,50."),
        ("x", "JPY", "ja-JP", "Enter an amount like 1250."),
        ("0", "EUR", "en-GB", "Enter an amount like 12.50."),
        ("٤٨", "EUR", "en-GB", "Use the digits 0 to 9."),
        ("3000000", "EUR", "en-GB", "Enter a smaller amount."),
        ("1.234", "EUR", "en-GB", "Enter an amount with at most 2 decimals."),
        ("1.5", "JPY", "ja-JP", "Enter a whole amount: JPY has no decimals."),
    ],
)
def test_what_is_wrong_is_said(text: str, currency: str, locale: str, words: str) -> None:
    assert errors(text, currency=currency, locale=locale) == [words]


def test_what_is_stored_is_shown_as_people_of_the_locale_write_it() -> None:
    form = Bill(initial={"amount": 4800})
    speak(form, currency="EUR", locale="de-DE")

    assert form["amount"].value() == "48,00"
