"""The processes `up` starts, and how they end together. Standard library only."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

GRACE = 8.0  # seconds between asking a child to stop and making it


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
def signals_raise_stopped() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal raise Stopped inside the block."""
    wanted = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32":
        wanted.append(signal.SIGHUP)
    before = {number: signal.signal(number, _raise_stopped) for number in wanted}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def watch(*, web: Child, worker: Child | None) -> int:
    """Wait until the web server ends; a worker that dies is started again after a second."""
    while (code := web.exit_code()) is None:
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
