import ast
import re

from tests.architecture.sources import FLOORS, modules, templates

INCLUDED = re.compile(r"{%-?\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|hx-on|javascript:|[\"']js:|hx-vars", re.IGNORECASE
)
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
NAMED = re.compile(r"\bapps(?:\.\w+)+\.[A-Z]\w+")
COMMENT = re.compile(r"{#.*?#}|{% comment.*?endcomment %}", re.DOTALL)


def floor_of(name: str) -> int:
    """Shared parts lie under every app; Django's and allauth's pages (account, mfa) over all."""
    folder, slash, _ = name.partition("/")
    return -1 if folder == "components" or not slash else FLOORS.get(folder, 99)


def test_templates_include_their_own_app_and_lower_floors_only() -> None:
    upward = [
        f"{name} -> {included}"
        for name, text in templates()
        for included in INCLUDED.findall(text)
        if included.split("/")[0] != name.split("/")[0]
        and floor_of(included) >= max(0, floor_of(name))
    ]

    assert upward == []


def test_no_template_carries_a_script_or_a_style_of_its_own() -> None:
    inline = [
        f"{name}: {found}"
        for name, text in templates()
        for found in INLINE.findall(COMMENT.sub("", text))
        # A mail is no page of ours: its readers know nothing but style attributes.
        if not name.startswith("messages/")
    ]

    assert inline == []


def test_scripts_are_files_or_data() -> None:
    inline = [
        f"{name}: <script{attributes}>"
        for name, text in templates()
        for attributes in SCRIPT.findall(text)
        if "src=" not in attributes and "application/ld+json" not in attributes
    ]

    assert inline == []


def test_what_a_template_says_it_is_given_is_there() -> None:
    known = {
        f"{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}.{node.name}"
        for path, tree in modules()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    gone = [
        f"{name}: {found}"
        for name, text in templates()
        for found in NAMED.findall(text)
        if found not in known
    ]

    assert gone == []
