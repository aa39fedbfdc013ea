"""The project's own environment in `.venv`, from pinned and hashed requirements.

Standard library only. A stamp inside `.venv` names what is installed, so a second start costs the
reading of one file; a removed `.venv` takes its stamp with it.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED_BYTES = 400_000_000
RETRY = "then run the same command again"


class CannotInstall(Exception):
    """The environment cannot be made; the text is one sentence for a newcomer."""


def venv_python(base: Path) -> Path:
    """The interpreter inside `.venv`, whether it exists yet or not."""
    windows = sys.platform == "win32"
    return base / ".venv" / ("Scripts/python.exe" if windows else "bin/python")


def install(base: Path, *files: str) -> Path:
    """Make `.venv` and install the requirement files; returns its interpreter.

    A later file contains the earlier ones (requirements-dev.txt holds requirements.txt), so only
    the last is installed and all are stamped. Raises CannotInstall.
    """
    python = venv_python(base)
    stamp = base / ".venv" / ".installed"
    wanted = [hashlib.sha256((base / file).read_bytes()).hexdigest() for file in files]
    if python.exists() and stamp.exists() and wanted[-1] in stamp.read_text().split():
        return python
    if shutil.disk_usage(base).free < NEEDED_BYTES:
        raise CannotInstall(f"The disk is nearly full: free 400 MB, {RETRY}.")
    print("Installing the requirements into .venv (once) ...", flush=True)
    _make_venv(base, python)
    _install_file(python, base / files[-1])
    stamp.write_text("\n".join(wanted))
    return python


def _make_venv(base: Path, python: Path) -> None:
    if python.exists():
        return
    if uv := shutil.which("uv"):
        command = [uv, "venv", "-q", "--clear", "--python", sys.executable, str(base / ".venv")]
    elif importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        command = [sys.executable, "-m", "venv", "--clear", str(base / ".venv")]
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
