"""`manage.py up`: prepare what is missing, serve, tell where, and end the processes it started
together.

Standard library only: this process never imports Django, so a warm start is two file reads away
from starting the web server.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from bookings_portal import prepare
from bookings_portal.env import read_flag
from bookings_portal.install import install

BASE_DIR = Path(__file__).resolve().parent.parent
WORKER_CLASS = "bookings_portal.patient_worker.PatientWorker"
PATIENCE = 60.0  # seconds until the first answer
GRACE = 8.0  # seconds between asking a child to stop and making it


class CannotServe(Exception):
    """The portal cannot be served; the text is one sentence."""


class Stopped(Exception):
    """The terminal or the system asked us to stop."""


@dataclass
class Child:
    """One process of ours: how and where to start it, and the one that runs now."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        # In a session of its own: Ctrl-C reaches us only, and we end the children in order.
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=self.folder,
            start_new_session=sys.platform != "win32",
        )

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None


@contextmanager
def signals_noted() -> Iterator[list[int]]:
    """Yield a list that Ctrl-C, SIGTERM and a closed terminal add to inside the block.

    Nothing is raised: in the middle of `Popen.poll` that would leave a lock taken for ever.
    """
    noted: list[int] = []
    wanted = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32":
        wanted.append(signal.SIGHUP)

    def note(number: int, _frame: FrameType | None) -> None:
        noted.append(number)

    before = {number: signal.signal(number, note) for number in wanted}
    try:
        yield noted
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def watch(*, web: Child, worker: Child | None, noted: Sequence[int]) -> int:
    """Wait until the web server ends; a worker that dies is started again after a second.

    Raises:
        Stopped: a signal was noted.
    """
    while (code := web.exit_code()) is None:
        if noted:
            raise Stopped
        if worker and worker.exit_code() is not None:
            print(f"The worker stopped ({worker.exit_code()}); starting it again.", flush=True)
            time.sleep(1)
            worker.start()
        time.sleep(0.2)
    return code


def stop(children: list[Child]) -> None:
    """Ask every child to finish what it holds, wait, and end what is still there."""
    running = [child.process for child in children if child.process and child.exit_code() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE
    for process in running:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def up(arguments: list[str]) -> int:
    """Everything from a clean clone to a page in the browser; returns the exit code."""
    started = time.perf_counter()
    options = _options(arguments)
    prepare.check_database_address(BASE_DIR)
    check_port(options.host, options.port)
    python = str(install(BASE_DIR, "requirements.txt"))
    environment = _environment(options)
    demo_text = prepare.prepare(base=BASE_DIR, python=python, environment=environment)
    ours = {**environment, "PORTAL_PROCESS": "web"}
    web = Child("web", _web_command(python, options), ours, BASE_DIR)
    worker = _worker(python, environment)
    family = [child for child in (web, worker) if child]
    try:
        with signals_noted() as noted:
            for child in family:
                child.start()
            _wait_for_answer(web, options, noted)
            _tell(environment["PORTAL_ORIGIN"], demo_text, time.perf_counter() - started)
            code = watch(web=web, worker=worker, noted=noted)
            raise CannotServe(f"The web server stopped by itself (exit code {code}).")
    except Stopped:
        return 0
    finally:
        stop(family)
        print("\nStopped.")


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Start the booking portal.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument("--no-demo", action="store_true", help="start without demo businesses")
    return parser.parse_args(arguments)


def check_port(host: str, port: int) -> None:
    """Raises CannotServe with a sentence when nobody can listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # A port that a stopped server left a moment ago is free for us, as for gunicorn.
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port, *address[2:]))
            probe.listen(1)
    except (OSError, OverflowError) as error:
        raise CannotServe(
            f"Port {port} on {host} cannot be used ({getattr(error, 'strerror', error)}): stop "
            f"the other program, or run `python3 manage.py up --port {min(port + 1, 65535)}`."
        ) from error


def _environment(options: argparse.Namespace) -> dict[str, str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bookings_portal.settings"}
    name = _own_address() if options.host in {"0.0.0.0", "::"} else options.host  # noqa: S104
    host = f"[{name}]" if ":" in name else name
    environment.setdefault("PORTAL_ORIGIN", f"http://{host}:{options.port}")
    environment.setdefault("LOG_LEVEL", "WARNING")
    demo = read_flag("DEMO", default=not environment["PORTAL_ORIGIN"].startswith("https:"))
    environment["DEMO"] = "1" if demo and not options.no_demo else "0"
    return environment


def _own_address() -> str:
    """This machine's address in its network, so that a phone beside it finds the portal."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; the address is for documentation only
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _web_command(python: str, options: argparse.Namespace) -> list[str]:
    host = f"[{options.host}]" if ":" in options.host else options.host
    address = f"{host}:{options.port}"
    if sys.platform == "win32":  # gunicorn needs fork()
        return [python, str(BASE_DIR / "manage.py"), "runserver", "--noreload", address]
    return [
        *(python, "-m", "gunicorn", "bookings_portal.wsgi", "--bind", address),
        *("--worker-class", WORKER_CLASS, "--workers", "2", "--threads", "4", "--preload"),
        *("--graceful-timeout", "5", "--log-level", "warning", "--no-control-socket"),
    ]


def _worker(python: str, environment: dict[str, str]) -> Child | None:
    if not prepare.has_command(BASE_DIR, "worker"):
        return None
    return Child("worker", [python, str(BASE_DIR / "manage.py"), "worker"], environment, BASE_DIR)


def _wait_for_answer(web: Child, options: argparse.Namespace, noted: Sequence[int]) -> None:
    local = "127.0.0.1" if options.host in {"0.0.0.0", "::"} else options.host  # noqa: S104
    host = f"[{local}]" if ":" in local else local
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and web.exit_code() is None:
        if noted:
            raise Stopped
        try:
            with urllib.request.urlopen(f"http://{host}:{options.port}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:  # it answers, whatever it says to this host name
            return
        except OSError:
            time.sleep(0.05)
    raise CannotServe("The web server did not start: its reason stands above.")


def _tell(origin: str, demo_text: str, seconds: float) -> None:
    print(f"\nThe booking portal is open at {origin}/ (after {seconds:.1f} s).")
    if demo_text:
        print(f"\n{demo_text.strip()}")
    print("\nCtrl-C stops it.", flush=True)
