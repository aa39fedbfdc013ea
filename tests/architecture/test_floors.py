import ast
import re
from collections.abc import Iterator

from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from tests.architecture.sources import APPS, BASE_DIR, FLOORS, linter_contracts, modules

DRAWN = re.compile(r"^ ?(\d+) (\w+) ", re.MULTILINE)


def test_every_app_has_a_floor() -> None:
    found = {path.name for path in APPS.iterdir() if (path / "__init__.py").exists()}

    assert found == set(FLOORS)


def test_the_picture_of_the_floors_is_the_linters_contract() -> None:
    picture = (BASE_DIR / "docs" / "architecture.md").read_text()

    assert {name: int(floor) for floor, name in DRAWN.findall(picture)} == FLOORS


def links() -> Iterator[tuple[str, str, str]]:
    """The name of every foreign key of ours, with the apps it leaves and reaches."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey | ManyToManyField):
                target = field.remote_field.model
                yield str(field), model._meta.app_label, target._meta.app_label


def test_foreign_keys_point_down_the_floors() -> None:
    upward = [
        f"{name} -> {target}"
        for name, source, target in links()
        if source in FLOORS and FLOORS.get(target, -1) > FLOORS[source]
    ]

    assert upward == []


def test_pages_without_models_have_none() -> None:
    owners = {model._meta.app_label for model in apps.get_models()}

    assert owners & {"dashboard", "self_service", "classes", "waitlists", "prepaid"} == set()


def test_what_calls_itself_pure_is_held_to_it() -> None:
    """Its docstring says so if and only if the linter keeps Django away from it."""
    contracts = {it["name"]: it for it in linter_contracts()}
    held = set(contracts["Pure rules never meet Django"]["source_modules"])
    says_so = {
        dotted(name)
        for name, tree in modules()
        if re.search(r"(?i)\bpure\b", (ast.get_docstring(tree) or ""))
    }

    assert {it for it in says_so if not is_below(it, held)} == set()
    assert {it for it in held if not is_below(it, says_so) and it != "apps.kernel"} == set()


PAGES = re.compile(r"^apps\.(?:\w+\.)+(?:views|urls|admin)(?:\.|$)")
"""What shows pages; only other pages, addresses and the wiring of a room know it."""
KNOWS_PAGES = re.compile(r"/(?:views|admin)(?:/|\.py)|urls\.py$|/(?:wiring|apps)\.py$")


def test_no_file_beside_the_folders_knows_the_pages() -> None:
    """The linter binds the folders of an app; this binds what lies beside them."""
    lost = [
        f"{name} asks {target}: what shows pages is asked by views, urls, admin and wiring only"
        for name, tree in modules()
        if name.startswith("apps/") and not KNOWS_PAGES.search(name)
        for target in imported(tree)
        if PAGES.match(target)
    ]

    assert "\n".join(lost) == ""


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module, or thing in one, that a module imports anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{it.name}" for it in node.names)
        elif isinstance(node, ast.Import):
            yield from (it.name for it in node.names)


def dotted(name: str) -> str:
    """The name of a module by the path of its file."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_below(module: str, packages: set[str]) -> bool:
    """Whether it is one of these or lies in one of them."""
    return any(module == it or module.startswith(f"{it}.") for it in packages)
