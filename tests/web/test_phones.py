"""Old forms of numbers are understood, odd ones asked about, and only nonsense is refused."""

import phonenumbers
import pytest
from django import forms
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.bookings.forms.questions import PhoneField
from apps.businesses.models import Business
from apps.web.phones import Phone, link_of_phone, read_phone
from tests.factories import make_salon


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+52 1 55 1234 5678", "MX", "+525512345678"),
        ("+52 1 55 1234 5678", "DE", "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("045 55 1234 5678", "MX", "+525512345678"),
        ("01 55 1234 5678", "MX", "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("+55 11 9871-2345", "BR", "+5511998712345"),
        ("(11) 9871-2345", "BR", "+5511998712345"),
        ("(11) 3871-2345", "BR", "+551138712345"),  # a landline stays one
        ("07 12 34 56", "CI", "+2250707123456"),
        ("+229 97 12 34 56", "BJ", "+2290197123456"),
        ("0171 946 0018", "GB", "+442079460018"),
        ("0181 946 0018", "GB", "+442089460018"),
        ("071 946 0321", "GB", "+442079460321"),  # London until 1995
        ("081 946 0321", "GB", "+442089460321"),
        ("0222 123456", "GB", "+442920123456"),  # Cardiff until 1995, and until 2000
        ("01222 123456", "GB", "+442920123456"),
        ("0272 123456", "GB", "+441179123456"),  # Bristol
        ("0161 496 0018", "GB", "+441614960018"),  # Manchester, as ever
        ("01212345678", "VN", "+84792345678"),
        ("0162 3456789", "VN", "+84323456789"),
        ("030 5550142", "DE", "+49305550142"),
        ("0049 30 5550142", "DE", "+49305550142"),
        ("+49 (0)30 5550142", "DE", "+49305550142"),
        ("+49\u201130\u20115550142", "DE", "+49305550142"),  # with hyphens of a web page
        ("030 – 555 01 42", "DE", "+49305550142"),
        ("\u202d+49 30 5550142\u202c", "DE", "+49305550142"),  # as address books copy it
        ("tel:+49305550142", "DE", "+49305550142"),
        ("tel:+49305550142;ext=12", "DE", "+49305550142 ext. 12"),
        ("TEL:+49305550142", "DE", "+49305550142"),
        ("044'123'45'67", "CH", "+41441234567"),
        ("044\u2019123\u201945\u201967", "CH", "+41441234567"),
        ("0171 / 123 45 67", "DE", "+491711234567"),
        ("030/555/0142", "DE", "+49305550142"),
        ("030 5550142 Durchwahl 12", "DE", "+49305550142 ext. 12"),
        ("8 095 123 45 67", "RU", "+74951234567"),  # Moscow until 2005
        ("030 5550142 ext. 12", "DE", "+49305550142 ext. 12"),
        ("(207) 555-0142 x12", "US", "+12075550142 ext. 12"),
        ("(207) 555-0142 #12", "US", "+12075550142 ext. 12"),
    ],
)
def test_a_number_is_read_in_the_country_of_the_business(
    typed: str, region: str, number: str
) -> None:
    assert read_phone(typed, region=region) == Phone(number, is_known=True)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0171 1234567 (mob)", "+491711234567"),
        ("0171 1234567 Handy", "+491711234567"),
        ("0171 1234567, privat", "+491711234567"),
        ("030 555014 privat", "+4930555014"),
        ("Tel.: 030 5550142", "+49305550142"),
        ("Mobil: +49 (0)171 / 123 45 67 (am besten abends)", "+491711234567"),
        ("030 5550142 Praxis ext. 12", "+49305550142 ext. 12"),
    ],
)
def test_words_beside_a_number_are_no_part_of_it(typed: str, number: str) -> None:
    """Seen to fail: "(mob)" was dialled as 662."""
    assert read_phone(typed, region="DE") == Phone(number, is_known=True)


