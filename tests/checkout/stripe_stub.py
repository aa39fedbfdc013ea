"""A Stripe on loopback: a real HTTP server, and messages as Stripe signs them."""

import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.checkout.stripe_memory import SECRET_KEY, Row, StripeError, Stub

WEBHOOK_SECRET = "whsec_" + "stubbed"
SLOW = 1.0  # seconds


def event(kind: str, about: Row, *, event_id: str = "evt_1", **changes: Any) -> bytes:
    """A message as Stripe sends it."""
    told = {"id": event_id, "object": "event", "type": kind, "livemode": False, **changes}
    return json.dumps({**told, "data": {"object": about}}).encode()


def signature(body: bytes, *, at: float, secret: str = WEBHOOK_SECRET) -> str:
    """Stripe's header for a body, made without any code of ours."""
    stamp = int(at)
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, sha256).hexdigest()
    return f"t={stamp},v1={digest},v0={'0' * 64}"


class Server(ThreadingHTTPServer):
    """Listens on a free port of this machine, and answers from one memory."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.stub = Stub()
        self.stub.base = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self._serve("GET", urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._serve("POST", self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())

    def _serve(self, method: str, form: str) -> None:
        path, params = urlsplit(self.path).path, dict(parse_qsl(form, keep_blank_values=True))
        stub = self.server.stub
        with stub.lock:
            stub.asked.append((method, path, params))
            failure = self._failure(f"{method} {path}")
            if failure == "500":
                self._say(500, {"error": {"type": "api_error", "message": SECRET_KEY}})
                return
            status, body = self._answer(method, path, params)
        if failure == "slow":
            time.sleep(SLOW)
        if failure == "drop":
            self.close_connection = True
            return
        self._say(*((200, ["who", "knows"]) if failure == "garbage" else (status, body)))

    def _failure(self, said: str) -> str:
        for failure in self.server.stub.failures:
            if failure.times and failure.path in said:
                failure.times -= 1
                return failure.how
        return ""

    def _answer(self, method: str, path: str, params: Row) -> tuple[int, Row]:
        try:
            if self.headers["Authorization"] != f"Bearer {SECRET_KEY}":
                raise StripeError(401, "invalid_request_error")
            key = self.headers["Idempotency-Key"] if method == "POST" else ""
            return 200, self.server.stub.answer(method, path, params, key or "")
        except StripeError as no:
            return no.status, no.body()

    def _say(self, status: int, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[Stub]:
    """A stub that listens until the test is over."""
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
