import pytest
from django.test import Client

pytestmark = pytest.mark.both_databases


def test_healthz_answers_without_a_database(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_asks_the_database(client: Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ready\n")


def test_every_answer_carries_the_safety_headers(client: Client) -> None:
    headers = client.get("/healthz").headers

    assert set(headers["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.django_db
def test_private_addresses_tell_no_other_site_and_stay_out_of_search(client: Client) -> None:
    """Pages with forms say same-origin: under no-referrer browsers send "Origin: null"."""
    link, page = client.get("/m/no-such-token").headers, client.get("/own/sign-in/").headers

    assert link["Referrer-Policy"] == "no-referrer"
    assert page["Referrer-Policy"] == "same-origin"
    assert (link["X-Robots-Tag"], page["X-Robots-Tag"]) == ("noindex", "noindex")
