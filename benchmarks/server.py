"""The portal as `up` serves it: gunicorn on loopback, with the limits per address lifted."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4
PATIENCE = 60


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(port: int) -> Iterator[None]:
    """Serve the database of DATABASE_URL at this port until the block ends.

    Raises:
        RuntimeError: it does not answer within a minute.
    """
    command = [
        *(sys.executable, "-m", "gunicorn", "bookings_portal.wsgi"),
        *(
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "bookings_portal.patient_worker.PatientWorker",
            "--preload",
        ),
        *("--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "30"),
        *("--log-level", "error", "--no-control-socket"),
    ]
    environment = {**os.environ, "PORTAL_PROCESS": "web"}
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment) as web:  # noqa: S603  our own
        try:
            _wait(port, web)
            yield
        finally:
            web.terminate()
            try:
                web.wait(15)
            except subprocess.TimeoutExpired:
                web.kill()


def _wait(port: int, web: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and web.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The web server of the bench did not start.")
