"""PgBouncer in front of a throw-away PostgreSQL, by unix sockets in folders that go with it."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bookings_portal.legs import ENGINES
from bookings_portal.throwaway_postgres import server_user

PATIENCE = 30
PORT = 6432  # names the socket; nothing listens on the network
FEW = 3  # connections to the server, for all clients together

CONFIGURATION = """
[databases]
* = host={server}

[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {few}
max_client_conn = 200
logfile = {folder}/log
pidfile = {folder}/pid
"""
"""Without ignore_startup_parameters: whoever asks for `options` is refused."""


def find_pgbouncer() -> str | None:
    """The pgbouncer to run: on PATH, or where Debian puts it."""
    return next((path for name in ENGINES["PgBouncer"] if (path := shutil.which(name))), None)


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """The DATABASE_URL that leads to the same server and database through a pooler."""
    address, _found, server = url.partition("?host=")
    folder = Path(tempfile.mkdtemp(prefix="portal-pool-"))
    user = server_user(folder)
    configuration = CONFIGURATION.format(server=server, folder=folder, port=PORT, few=FEW)
    (folder / "ini").write_text(configuration)
    (folder / "users").write_text('"shop" ""\n"portal" ""\n')
    command = [find_pgbouncer() or "pgbouncer", "-q", str(folder / "ini")]
    drop = ["-u", user] if user else []
    try:
        with subprocess.Popen([*command, *drop], cwd="/", stderr=subprocess.DEVNULL) as bouncer:
            try:
                _wait(folder / f".s.PGSQL.{PORT}", bouncer)
                yield f"{address}?host={folder}&port={PORT}"
            finally:
                bouncer.terminate()
                bouncer.wait(PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(socket: Path, bouncer: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while not os.access(socket, os.F_OK):
        assert bouncer.poll() is None, "pgbouncer does not start"
        assert time.monotonic() < until, "pgbouncer does not listen"
        time.sleep(0.05)
