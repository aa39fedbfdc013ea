"""A request may claim any charset. No database: these knock at the door that gunicorn uses."""

from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from bookings_portal.wsgi import application

ODD_CHARSETS = ["hex", "rot13", "undefined", "utf-16", "idna", "nonsense", "punycode"]


@pytest.mark.parametrize("charset", ODD_CHARSETS)
def test_an_odd_charset_breaks_nothing(charset: str) -> None:
    """Django's own test client builds its request behind the door, so this knocks at the door."""
    asked = {
        "text/html": ("GET", b""),
        "application/x-www-form-urlencoded": ("POST", b"service=cut"),
        "multipart/form-data; boundary=x": ("POST", b"--x--\r\n"),
    }

    codes = [
        knock(method, "/robots.txt", f"{kind}; charset={charset}", body)
        for kind, (method, body) in asked.items()
    ]

    assert codes == [200, 403, 403]


def knock(method: str, path: str, kind: str, body: bytes) -> int:
    heard: list[str] = []
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "q=a",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)

    def start(status: str, _headers: object, _error: object = None) -> Any:
        heard.append(status)

    b"".join(application(environ, start))
    return int(heard[0][:3])
