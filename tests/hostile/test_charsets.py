"""A request may claim any charset; Django believes it before any middleware can object."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from asgiref.sync import async_to_sync
from django.core.handlers.wsgi import WSGIRequest

from bookings_portal.charset import (
    Message,
    Receive,
    Scope,
    Send,
    speaking_utf8,
    speaking_utf8_async,
)

ODD_CHARSETS = ["hex", "rot13", "undefined", "utf-16", "idna", "nonsense", "punycode", '"hex"']
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


def read(environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
    request = WSGIRequest(environ)
    return [f"{request.GET['q']} {request.POST.get('note', '')}".encode()]


def say_nothing(_status: str, _headers: Any, _error: Any = None, /) -> Any:
    """A WSGI start_response that nobody hears."""


def words(kind: str, body: bytes) -> str:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "QUERY_STRING": "q=%C3%A4",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)
    return b"".join(speaking_utf8(read)(environ, say_nothing)).decode()


@pytest.mark.parametrize("charset", ODD_CHARSETS)
def test_every_request_is_read_as_utf_8(charset: str) -> None:
    """Seen to fail without the door: 'hex' is not a text encoding, before any view."""
    parts = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n\xc3\xb6\r\n--x--\r\n'

    assert words(f"{FORM}; charset={charset}", b"note=%C3%B6") == "ä ö"
    assert words(f"{PARTS}; charset={charset}", parts) == "ä ö"
    assert words(f"multipart/form-data; charset={charset}; boundary=x", parts) == "ä ö"
    assert words(f"text/plain; CHARSET*={charset}", b"note") == "ä "


def async_words(kind: str) -> list[tuple[bytes, bytes]]:
    heard: list[tuple[bytes, bytes]] = []

    async def listen(scope: Scope, _receive: Receive, _send: Send) -> None:
        heard.extend(scope["headers"])

    async def ask() -> None:
        headers = [(b"Content-Type", kind.encode()), (b"x-charset", b"text; charset=hex")]
        await speaking_utf8_async(listen)({"headers": headers}, _never, _never_told)

    with ThreadPoolExecutor(max_workers=1) as pool:  # a browser's loop may run in ours
        pool.submit(async_to_sync(ask)).result()
    return heard


async def _never() -> Message:
    raise AssertionError


async def _never_told(_message: Message) -> None:
    raise AssertionError


@pytest.mark.parametrize("charset", ODD_CHARSETS)
def test_an_asgi_server_reads_utf_8_too(charset: str) -> None:
    assert async_words(f"{FORM}; charset={charset}") == [
        (b"Content-Type", FORM.encode()),
        (b"x-charset", b"text; charset=hex"),
    ]
