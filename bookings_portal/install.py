"""The project's own environment in `.venv`, from pinned and hashed requirements.

Standard library only. A stamp inside `.venv` names what is installed, so a second start costs the
reading of one file; a removed `.venv` takes its stamp with it. Where the checkout can only be read,
`.venv` and what Python compiles are in the data folder.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bookings_portal.env import read_data_dir

NEEDED_BYTES = 400_000_000
RETRY = "then run the same command again"
STAMP = ".installed"


class CannotInstall(Exception):
    """The environment cannot be made; the text is one sentence for a newcomer."""


def places(base: Path) -> list[Path]:
    """Where the environment may be: beside the code, or else in the data folder when the checkout
    can only be read. Raises BadSetting when neither can be written to."""
    beside = base / ".venv"
    return [beside] if os.access(base, os.W_OK) else [beside, read_data_dir(base=base) / ".venv"]


def python_in(environment: Path) -> Path:
    """The interpreter inside an environment, whether it exists yet or not."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def venv_python(base: Path) -> Path:
    """The interpreter of the environment in use, whether it exists yet or not."""
    pythons = [python_in(place) for place in reversed(places(base))]
    return next((it for it in pythons if it.exists()), pythons[0])


def compile_elsewhere(base: Path) -> None:
    """Let Python keep what it compiles in the data folder when it cannot do so beside the code."""
    if not os.access(base, os.W_OK):
        compiled = str(read_data_dir(base=base) / "compiled")
        os.environ.setdefault("PYTHONPYCACHEPREFIX", compiled)


def install(base: Path, *files: str) -> Path:
    """Make the environment and install the requirement files; returns its interpreter.

    A later file contains the earlier ones (requirements-dev.txt holds requirements.txt), so only
    the last is installed and all are stamped. Raises CannotInstall.
    """
    wanted = [hashlib.sha256((base / file).read_bytes()).hexdigest() for file in files]
    for place in places(base):
        if python_in(place).exists() and wanted[-1] in _stamped(place):
            return python_in(place)
    if shutil.disk_usage(place.parent).free < NEEDED_BYTES:
        raise CannotInstall(f"The disk is nearly full: free 400 MB, {RETRY}.")
    print(f"Installing the requirements into {place} (once) ...", flush=True)
    python = python_in(place)
    _make_venv(place, python)
    _install_file(python, base / files[-1])
    (place / STAMP).write_text("\n".join(wanted))
    return python


def _stamped(place: Path) -> list[str]:
    """The digests of what is installed in this environment."""
    stamp = place / STAMP
    return stamp.read_text().split() if stamp.exists() else []


def _make_venv(place: Path, python: Path) -> None:
    if python.exists():
        return
    if uv := shutil.which("uv"):
        command = [uv, "venv", "-q", "--clear", "--python", sys.executable, str(place)]
    elif importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        command = [sys.executable, "-m", "venv", "--clear", str(place)]
    else:
        raise CannotInstall(
            "Python's venv module is missing: install it "
            f"(Debian and Ubuntu: apt install python3-venv), {RETRY}."
        )
    if reason := _failure(command):
        raise CannotInstall(f"The environment .venv cannot be made ({reason}): mend it, {RETRY}.")


def _install_file(python: Path, file: Path) -> None:
    if uv := shutil.which("uv"):
        # Compiled at once: without this every start compiles Django again where Python may not
        # write beside its modules.
        command = [uv, "pip", "install", "-q", "--compile-bytecode", "--require-hashes"]
        if not _failure([*command, "--python", str(python), "-r", str(file)]):
            return
    if importlib.util.find_spec("ensurepip") and not _has_pip(python):
        _failure([str(python), "-m", "ensurepip"])
    command = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    if reason := _failure([*command, "--require-hashes", "-r", str(file)]):
        raise CannotInstall(
            f"The requirements could not be installed ({reason}): "
            f"check the network or its proxy and the free disk space, {RETRY}."
        )


def _has_pip(python: Path) -> bool:
    return not _failure([str(python), "-m", "pip", "--version"])


def _failure(command: list[str]) -> str:
    """The last line a failed command wrote, "" when it succeeded."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except OSError as error:
        return error.strerror or "it does not start"
    lines = (done.stderr or done.stdout).strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1].strip() if lines else "no reason given")
