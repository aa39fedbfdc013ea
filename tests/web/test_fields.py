"""Form fields give clean values or say what is wrong; they never break (rules S9, S11)."""

import pytest
from django import forms
from django.http import QueryDict

from apps.web.fields import AddressField, LineField, TextField, is_plain_address


class Contact(forms.Form):
    name = LineField(max_length=20)
    email = AddressField()
    note = TextField(max_length=50, required=False)


def filled(name: str = "Eva", email: str = "eva@example.com", note: str = "") -> Contact:
    form = Contact({"name": name, "email": email, "note": note})
    form.is_valid()
    return form


def test_values_are_clean() -> None:
    form = filled(" Eva\u202e \x07Lindner ", " Eva@Example.COM ", "a\r\nb\x00")
    assert form.errors == {}
    assert form.cleaned_data == {
        "name": "Eva Lindner",
        "email": "eva@example.com",
        "note": "a\nb",
    }


@pytest.mark.parametrize(
    "address",
    [
        "eva@example.com\r\nBcc: sam@example.com",
        "eva@example.com%0aBcc:sam@example.com",
        "eva@example.com,sam@example.com",
        "eva@example.com;sam@example.com",
        "eva@example.com sam@example.com",
        "eva@example.com\u2028sam@example.com",
        '"eva lindner"@example.com',
        '"x"@example.com',
        "<eva@example.com>",
        "eva@@example.com",
        "eva@example.com\x00",
        "e" * 1000 + "@example.com",
        "eva@[127.0.0.1]",
        "eva",
    ],
)
def test_an_address_that_is_not_one_plain_address_is_refused(address: str) -> None:
    assert "email" in filled(email=address).errors


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "\x00", "N" * 21])
def test_a_name_that_is_empty_after_cleaning_or_too_long_is_refused(name: str) -> None:
    assert "name" in filled(name=name).errors


def test_ten_kilobytes_are_a_mistake_and_no_error() -> None:
    form = filled("N" * 10_240, note="n" * 10_240)
    assert set(form.errors) == {"name", "note"}


def test_repeated_keys_count_as_their_last_value() -> None:
    form = Contact(QueryDict("name=Eva&name=Sam&email=eva@example.com&name[]=x"))
    assert form.is_valid()
    assert form.cleaned_data["name"] == "Sam"


def test_plain_addresses() -> None:
    assert is_plain_address("eva.lindner+salon@example.com")
    assert not is_plain_address("eva@example.com>")
