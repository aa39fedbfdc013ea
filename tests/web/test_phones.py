"""Old forms of numbers are understood, odd ones asked about, and only nonsense is refused."""

import pytest
from django import forms
from django.http import QueryDict

from apps.bookings.forms.questions import PhoneField
from apps.bookings.wording import region_of
from apps.businesses.models import Business
from apps.web.phones import Phone, link_of_phone, read_phone


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
        ("0161 496 0018", "GB", "+441614960018"),  # Manchester, as ever
        ("01212345678", "VN", "+84792345678"),
        ("0162 3456789", "VN", "+84323456789"),
        ("030 5550142", "DE", "+49305550142"),
        ("0049 30 5550142", "DE", "+49305550142"),
        ("030 5550142", "AT", "+43305550142"),  # no such place, but a number that could be
        ("+49 (0)30 5550142", "DE", "+49305550142"),
        ("+49\u201130\u20115550142", "DE", "+49305550142"),  # with hyphens of a web page
        ("030 – 555 01 42", "DE", "+49305550142"),
        ("\u202d+49 30 5550142\u202c", "DE", "+49305550142"),  # as address books copy it
        ("tel:+49305550142", "DE", "+49305550142"),
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
    ],
)
def test_a_number_is_dialled_with_a_tap(phone: str, link: str) -> None:
    assert link_of_phone(phone) == link


@pytest.mark.parametrize("typed", ["abc", "1234", "1" * 21, "<script>12345", "12345\u202e6"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert read_phone(typed, region="DE") is None


class Details(forms.Form):
    phone = PhoneField(region="BJ")


def sent(**fields: str) -> Details:
    data = QueryDict(mutable=True)
    data.update(fields)
    return Details(data)


def test_sent_once_more_it_is_kept_as_it_was_typed() -> None:
    first = sent(phone="91 1234567 12 12")
    assert first.errors == {
        "phone": ["We know no numbers like this. Check it, or send it once more to keep it."]
    }
    page = str(first["phone"])
    assert '<input type="hidden" name="phone_asked" value="91 1234567 12 12">' in page

    again = sent(phone="91 1234567 12 12", phone_asked="91 1234567 12 12")
    assert (again.is_valid(), again.cleaned_data["phone"]) == (True, "91 1234567 12 12")
    other = sent(phone="91 7654321 12 12", phone_asked="91 1234567 12 12")
    assert not other.is_valid()


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
    assert region_of(Business(time_zone=zone, locale=locale)) == region
