"""An owner may choose any colour; the page stays readable (rule W6)."""

from random import Random

import pytest

from apps.businesses.accent import (
    DARK,
    LIGHT,
    NotAColour,
    Scheme,
    accent_css,
    accent_digest,
    contrast,
    derive,
)

LEVELS = ("00", "80", "FF")
CORNERS = [f"#{red}{green}{blue}" for red in LEVELS for green in LEVELS for blue in LEVELS]


def _worst(colour: str) -> dict[str, float]:
    accent = derive(colour)
    worst = {"fill": 21.0, "text": 21.0, "soft": 21.0, "line": 21.0}
    for scheme, ground in ((accent.light, LIGHT), (accent.dark, DARK)):
        grounds = (ground.paper, ground.surface, ground.sunken)
        found = {
            "fill": min(contrast(fill, scheme.on_fill) for fill in (scheme.fill, scheme.hover)),
            "text": min(contrast(scheme.text, other) for other in (*grounds, scheme.soft)),
            "soft": contrast(scheme.soft, ground.ink),
            "line": min(contrast(scheme.line, other) for other in grounds[:2]),
        }
        worst = {name: min(worst[name], found[name]) for name in worst}
    return worst


def _failures(colours: list[str]) -> list[str]:
    wanted = {"fill": 4.6, "text": 4.6, "soft": 12.0, "line": 3.1}
    return [
        f"{colour} {name} {ratio:.2f}"
        for colour in colours
        for name, ratio in _worst(colour).items()
        if ratio < wanted[name]
    ]


def _random_colours(count: int) -> list[str]:
    random = Random(count)  # noqa: S311 - a repeatable sample, not a secret
    return [f"#{random.randrange(1 << 24):06X}" for _ in range(count)]


def test_corners_of_the_colour_cube_keep_every_ratio() -> None:
    assert _failures(CORNERS) == []


def test_a_thousand_random_colours_keep_every_ratio() -> None:
    assert _failures(_random_colours(1_000)) == []


@pytest.mark.slow
@pytest.mark.long
def test_twenty_thousand_random_colours_keep_every_ratio() -> None:
    assert _failures(_random_colours(20_000)) == []


def test_a_colour_that_is_already_good_is_kept_as_the_fill() -> None:
    assert derive("#1F6152").light.fill == "#1F6152"


def test_yellow_is_darkened_by_day_and_kept_at_night() -> None:
    accent = derive("#E6B800")
    assert (accent.light.on_fill, accent.dark.fill) == ("#FFFFFF", "#E6B800")


def test_grey_stays_grey() -> None:
    fill = derive("#FFFFFF").light.fill
    assert fill[1:3] == fill[3:5] == fill[5:7]


def test_the_two_schemes_have_six_tones_each() -> None:
    assert len(Scheme.__slots__) == 6
    assert accent_css("#1F6152").count("light-dark(") == 6


def test_the_stylesheet_is_short_and_sets_only_custom_properties() -> None:
    text = accent_css("#B4643C")
    assert text.startswith("@layer tokens{:root{--accent:light-dark(#")
    assert len(text) < 300


def test_the_digest_follows_the_colour() -> None:
    assert accent_digest("#1F6152") == accent_digest("#1f6152")
    assert accent_digest("#1F6152") != accent_digest("#1F6153")


def test_a_stored_value_that_is_no_colour_gives_the_default_tones() -> None:
    assert accent_css("red;}") == accent_css("#1f6152")


@pytest.mark.parametrize("text", ["", "red", "#FFF", "#12345G", "#1F6152;}", "#1F6152\n", "url(x)"])
def test_anything_but_six_hexadecimal_digits_is_refused(text: str) -> None:
    with pytest.raises(NotAColour):
        derive(text)
