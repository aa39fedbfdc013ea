"""Time zones are found by the names that people type, and shown by those that people read."""

import pytest

from apps.web.zone_names import find_zones, name_of_zone


@pytest.mark.parametrize(
    "words", ["Sao Paulo", "sao_paulo", "São Paulo", "SÃO PAULO", "america/sao_paulo"]
)
@pytest.mark.parametrize("locale", ["de-DE", "pt-BR", "en-GB"])
def test_a_city_is_found_with_and_without_its_accents(words: str, locale: str) -> None:
    assert [it.name for it in find_zones(words, locale=locale)] == ["America/Sao_Paulo"]


@pytest.mark.parametrize(
    ("name", "locale", "city"),
    [
        ("America/Sao_Paulo", "de-DE", "São Paulo"),
        ("America/Sao_Paulo", "pt-BR", "São Paulo"),
        ("America/Asuncion", "en-GB", "Asunción"),
        ("Indian/Reunion", "en-GB", "Réunion"),
        ("Asia/Kolkata", "en-GB", "Kolkata"),
        ("Europe/Kyiv", "en-GB", "Kyiv"),
    ],
)
def test_a_city_has_the_name_that_its_language_gives_it(name: str, locale: str, city: str) -> None:
    assert name_of_zone(name, locale=locale).city == city


def test_those_whose_city_begins_so_stand_first() -> None:
    assert find_zones("asuncion", locale="en-GB")[0].city == "Asunción"
    assert find_zones("paris", locale="en-GB")[0].name == "Europe/Paris"
