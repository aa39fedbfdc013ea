"""Addresses in the order of their country."""

import pytest

from apps.businesses.models import Location, Parts, country_of, one_line


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("US", "48 Commercial Street, Portland, ME 04101"),
        ("CA", "48 Commercial Street, Portland ME 04101"),
        ("GB", "48 Commercial Street, Portland, 04101"),
        ("DE", "48 Commercial Street, 04101 Portland"),
        ("HU", "Portland, 48 Commercial Street, 04101"),
        ("", "48 Commercial Street, 04101 Portland"),
        ("ZZ", "48 Commercial Street, 04101 Portland"),
    ],
)
def test_an_address_has_the_order_of_its_country(country: str, words: str) -> None:
    parts = Parts("48 Commercial Street", "04101", "Portland", "ME", country)
    assert one_line(parts) == words


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (Parts("", "", "", "", "US"), ""),
        (Parts("48 Commercial Street", "", "", "", "US"), "48 Commercial Street"),
        (
            Parts("48 Commercial Street", "04101", "Portland", "", "US"),
            "48 Commercial Street, Portland 04101",
        ),
        (Parts("", "", "Portland", "ME", "US"), "Portland, ME"),
        (
            Parts("Rua Augusta 8", "01305-000", "São Paulo", "", "BR"),
            "Rua Augusta 8, São Paulo, 01305-000",
        ),
        (
            Parts("Unit 4-6, 20 Mare Street", "E8 4AA", "London", "", "GB"),
            "Unit 4-6, 20 Mare Street, London, E8 4AA",
        ),
        (Parts("神宮前1-1", "", "", "", "JP"), "神宮前1-1"),
    ],
)
def test_what_is_not_known_leaves_no_gap(parts: Parts, words: str) -> None:
    assert one_line(parts) == words


def test_a_place_says_its_address_in_that_order() -> None:
    place = Location(
        street="48 Commercial Street",
        postal_code="04101",
        city="Portland",
        region="ME",
        country="US",
    )
    assert place.address == "48 Commercial Street, Portland, ME 04101"


@pytest.mark.parametrize(
    ("zone", "locale", "country"),
    [
        ("America/New_York", "en-GB", "US"),
        ("Europe/Vienna", "de-DE", "AT"),
        ("UTC", "en-US", "US"),
        ("Etc/GMT+5", "de-DE", "DE"),
        ("UTC", "nonsense!", "GB"),
    ],
)
def test_the_country_is_that_of_the_zone_or_of_the_locale(
    zone: str, locale: str, country: str
) -> None:
    assert country_of(time_zone=zone, locale=locale) == country
