import json
import logging
import sys

import pytest
from django.test import Client

from bookings_portal.request_log import JsonFormatter, scrub


def record(message: str, *args: object) -> logging.LogRecord:
    return logging.LogRecord("portal", logging.INFO, __file__, 1, message, args, None)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/m/s3cret-token", "/m/***"),
        ("/m/calendar/s3cret-token.ics", "/m/calendar/***"),
        ("/m/calendars3cret", "/m/***"),
        ("/p/s3cret:to-ken", "/p/***"),
        ("/gifts/open/s3cret:to-ken", "/gifts/open/***"),
        ("/me/in/s3cret-token/", "/me/in/***/"),
        ("GET /m/s3cret?x=1 HTTP/1.1", "GET /m/***?x=1 HTTP/1.1"),
        ("/juniper/s/cut/", "/juniper/s/cut/"),
    ],
)
def test_link_tokens_never_reach_the_log(path: str, shown: str) -> None:
    assert scrub(path) == shown


def test_nobody_forges_a_second_line() -> None:
    text = JsonFormatter().format(record("name %s", 'Carl\n{"level": "ERROR"}'))

    assert text.count("\n") == 0
    assert json.loads(text)["message"] == 'name Carl\n{"level": "ERROR"}'


def test_a_trace_is_kept_and_scrubbed() -> None:
    entry = record("failed")
    try:
        raise LookupError("/m/s3cret-token")
    except LookupError:
        entry.exc_info = sys.exc_info()

    assert json.loads(JsonFormatter().format(entry))["trace"].splitlines()[-1] == (
        "LookupError: /m/***"
    )


def test_a_request_keeps_the_id_of_the_proxy(client: Client) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": "abc-12345"})

    assert response.headers["X-Request-ID"] == "abc-12345"


def test_a_strange_id_is_replaced(client: Client) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": 'x" onload="'})

    assert len(response.headers["X-Request-ID"]) == 16


def test_one_line_says_what_happened(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="portal.request"):
        client.get("/healthz?name=Carl")

    facts = [entry.__dict__["facts"] for entry in caplog.records]
    assert [(fact["method"], fact["path"], fact["status"]) for fact in facts] == [
        ("GET", "/healthz", 200)
    ]
