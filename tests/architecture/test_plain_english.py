"""What people read is plain British English: phrases that had to be read twice do not come back,
nor do names in the code that had to be explained."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import BASE_DIR, modules, parsed

GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext"}
LITERAL = re.compile(
    r"(?:translate|trans|_\()\s*(?P<quote>[\"'])(?P<words>.*?)(?P=quote)", re.DOTALL
)
BLOCK = re.compile(
    r"{%\s*blocktrans(?:late)?\b[^%]*%}(.*?){%\s*endblocktrans(?:late)?\s*%}", re.DOTALL
)
CODE = re.compile(
    r"```.*?```|``[^`]*``|`[^`]*`|^ {4}.*?$|<[^>]+>|\]\([^)]*\)", re.DOTALL | re.MULTILINE
)
PAPERS = ("README.md", "CHANGELOG.md")

TERMS = {
    "A share off": "Percentage off",
    "Came by": "Booked",
    "It gives": "Discount",
    "Look in(?:to)? your mail": "Check your e-mail",
    "That was a mistake": "Undo this payment",
    "after a yes": "once confirmed",
    "as many as one likes": "unlimited",
    "bit by bit": "a little at a time",
    "give(?:n)? back": "refunded",
    "kept aside": "held on card",
    "no such code": "we don’t recognise this code",
    "practice money": "test money",
    "sa(?:ys?|id) yes": "confirms",
    "takes? place anyway": "goes ahead anyway",
    "under way": "in progress",
}
"""What the same thing is called instead, everywhere."""

STIFF = {
    **TERMS,
    "Again on": "Repeats on",
    "at this moment": "right now",
    "begun": "started",
    "by itself": "automatically",
    "comes? free": "opens up",
    "counts? (?:for|from)": "applies to, is valid from",
    "free to cancel": "free cancellation",
    "(?:give|gave) (?:money|it) back": "refund",
    "goes back the way": "is refunded",
    "good for": "valid for",
    "in line": "on the waitlist",
    "let go of": "released",
    "let pass": "not taken",
    "look once more": "check again",
    "meanwhile": "somebody else has",
    "once more": "again",
    "overlaps?": "conflict",
    "per cent": "percent",
    "practice": "test",
    "we write to you": "we’ll e-mail you",
}
"""What has to be read twice in a page or a mail, and what is said instead."""

SPELLINGS = {
    r"(?<!-)e?mails?": "e-mail",
    r"cancel(?:ed|ing)": "cancelled, cancelling",
    r"(?:un)?authoriz\w+": "authorise",
    r"colors?": "colour",
    r"favorites?": "favourite",
    r"recogniz\w+": "recognise",
    r"organiz\w+": "organise",
    r"enroll?ment": "enrolment",
    r"behaviors?": "behaviour",
    r"gray": "grey",
}
"""American words, and mail that is e-mail."""

NAMES = {
    "Truth": "ProviderPayment",
    "write_truth": "apply_provider_state",
    "ask_truth": "fetch_provider_state",
    "kept_aside": "authorized",
    "Desk": "Access",
    "find_sheet": "booking_detail",
    "Gathering": "Joinable",
    "Group": "what it is a group of",
    "Stand": "PaymentProgress",
    "stand_of": "PaymentProgress",
    "again_later": "keep_polling",
    "looks_of": "poll_count",
    "MOST_LOOKS": "MAX_POLLS",
    "NotWelcome": "CustomerBlocked",
    "require_welcome": "require_not_blocked",
    "turn_away": "reject_blocked_draft",
    "lapse_times": "expire_offers",
    "open_door": "lock_resources",
    "give_back": "release_booking or refund_remaining",
    "write_move": "record_transition",
    "said_of": "initial_for",
    "blame": "add_operation_errors",
    "AT_ONCE": "what the number limits",
    "OURS": "what they are",
    "A_DAY": "what lasts a day",
}
"""Names of functions, classes and columns that nobody guessed, and what is called so instead."""


def told_by_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((BASE_DIR / "templates").rglob("*.*")):
        text = path.read_text(encoding="utf-8")
        found = [it.group("words") for it in LITERAL.finditer(text)] + BLOCK.findall(text)
        yield from ((name_of(path), re.sub(r"<[^>]+>|{[{%].*?[%}]}", "", it)) for it in found)


def told_by_apps() -> Iterator[tuple[str, str]]:
    for path in sorted((BASE_DIR / "apps").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and called(node) in GETTEXT:
                for given in node.args:
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        yield name_of(path), re.sub(r"%\(\w+\)[sd]", "", given.value)


def told_by_papers() -> Iterator[tuple[str, str]]:
    for name in PAPERS:
        text = CODE.sub(" ", (BASE_DIR / name).read_text(encoding="utf-8"))
        yield from ((name, it) for it in re.split(r"\n\n|\n(?=[-|#\d])", text))


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def name_of(path: Path) -> str:
    return str(path.relative_to(BASE_DIR))


def said(words: dict[str, str], told: Iterator[tuple[str, str]]) -> list[str]:
    """Where any of some phrases stand, with what is said instead."""
    rules = [(re.compile(rf"\b{it}\b", re.IGNORECASE), better) for it, better in words.items()]
    return [
        f"{name}: {found.group()!r} in {' '.join(text.split())[:90]!r}; say {better!r}"
        for name, text in told
        for rule, better in rules
        if (found := rule.search(text))
    ]


def names_of(tree: ast.Module) -> Iterator[str]:
    """Every name that a module gives to something or asks something for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            yield node.arg


@pytest.mark.parametrize("words", [STIFF, SPELLINGS], ids=["stiff", "spelling"])
def test_pages_and_mails_say_it_in_plain_british_english(words: dict[str, str]) -> None:
    assert said(words, told_by_templates()) + said(words, told_by_apps()) == []


@pytest.mark.parametrize("words", [TERMS, SPELLINGS], ids=["terms", "spelling"])
def test_so_do_the_papers_that_people_read_first(words: dict[str, str]) -> None:
    assert said(words, told_by_papers()) == []


def test_no_name_comes_back_that_had_to_be_explained() -> None:
    found = [
        f"{path}: {name}; call it {NAMES[name]}"
        for path, tree in modules()
        for name in sorted({*names_of(tree)} & NAMES.keys())
    ]

    assert "\n".join(found) == ""


def test_what_is_forbidden_is_found() -> None:
    told = [("a page", "Kept aside, and a mail is on its way"), ("another", "A cancelled class")]

    assert [it.split(";")[0] for it in said({**STIFF, **SPELLINGS}, iter(told))] == [
        "a page: 'Kept aside' in 'Kept aside, and a mail is on its way'",
        "a page: 'mail' in 'Kept aside, and a mail is on its way'",
    ]


def test_a_forbidden_name_is_found_wherever_it_is_given() -> None:
    source = """
class Truth: ...
def write_truth(kept_aside): ...
Group = stand_of(give_back=1).blame
"""
    found = {*names_of(ast.parse(source))} & NAMES.keys()

    assert found == {"Truth", "write_truth", "kept_aside", "Group", "give_back", "blame"}
