"""What the architecture tests read: our own files, as text and as syntax trees."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parents[2]
APPS = BASE_DIR / "apps"
TEMPLATES = BASE_DIR / "templates"


def linter_contracts() -> list[dict[str, Any]]:
    """The contracts of import-linter, as pyproject.toml has them."""
    settings = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def _floors() -> dict[str, int]:
    """The floor of each app, as the linter's contract has them; 0 is the lowest."""
    (layers,) = (it["layers"] for it in linter_contracts() if it.get("containers") == ["apps"])
    return {
        name: floor for floor, names in enumerate(reversed(layers)) for name in names.split(" | ")
    }


FLOORS = _floors()

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every Python file of the apps and the project, except migrations."""
    for folder in (APPS, BASE_DIR / "bookings_portal"):
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(BASE_DIR)), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file. It is kept, for many look at it; nobody changes it."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path.relative_to(BASE_DIR)))


def functions(tree: ast.Module) -> Iterator[Function]:
    """Every function of a module, methods and inner functions too."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def templates() -> Iterator[tuple[str, str]]:
    """Every template with its name below `templates/`."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield str(path.relative_to(TEMPLATES)), path.read_text(encoding="utf-8")


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Every tracked text file; nothing when this is no git checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = BASE_DIR / name
        try:
            yield name, path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
