from pathlib import Path

import pytest

from bookings_portal.env import BadSetting
from bookings_portal.mail import parse_email_url

DATA = Path("/data")


def test_without_an_address_every_mail_is_a_file() -> None:
    assert parse_email_url("", data_dir=DATA)["EMAIL_FILE_PATH"] == "/data/mail"


def test_another_folder_may_be_named() -> None:
    assert parse_email_url("file:///var/mails", data_dir=DATA)["EMAIL_FILE_PATH"] == "/var/mails"


def test_a_server_far_away_is_spoken_to_with_starttls() -> None:
    assert parse_email_url("smtp://ol%40ga:p%3Aw@mx.example", data_dir=DATA) == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mx.example",
        "EMAIL_PORT": 587,
        "EMAIL_HOST_USER": "ol@ga",
        "EMAIL_HOST_PASSWORD": "p:w",
        "EMAIL_USE_SSL": False,
        "EMAIL_USE_TLS": True,
        "EMAIL_TIMEOUT": 10,
    }


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtps://mx.example", 465, True, False),
        ("smtp://127.0.0.1:2525", 2525, False, False),
        ("smtp://mx.example:25?starttls=0", 25, False, False),
        ("smtp://localhost:25?starttls=1", 25, False, True),
    ],
)
def test_port_and_protection_follow_the_address(
    url: str, port: int, *, tls: bool, starttls: bool
) -> None:
    settings = parse_email_url(url, data_dir=DATA)

    assert settings["EMAIL_PORT"] == port
    assert settings["EMAIL_USE_SSL"] is tls
    assert settings["EMAIL_USE_TLS"] is starttls


@pytest.mark.parametrize(
    "url", ["mx.example", "smtp://", "pop://mx.example", "smtp://mx.example:mail", "smtp://a?b=c"]
)
def test_another_address_gets_one_sentence(url: str) -> None:
    with pytest.raises(BadSetting, match=r"^EMAIL_URL [^\n]+\.$"):
        parse_email_url(url, data_dir=DATA)