@pytest.mark.parametrize(
    ("typed", "region", "meant"),
    [
        ("0171/1234567 / 030 12", "DE", "+491711234567"),
        ("0171 1234567 ab 18 Uhr", "DE", "+491711234567"),
        ("030 5550142/43", "DE", "+49305550142"),
        ("030 5550142, 12", "DE", "+49305550142"),
        ("030 555014O", "DE", "+4930555014"),  # perhaps a nought
        ("030 555014 OO", "DE", "+4930555014"),
        ("030 5550142 p", "DE", "+49305550142"),
        ("030 5550142 / +49 30 5550142", "DE", "+49305550142"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("1 800 flowers", "CA", "+18003569377"),
        ("1300 FLOWER", "AU", "+611300356937"),
        ("49 171 1234567", "DE", "+491711234567"),  # a landline of Leer without the plus
        ("49 151 23456789", "DE", "+4915123456789"),
    ],
)
def test_where_more_is_typed_it_is_asked_whether_that_is_the_number(
    typed: str, region: str, meant: str
) -> None:
    assert read_phone(typed, region=region) == Phone(typed, is_known=False, meant=meant)


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("491 71123", "DE", "+4949171123"),  # really in Leer
        ("49 30 5550142", "DE", "+49305550142"),
        ("43 664 1234567", "AT", "+436641234567"),
        ("393 1234567", "IT", "+393931234567"),  # a mobile that begins like its country
        ("55 1234 5678", "MX", "+525512345678"),
    ],
)
def test_a_country_code_without_its_plus_is_asked_about_only_where_it_may_be_two_numbers(
    typed: str, region: str, number: str
) -> None:
    assert read_phone(typed, region=region) == Phone(number, is_known=True)


@pytest.mark.parametrize(
    "typed",
    [
        "0171 1234567 / 030 5550142",
        "0171 1234567 oder 030 5550142",
        "0171 1234567, 030 5550142",
        "0171 1234567 030 5550142",
        "+491711234567 +49305550142",
        "0171/1234567 (privat) 030/5550142 (Büro)",
        "030 5550142 / 0999 12345",
        "0511 12345 0511 67890",
    ],
)
def test_two_numbers_are_not_made_one(typed: str) -> None:
    assert read_phone(typed, region="DE") == Phone(typed, is_known=False, is_several=True)


@pytest.mark.parametrize(
    ("typed", "region"),
    [
        ("030 5550142", "AT"),
        ("01 946 0321", "GB"),  # London until 1990: 020 7 or 020 8, nobody knows
        ("0203 123456", "GB"),  # Coventry once, or London without its last digit
        ("07700 90012", "GB"),
        ("1-800-FLOWERS 0171 12345", "DE"),
        ("0800 FLOWERS 12", "DE"),
        ("030 555O142", "DE"),
    ],
)
def test_a_number_of_no_range_that_is_given_out_is_asked_about(typed: str, region: str) -> None:
    """Seen to fail: its length was enough to be taken."""
    assert read_phone(typed, region=region) == Phone(typed, is_known=False)


WORDS = st.sampled_from(
    ["", " (mob)", " Handy", " home", "x", " x", " O", "/43", " / 030 12", " ;-"]
)
WRITTEN = st.text("0123456789 ()/-.+'", min_size=5, max_size=24)


@given(before=WORDS, digits=WRITTEN, after=WORDS, region=st.sampled_from(["DE", "CH", "US", "FR"]))
def test_the_digits_of_a_number_are_those_that_were_typed(
    before: str, digits: str, after: str, region: str
) -> None:
    """None is put in, left out or put elsewhere: but for the country code, and a 0 or 1 in front
    which a country dials at home only."""
    phone = read_phone(before + digits + after, region=region)
    if phone is None or not phone.text.startswith("+") or not phone.is_known:
        return
    number = phonenumbers.parse(phone.text)
    national = phonenumbers.national_significant_number(number) + (number.extension or "")
    typed = "".join(char for char in before + digits + after if char.isdecimal())
    assert typed.endswith(national)
    assert len(typed) - len(national) <= len("00") + len(str(number.country_code)) + len("0")


@pytest.mark.parametrize("typed", ["+999 123456", "91 1234567 12 12"])
def test_a_number_that_nobody_knows_is_asked_about(typed: str) -> None:
    assert read_phone(typed, region="BJ") == Phone(typed, is_known=False)


