"""What is imported is named in pyproject.toml: what only another package brings may go with it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from typing import Any

from tests.architecture.sources import BASE_DIR

OWN = {"apps", "bookings_portal", "benchmarks", "docs", "manage", "tests"}
ONLY_FOR_TYPES = {"_typeshed"}


def named(*, with_tests: bool) -> set[str]:
    """The distributions that pyproject.toml names, in their plain spelling."""
    said: dict[str, Any] = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [said["project"]["dependencies"], *said["project"]["optional-dependencies"].values()]
    if with_tests:
        groups += said["dependency-groups"].values()
    return {plain(re.split(r"[^A-Za-z0-9._-]", line)[0]) for group in groups for line in group}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def unnamed(*folders: str, with_tests: bool) -> set[tuple[str, str]]:
    """Packages that a file of these folders imports and nobody names, each with the file."""
    known, brought_by = named(with_tests=with_tests), packages_distributions()
    return {
        (package, name)
        for name, package in imports(*folders)
        if not known & {plain(it) for it in brought_by.get(package, ())}
    }


def imports(*folders: str) -> Iterator[tuple[str, str]]:
    """File and package of every import that is neither ours nor Python's own."""
    for folder in folders:
        for path in sorted((BASE_DIR / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for whole in imported_names(tree):
                package = whole.partition(".")[0]
                if package not in OWN | ONLY_FOR_TYPES | sys.stdlib_module_names:
                    yield str(path.relative_to(BASE_DIR)), package


def imported_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_the_portal_names_every_package_that_it_imports() -> None:
    assert unnamed("apps", "bookings_portal", with_tests=False) == set()


def test_tests_and_tools_name_every_package_that_they_import() -> None:
    assert unnamed("tests", "benchmarks", "docs", with_tests=True) == set()
