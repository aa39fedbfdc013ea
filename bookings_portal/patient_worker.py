"""A gunicorn worker that gives a request to a thread once all of it has arrived (ADR 21).

gunicorn's own threads read from the socket themselves: a client that sends half a request keeps a
thread for as long as it likes, and a few dozen of them keep all. Here the loop that waits for
connections collects the bytes, and threads only ever see whole requests, read from memory.
"""

import errno
import socket
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

PATIENCE = 20.0  # seconds for a whole request to arrive
PATIENCE_WHEN_STOPPING = 2.0  # seconds
PIECE = 64 * 1024
LONGEST_HEAD = 64 * 1024
LONGEST_BODY = 512 * 1024
"""More than any form of ours and any message of a provider; there are no uploads."""
END_OF_HEAD = b"\r\n\r\n"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
NOBODY_THERE = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)


class Refused(Exception):
    """The request will not be waited for; the text is the status line's end."""


class Arrival:
    """The bytes of a connection that no thread has seen yet, and how many its next request has."""

    def __init__(self, kept: bytes = b"") -> None:
        self.kept = bytearray(kept)
        self.length: int | None = None  # of the first request, once its head is here
        self.expects_word = False  # the client waits for "100 Continue" before it sends the body
        self._looked_at = 0

    def add(self, piece: bytes) -> None:
        """Keep what came.

        Raises:
            Refused: the head or the body is too long, or the body does not say how long it is.
        """
        self.kept += piece
        if self.length is not None:
            return
        end = self.kept.find(END_OF_HEAD, self._looked_at)
        self._looked_at = max(0, len(self.kept) - len(END_OF_HEAD) + 1)
        if end >= 0:
            self._read_head(end)
        elif len(self.kept) > LONGEST_HEAD:
            raise Refused("431 Request Header Fields Too Large")

    @property
    def is_whole(self) -> bool:
        return self.length is not None and len(self.kept) >= self.length

    def split(self) -> tuple[bytes, "Arrival"]:
        """The first request, which has to be whole, and what came behind it."""
        return bytes(self.kept[: self.length]), Arrival(bytes(self.kept[self.length :]))

    def _read_head(self, end: int) -> None:
        """Only what tells the length: gunicorn reads the head again, and judges it."""
        body = 0
        for line in bytes(self.kept[:end]).split(b"\r\n")[1:]:
            name, _colon, value = (part.strip().lower() for part in line.partition(b":"))
            if name == b"transfer-encoding":
                raise Refused("411 Length Required")
            if name == b"content-length" and value.isdigit():
                body = max(body, int(value[:12]))
            if name == b"expect" and value == b"100-continue":
                self.expects_word = True
        if body > LONGEST_BODY:
            raise Refused("413 Content Too Large")
        self.length = end + len(END_OF_HEAD) + body


class Connection(TConn):
    """A connection whose bytes come through ``arrival``; it never reads from its socket itself."""

    def __init__(self, *facts: Any) -> None:
        super().__init__(*facts)
        self.arrival = Arrival()
        self.initialized = True  # there is nothing to read or to shake hands about


class PatientWorker(ThreadWorker):
    """gthread with the reading in front of the threads. Plain http only: TLS is the proxy's."""

    def accept(self, listener: Any) -> None:
        """Take a connection, and collect its first request."""
        if self.cfg.is_ssl:
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in NOBODY_THERE:
                raise
            return
        self.nr_conns += 1
        self._collect(Connection(self.cfg, client, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """The next request on a connection that was kept open begins to arrive."""
        if not isinstance(conn, Connection):
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._collect(conn)

    def on_pending_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Some more bytes have come, or the client has gone."""
        if not isinstance(conn, Connection):
            super().on_pending_socket_readable(conn, client)
            return
        try:
            piece = client.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece = b""
        if not piece:
            self._drop(conn)
            return
        self._go_on(conn, piece)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """After an answer: what came behind the request may be the next one already."""
        super().finish_request(conn, fs)
        if isinstance(conn, Connection) and conn.arrival.kept and conn in self.keepalived_conns:
            self.on_client_socket_readable(conn, conn.sock)

    def murder_pending(self) -> None:
        """Close what took too long; a worker that is told to stop waits two seconds at most."""
        if not self.alive:
            soon = time.monotonic() + PATIENCE_WHEN_STOPPING
            for conn in self.pending_conns:
                conn.timeout = min(conn.timeout or soon, soon)
        super().murder_pending()

    def _collect(self, conn: Connection) -> None:
        """Wait for a whole request, ``PATIENCE`` seconds from now on (``murder_pending``)."""
        conn.sock.settimeout(0)
        conn.timeout = time.monotonic() + PATIENCE
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
        if conn.arrival.kept:
            self._go_on(conn, b"")
        else:
            self.on_pending_socket_readable(conn, conn.sock)  # most are here at once

    def _go_on(self, conn: Connection, piece: bytes) -> None:
        arrival = conn.arrival
        try:
            arrival.add(piece)
            if arrival.is_whole:
                self._stop_collecting(conn)
                whole, conn.arrival = arrival.split()
                conn.parser = http.get_parser(self.cfg, [whole], conn.client)
                self.enqueue_req(conn)
            elif arrival.expects_word:
                arrival.expects_word = False
                conn.sock.send(GO_ON)
        except (Refused, OSError) as refused:
            self._drop(conn, status=str(refused) if isinstance(refused, Refused) else "")

    def _stop_collecting(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)

    def _drop(self, conn: Connection, status: str = "") -> None:
        self._stop_collecting(conn)
        self.nr_conns -= 1
        if status:
            answer = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            with suppress(OSError):  # gone, or not listening
                conn.sock.send(answer.encode())
        conn.close()
