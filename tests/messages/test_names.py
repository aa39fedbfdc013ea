"""A name greets and never advertises (rule S9)."""

import pytest

from apps.messages.names import greeting_name, without_links


@pytest.mark.parametrize(
    ("typed", "greeting"),
    [
        ("Eva Lindner", "Eva"),
        ("  Zoë   Müller ", "Zoë"),
        ("محمد علي", "محمد"),
        ("O'Brien", "O'Brien"),
        ("Jean-Luc Picard", "Jean-Luc"),
        ("", ""),
        ("http://evil.example", ""),
        ("https://evil.example/win Eva", "Eva"),
        ("www.evil.example", ""),
        ("evil.example/win?x=1 Eva", "Eva"),
        ("EVIL.EXAMPLE", ""),
        ("hxxp://evil Eva", "Eva"),
        ("javascript:alert(1) Eva", "Eva"),
        ("mailto:sam@example.com", ""),
        ("sam@example.com Eva", "Eva"),
        ("//evil.example Eva", "Eva"),
        ("\u202eavE", "avE"),
        ("Eva\r\nBcc: sam@example.com", "Eva"),
        ("Eva, dear", "Eva"),
    ],
)
def test_greetings(typed: str, greeting: str) -> None:
    assert greeting_name(typed) == greeting


def test_an_advert_is_greeted_without_its_link() -> None:
    advert = "Win EUR 1000 http://evil.example"
    assert without_links(advert) == "Win EUR 1000"
    assert greeting_name(advert) == "Win"


def test_a_greeting_is_at_most_sixty_characters() -> None:
    assert greeting_name("A" * 10_000) == "A" * 60


def test_initials_are_no_host_name() -> None:
    assert without_links("J.R.R. Tolkien") == "J.R.R. Tolkien"
