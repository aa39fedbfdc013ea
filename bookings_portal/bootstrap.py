"""From a bare Python to a running portal: `up`, `test`, and the way into Django's own commands.

Standard library only, here and in everything this module imports at its top (ADR 3). Whatever is
missing gets one sentence that says what to do; nobody should meet a traceback before Django runs.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bookings_portal import install, legs, prepare, serve
from bookings_portal.env import BadSetting

BASE_DIR = Path(__file__).resolve().parent.parent
COMMANDS: dict[str, Callable[[list[str]], int]] = {"up": serve.up, "test": legs.test}

FORESEEN = (BadSetting, install.CannotInstall, prepare.NotPrepared, serve.CannotServe)


def run(command: str, arguments: list[str]) -> int:
    """Run `up` or `test`; a sentence instead of a traceback for everything foreseen."""
    try:
        install.compile_elsewhere(BASE_DIR)
        return COMMANDS[command](arguments)
    except FORESEEN as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def manage(argv: list[str]) -> int:
    """Django's own commands, in the project's environment whichever Python was called."""
    try:
        install.compile_elsewhere(BASE_DIR)
        python = install.venv_python(BASE_DIR)
    except BadSetting as error:
        print(error, file=sys.stderr)
        return 1
    bare = sys.prefix == sys.base_prefix  # an activated environment is the caller's choice
    if bare and python.exists():
        return subprocess.run([str(python), *argv], check=False).returncode
    try:
        from django.core.management import execute_from_command_line  # noqa: PLC0415
    except ImportError:
        print("Django is not installed yet: run `python3 manage.py up` first.", file=sys.stderr)
        return 1
    try:
        execute_from_command_line(argv)
    except BadSetting as error:
        print(error, file=sys.stderr)
        return 1
    return 0
