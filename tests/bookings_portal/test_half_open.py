"""Half a request keeps no thread: the web server of `up`, fifty clients who never finish."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bookings_portal.patient_worker import LONGEST_BODY, LONGEST_HEAD, Arrival, Refused
from bookings_portal.serve import BASE_DIR, _web_command
from tests.ports import free_port

HALF_OPEN = 50
PATIENCE = 120  # seconds; how long a busy machine may take
UNBEARABLE = 20  # seconds; gunicorn's own threads made others wait for 30 and more
HEAD = b"POST /webhooks/payments/practice HTTP/1.1\r\nHost: localhost\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
END = b"\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """`up`'s own command for the web server: two processes of four threads."""
    free = free_port()
    folder = tmp_path_factory.mktemp("half-open")
    environment = {
        **os.environ,
        "PORTAL_PROCESS": "web",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "DEBUG": "1",  # no collected statics are needed
    }
    command = _web_command(sys.executable, Namespace(host="127.0.0.1", port=free))
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment) as web:
        try:
            wait_for(free)
            yield free
        finally:
            web.terminate()


def wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            seconds_for_a_page(port)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server does not answer")


def seconds_for_a_page(port: int) -> float:
    started = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE) as answer:
        assert answer.read() == b"ok\n"
    return time.monotonic() - started


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def talk(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send pieces with a pause between them; everything that comes back until the end."""
    with connect(port) as client:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(pause)
        return everything(client)


def everything(client: socket.socket) -> bytes:
    told = b""
    while piece := client.recv(65536):
        told += piece
    return told


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET /juniper/ HTTP/1.1\r\nHost: loc",
        HEAD + b"Content-Length: 100000\r\n\r\n",
        HEAD + b"Content-Length: 100000\r\n\r\nhalf a body",
        HEAD + b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n",
    ],
    ids=["nothing", "half a head", "no body", "half a body", "waiting for a word"],
)
@pytest.mark.long
def test_fifty_halves_do_not_make_others_wait(port: int, half: bytes) -> None:
    """With gunicorn's own threads a page took longer than anybody waits: 30 s and more."""
    with ExitStack() as crowd:
        for _number in range(HALF_OPEN):
            crowd.enter_context(connect(port)).sendall(half)
        time.sleep(0.5)
        slowest = max(seconds_for_a_page(port) for _time in range(5))

    assert slowest < UNBEARABLE


def test_a_slow_phone_is_waited_for(port: int) -> None:
    whole = HEAD + b"Connection: close\r\nContent-Length: 12\r\n\r\n"

    told = talk(port, whole[:20], whole[20:50], whole[50:], b'{"half": ', b"10}", pause=0.2)

    assert told.startswith(b"HTTP/1.1 400 ")  # it was read as a whole, and nobody signed it


def test_one_connection_asks_twice_and_may_ask_ahead(port: int) -> None:
    twice = GET + END + GET + b"Connection: close\r\n" + END

    assert talk(port, twice).count(b"HTTP/1.1 200 OK") == 2
    assert (
        talk(port, GET + END, GET + b"Connection: close\r\n" + END, pause=0.5).count(
            b"HTTP/1.1 200 OK"
        )
        == 2
    )


def test_who_asks_whether_to_go_on_is_told(port: int) -> None:
    with connect(port) as client:
        client.sendall(
            HEAD + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        assert client.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        client.sendall(b"{}")
        assert b"HTTP/1.1 400 " in everything(client)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", b"411"),
        (HEAD + b"Content-Length: 999999999\r\n\r\n{}", b"413"),
        (HEAD + b"Cookie: " + b"x" * (LONGEST_HEAD + 1), b"431"),
        (HEAD + b"Content-Length: many\r\n\r\n", b"400"),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", b"400"),
        (b"\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused(port: int, request_bytes: bytes, status: bytes) -> None:
    assert talk(port, request_bytes)[9:12] == status


def test_a_request_may_arrive_byte_by_byte() -> None:
    arrival = Arrival()
    whole = HEAD + b"Content-Length: 3\r\n\r\nabc"
    was_whole = []
    for byte in whole:
        arrival.add(bytes([byte]))
        was_whole.append(arrival.is_whole)

    assert was_whole == [False] * (len(whole) - 1) + [True]
    first, rest = arrival.split()
    assert (first, bytes(rest.kept)) == (whole, b"")


def test_what_came_behind_a_request_is_kept_for_the_next() -> None:
    arrival = Arrival()
    arrival.add(GET + END + GET + END + b"GET /h")
    first, second = arrival.split()
    second.add(b"")
    again, third = second.split()
    third.add(b"")

    assert (first, again) == (GET + END, GET + END)
    assert (bytes(third.kept), third.is_whole) == (b"GET /h", False)


def test_the_longest_body_is_still_taken() -> None:
    Arrival().add(HEAD + f"Content-Length: {LONGEST_BODY}\r\n\r\n".encode())
    with pytest.raises(Refused):
        Arrival().add(HEAD + f"Content-Length: {LONGEST_BODY + 1}\r\n\r\n".encode())
