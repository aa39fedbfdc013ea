import pytest
from django.db import connection
from django.test import Client

from bookings_portal.time_limits import keep_time_limits

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL only")
FORGET = """
DO $$ BEGIN
    EXECUTE format('ALTER ROLE SESSION_USER IN DATABASE %I RESET lock_timeout', current_database());
END $$
"""
pytestmark = pytest.mark.both_databases


def test_healthz_answers_without_a_database(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_asks_the_database(client: Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ready\n")


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_readyz_says_which_limit_the_database_has_lost_and_migrate_gives_it_back(
    client: Client,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
    connection.close()

    without = client.get("/readyz")
    keep_time_limits()

    text = "database without time limits (lock_timeout): run migrate\n"
    assert (without.status_code, without.content.decode()) == (503, text)
    assert client.get("/readyz").status_code == 200


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_role_that_may_set_no_limits_is_told_what_to_ask_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    keep_time_limits()

    assert [it.message.rpartition(": ")[2] for it in caplog.records] == [
        "have it set lock_timeout = 3000."
    ]
    connection.close()
    keep_time_limits()


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