@pytest.mark.parametrize(
    ("typed", "region"),
    [("555-0142", "US"), ("5550142", "US"), ("12 34 56 78", "FR")],
)
def test_what_rings_nowhere_from_abroad_is_asked_about(typed: str, region: str) -> None:
    """Seen to fail: a number without its area became "+15550142"."""
    assert read_phone(typed, region=region) == Phone(typed, is_known=False)


@pytest.mark.parametrize(
    ("phone", "link"),
    [
        ("+49305550142", "tel:+49305550142"),
        ("+49305550142 ext. 12", "tel:+49305550142;ext=12"),
        ("91 1234567 12 12", "tel:9112345671212"),
        ("(207) 555-0118", "tel:2075550118"),
        ("030 555O142 (mob)", "tel:030555142"),
    ],
)
def test_a_number_is_dialled_with_a_tap(phone: str, link: str) -> None:
    assert link_of_phone(phone) == link


@pytest.mark.django_db
def test_the_number_of_a_business_is_dialled_without_what_stands_beside_it(client: Client) -> None:
    make_salon(slug="juniper")
    Business.objects.update(phone="(207) 555-0118 (shop)")

    page = client.get("/juniper/").content.decode()

    assert '<a href="tel:2075550118">(207) 555-0118 (shop)</a>' in page


@pytest.mark.parametrize("typed", ["abc", "1234", "1" * 21, "<script>12345", "12345\u202e6"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert read_phone(typed, region="DE") is None


class Details(forms.Form):
    phone = PhoneField(region="BJ")


class InGermany(forms.Form):
    phone = PhoneField(region="DE")


def sent(form: type[forms.Form] = Details, **fields: str) -> forms.Form:
    data = QueryDict(mutable=True)
    data.update(fields)
    return form(data)


def test_sent_once_more_it_is_kept_as_it_was_typed() -> None:
    first = sent(phone="91 1234567 12 12")
    assert first.errors == {
        "phone": [
            ("This does not look like a phone number. Check it, or send the form again to keep it.")
        ]
    }
    page = str(first["phone"])
    assert '<input type="hidden" name="phone_asked" value="91 1234567 12 12">' in page

    again = sent(phone="91 1234567 12 12", phone_asked="91 1234567 12 12")
    assert (again.is_valid(), again.cleaned_data["phone"]) == (True, "91 1234567 12 12")
    other = sent(phone="91 7654321 12 12", phone_asked="91 1234567 12 12")
    assert not other.is_valid()


def test_the_number_that_was_meant_is_kept_once_that_is_said() -> None:
    first = sent(InGermany, phone="0171 1234567 ab 18 Uhr")
    assert first.errors == {
        "phone": [("Did you mean +49 171 1234567? If so, send the form again; if not, correct it.")]
    }
    assert 'value="0171 1234567 ab 18 Uhr"' in str(first["phone"])

    again = sent(InGermany, phone="0171 1234567 ab 18 Uhr", phone_asked="0171 1234567 ab 18 Uhr")
    assert (again.is_valid(), again.cleaned_data["phone"]) == (True, "+491711234567")


def test_of_two_numbers_one_is_asked_for() -> None:
    both = "0171 1234567 / 030 5550142"
    for fields in ({"phone": both}, {"phone": both, "phone_asked": both}):
        form = sent(InGermany, **fields)
        assert form.errors == {"phone": ["Please enter one phone number only."]}
        assert f'value="{both}"' in str(form["phone"])


def test_the_control_is_one_for_telephones() -> None:
    assert 'type="tel"' in str(Details()["phone"])
    assert "phone_asked" not in str(Details()["phone"])


@pytest.mark.parametrize(
    ("zone", "locale", "region"),
    [
        ("America/Mexico_City", "en-GB", "MX"),
        ("Europe/Vienna", "de-DE", "AT"),
        ("UTC", "en-US", "US"),
        ("Etc/GMT+5", "de-DE", "DE"),
        ("UTC", "en", "GB"),
    ],
)
def test_the_country_is_that_of_the_zone_or_of_the_locale(
    zone: str, locale: str, region: str
) -> None:
    assert Business(time_zone=zone, locale=locale).country == region
