"""The rules of the house (docs/rules): each has its reason and its tests, and what code cites is
there."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.architecture.sources import BASE_DIR, tracked_texts

PAGES = BASE_DIR / "docs" / "rules"
RULE = re.compile(r"^\*\*([A-Z]\d+)\.\*\* (.+?)(?=^\*\*[A-Z]\d|\Z)", re.MULTILINE | re.DOTALL)
CITED = re.compile(r"\b[Rr]ules?\s+([A-Z]\d+(?:(?:,\s+|\s+and\s+)[A-Z]\d+)*)")
PAPER = re.compile(r"[\w./-]*\w\.md\b")
# Numbers of lists that are not in this repository: requirements, threats, faults, pages.
FOREIGN = re.compile(
    r"\b(?:[RN]\d{3}|G\d\d|invariant \d+|laws? \d|issue \d+|[Dd]esign section)\b(?! - )"
)
CODE = (".py", ".html", ".css", ".js")


def rules() -> dict[str, str]:
    """The text of each rule by its name."""
    return {name: text for page in pages() for name, text in RULE.findall(page)}


def pages() -> list[str]:
    return [page.read_text(encoding="utf-8") for page in sorted(PAGES.glob("*.md"))]


def code() -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in tracked_texts() if name.endswith(CODE))


def test_no_two_rules_share_a_name() -> None:
    names = Counter(name for page in pages() for name, _text in RULE.findall(page))

    assert [name for name, times in names.items() if times > 1] == []


def test_every_rule_says_why_and_names_tests_that_exist() -> None:
    without = [
        name
        for name, text in rules().items()
        if "*Why:*" not in text
        or not (tests := re.findall(r"`(tests/[^`]+)`", text))
        or not all((BASE_DIR / test).exists() for test in tests)
    ]

    assert without == []


def test_every_rule_that_is_cited_is_there() -> None:
    known = rules()
    lost = [
        f"{name}: rule {rule}"
        for name, text in tracked_texts()
        for cited in CITED.findall(text)
        for rule in re.findall(r"[A-Z]\d+", cited)
        if rule not in known
    ]

    assert lost == []


def test_code_cites_no_paper_that_is_not_in_the_repository() -> None:
    lost = [
        f"{name}: {paper}"
        for name, text in code()
        for paper in PAPER.findall(text)
        if not any((BASE_DIR / folder / paper).exists() for folder in ("", "docs", "docs/adr"))
    ]

    assert lost == []


def test_code_cites_no_number_of_a_list_that_is_not_in_the_repository() -> None:
    lost = [
        f"{name}: {line.strip()}"
        for name, text in code()
        for line in text.splitlines()
        if FOREIGN.search(line) and "noqa" not in line
    ]

    assert lost == []
