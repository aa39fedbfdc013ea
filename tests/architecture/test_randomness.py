"""What nobody may guess comes from the operating system, and from nowhere else (rule S3)."""

import ast

from tests.architecture.sources import BASE_DIR

GUESSABLE = {"random", "uuid"}
"""Numbers that follow from those before them, and names that are not made to be secret."""


def test_nothing_of_ours_is_made_with_numbers_that_can_be_guessed() -> None:
    files = [it for room in ("apps", "bookings_portal") for it in (BASE_DIR / room).rglob("*.py")]
    found = [
        str(path.relative_to(BASE_DIR))
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if imported(node) & GUESSABLE
    ]
    assert len(files) > 300
    assert found == []


def imported(node: ast.AST) -> set[str]:
    """The packages that a statement brings in."""
    if isinstance(node, ast.Import):
        return {it.name.partition(".")[0] for it in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    return set()
