"""`manage.py up` from the outside: sentences for what is missing, and a portal that answers."""

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from bookings_portal import install, prepare, serve, throwaway_postgres
from bookings_portal.legs import CLOSING, verdict
from tests.addresses import address_of
from tests.ports import free_port
from tests.upgrades.databases import database_of

BASE_DIR = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds; how long a busy machine may take
MANAGE = BASE_DIR / "manage.py"


def run(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=BASE_DIR,
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_an_old_python_gets_a_sentence() -> None:
    pretend = (
        "import runpy, sys; sys.version_info = (3, 8, 20, 'final', 0); "
        "sys.argv = ['manage.py', 'up']; runpy.run_path('manage.py', run_name='__main__')"
    )
    done = run("-c", pretend)

    assert (done.returncode, done.stderr) == (
        1,
        "Python 3.11 or newer is needed; this is 3.8.20.\n",
    )


def test_manage_py_can_be_read_by_any_python_3() -> None:
    tree = ast.parse(MANAGE.read_text(encoding="utf-8"), feature_version=(3, 4))

    # What Python 2 stumbles over as well: annotations, f-strings, keyword-only arguments.
    assert [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr | ast.AnnAssign | ast.FunctionDef)
    ] == []


def test_a_taken_port_gets_a_sentence(taken_port: int) -> None:
    done = run("manage.py", "up", "--port", str(taken_port), DATABASE_URL="")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Port {taken_port} on 127.0.0.1 cannot be used (Address already in use): stop the other "
        f"program, or run `python3 manage.py up --port {taken_port + 1}`.\n"
    )


def test_a_port_that_is_none_gets_a_sentence() -> None:
    with pytest.raises(serve.CannotServe, match="Port 70000 on localhost cannot be used"):
        serve.check_port("localhost", 70_000)


def test_an_unknown_database_gets_a_sentence_before_anything_happens() -> None:
    done = run("manage.py", "up", DATABASE_URL="mysql://localhost/shop")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "DATABASE_URL starts with 'mysql', which is unknown: write sqlite:///file.sqlite3 or "
        "postgresql://user:password@host:5432/name.\n"
    )


def test_a_python_without_venv_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text("")
    monkeypatch.setenv("PATH", "")  # no uv
    monkeypatch.setitem(sys.modules, "ensurepip", None)  # Debian without python3-venv

    with pytest.raises(install.CannotInstall, match="Python's venv module is missing"):
        install.install(tmp_path, "requirements.txt")


def test_requirements_that_cannot_be_had_get_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    # No index at all: what pip sees where there is no network.
    (tmp_path / "requirements.txt").write_text(f"portal==1 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(install.CannotInstall) as refusal:
        install.install(tmp_path, "requirements.txt")

    assert re.fullmatch(
        r"The requirements could not be installed \([^\n]+\): check the network or its proxy and "
        r"the free disk space, then run the same command again\.",
        str(refusal.value),
    )


def test_a_full_disk_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("")
    monkeypatch.setattr(install, "NEEDED_BYTES", 2**63)

    with pytest.raises(install.CannotInstall, match="The disk is nearly full"):
        install.install(tmp_path, "requirements.txt")


def test_what_is_installed_is_not_installed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = install.venv_python(tmp_path)
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("")
    monkeypatch.setattr(install, "_install_file", lambda _python, _file: None)
    install.install(tmp_path, "requirements.txt")
    monkeypatch.setattr(install, "_install_file", lambda _python, _file: pytest.fail("again"))

    assert install.install(tmp_path, "requirements.txt") == python


def test_a_step_that_fails_is_named(tmp_path: Path) -> None:
    (tmp_path / "manage.py").write_text("raise SystemExit('no such table')")

    with pytest.raises(prepare.NotPrepared, match=r"^`manage.py migrate` failed: no such table$"):
        prepare.run_command(
            [sys.executable, str(tmp_path / "manage.py"), "migrate"], dict(os.environ)
        )


def test_without_server_binaries_the_leg_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(throwaway_postgres, "FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PG_BIN", raising=False)

    with (
        pytest.raises(throwaway_postgres.NoPostgres, match="no PostgreSQL server binaries"),
        throwaway_postgres.throwaway_postgres(),
    ):
        pytest.fail("there is no server")


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("======= 18 passed in 4.36s =======", "18 passed"),
        (
            "=== 1 failed, 2 passed, 3 skipped in 62.10s (0:01:02) ===",
            "1 failed, 2 passed, 3 skipped",
        ),
        ("tests/kernel/test_money.py ....", None),
    ],
)
def test_pytests_closing_line_is_found(line: str, counts: str | None) -> None:
    found = CLOSING.search(line)

    assert (found and found[1]) == counts


@pytest.mark.parametrize(
    ("codes", "code"),
    [([0, 0], 0), ([0, 5], 0), ([5, 0], 0), ([5, 5], 5), ([0, 1], 1), ([5, 1], 1), ([2, 0], 2)],
)
def test_a_leg_that_had_nothing_to_run_fails_nothing(codes: list[int], code: int) -> None:
    assert verdict(codes) == code


# Root needs no namespace of users, in which it would lose its way to the socket of the server.
OF_OUR_OWN = "-m" if os.geteuid() == 0 else "-rm"
MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
READ_ONLY = ("unshare", OF_OUR_OWN, "sh", "-c", MOUNTED, str(BASE_DIR))
"""Runs what follows where the checkout can only be read."""


def can_be_read_only() -> bool:
    """Whether this machine lets a test see its folders so."""
    if not shutil.which("unshare"):
        return False
    return subprocess.run([*READ_ONLY, "true"], capture_output=True, check=False).returncode == 0


class Up:
    """One `manage.py up`, typed in the data folder, and what it printed until it was open."""

    def __init__(
        self,
        port: int,
        data_dir: Path,
        *options: str,
        before: tuple[str, ...] = (),
        **changes: str,
    ) -> None:
        self.process = subprocess.Popen(
            [*before, sys.executable, str(MANAGE), "up", "--port", str(port), *options],
            cwd=data_dir,
            env={**os.environ, "DATA_DIR": str(data_dir), "PYTHONDONTWRITEBYTECODE": "", **changes},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        for line in self.process.stdout or ():
            self.lines.append(line.strip())
            if "Ctrl-C stops it." in line:
                return
        self.process.communicate()
        pytest.fail("\n".join(["It did not open:", *self.lines]))

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.lines += rest.splitlines()
        return self.process.returncode


@pytest.fixture
def nothing_yet(tmp_path: Path, transactional_db: None) -> Iterator[str]:
    """DATABASE_URL of an empty database; none on SQLite, where `up` makes a file by itself.

    The database of the tests would not do: its tables were made without migrations.
    """
    if connection.vendor == "sqlite":
        yield ""
        return
    with database_of("", folder=tmp_path) as database:
        yield address_of(database)


def test_a_signal_in_the_middle_of_something_lets_it_be_finished(tmp_path: Path) -> None:
    """Raised inside `Popen.poll` it left the lock of the child taken, so `stop` waited for ever."""
    before = signal.getsignal(signal.SIGTERM)
    child = serve.Child(
        "web", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ, tmp_path
    )
    with serve.signals_noted() as noted:
        child.start()
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(serve.Stopped):
            serve.watch(web=child, worker=None, noted=noted)

    serve.stop([child])

    assert noted == [signal.SIGTERM]
    assert child.exit_code() is not None
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.slow
@pytest.mark.long
def test_up_opens_the_portal_and_ctrl_c_closes_all_of_it(tmp_path: Path, nothing_yet: str) -> None:
    port = free_port()
    origin = f"http://127.0.0.1:{port}"

    first = Up(port, tmp_path, "--no-demo", DATABASE_URL=nothing_yet)
    answers = [
        urllib.request.urlopen(f"{origin}{path}", timeout=PATIENCE).status
        for path in ("/healthz", "/readyz")
    ]
    code = first.stop()
    started = time.perf_counter()
    second = Up(port, tmp_path, "--no-demo", DATABASE_URL=nothing_yet)
    seconds = time.perf_counter() - started

    assert answers == [200, 200]
    assert (code, first.lines[-1]) == (0, "Stopped.")
    assert second.stop() == 0
    # Both servers are gone: the port can be had again.
    serve.check_port("127.0.0.1", port)
    print(f"warm start: {seconds:.2f} s")  # noqa: T201  shown with -rP, asserted nowhere


@pytest.mark.long
@pytest.mark.skipif(not can_be_read_only(), reason="folders cannot be made read-only here")
def test_up_keeps_everything_in_the_data_folder_where_the_checkout_can_only_be_read(
    tmp_path: Path, nothing_yet: str
) -> None:
    port = free_port()

    portal = Up(port, tmp_path, "--no-demo", before=READ_ONLY, DATABASE_URL=nothing_yet)
    status = urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE).status

    assert (status, portal.stop()) == (200, 0)
    assert (tmp_path / "compiled").is_dir()


@pytest.mark.skipif(not can_be_read_only(), reason="folders cannot be made read-only here")
def test_the_environment_is_in_the_data_folder_where_the_checkout_can_only_be_read(
    tmp_path: Path,
) -> None:
    ask = "from bookings_portal.install import *; print(*places(Path.cwd()))"

    found = subprocess.run(
        [*READ_ONLY, sys.executable, "-c", ask],
        cwd=BASE_DIR,
        env={**os.environ, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.split() == [str(BASE_DIR / ".venv"), str(tmp_path / ".venv")]


@pytest.mark.skipif(not can_be_read_only(), reason="folders cannot be made read-only here")
def test_without_a_data_folder_a_checkout_that_can_only_be_read_gets_a_sentence() -> None:
    done = subprocess.run(
        [*READ_ONLY, sys.executable, str(MANAGE), "up"],
        env={name: text for name, text in os.environ.items() if name != "DATA_DIR"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"The folder {BASE_DIR} cannot be written to (Read-only file system): set DATA_DIR to one "
        "that can, for the database and everything else that is kept.\n"
    )
