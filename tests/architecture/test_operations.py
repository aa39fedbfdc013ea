import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import APPS, Function, functions, modules

CLOCKS = {("timezone", "now"), ("datetime", "now"), ("date", "today"), ("time", "time")}
# The edge of the system: whoever starts the work reads the clock once and hands it down.
EDGE = (
    *("/views", "/management/commands/", "/admin", "bookings_portal/"),
    *("/worker.py", "/wiring.py"),  # the worker and what it calls
    "/access.py",  # the guard before the views of the owner section
    "/signed_in.py",  # who is signed in as a customer, asked before any view
    "/operators.py",  # what all pages of the operators' admin share
    *("/templatetags/", "/eml_files.py"),  # "3 minutes ago", and the name of a mail's file
)
# About one thing only, and named after it.
ONE_THING = {"enqueue_many", "held"}


def exported(app: Path) -> set[str]:
    """The names an app's operations offer: `__all__` of the package."""
    package = app / "operations" / "__init__.py"
    if not package.exists():
        return set()
    for node in ast.parse(package.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def public_operations() -> Iterator[tuple[str, Function]]:
    """Every function that other apps may call to change something."""
    names = {path.name: exported(path) for path in APPS.iterdir() if path.is_dir()}
    for name, tree in modules():
        app, _, rest = name.removeprefix("apps/").partition("/")
        is_flat = rest == "operations.py"
        for node in tree.body if is_flat or rest.startswith("operations/") else ():
            if not isinstance(node, Function):
                continue
            if node.name in names[app] or (is_flat and not node.name.startswith("_")):
                yield f"{name}:{node.lineno} {node.name}", node


def test_every_package_of_operations_says_what_it_offers() -> None:
    silent = [
        path.name
        for path in APPS.iterdir()
        if (path / "operations" / "__init__.py").exists() and not exported(path)
    ]

    assert silent == []


def test_public_operations_take_keywords_only() -> None:
    positional = [
        place
        for place, node in public_operations()
        if (node.args.args or node.args.posonlyargs) and node.name not in ONE_THING
    ]

    assert positional == []


def test_public_operations_say_what_they_mean() -> None:
    assert [place for place, node in public_operations() if not ast.get_docstring(node)] == []


def test_only_the_edge_reads_the_clock() -> None:
    readers = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        if not any(part in name for part in EDGE)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCKS
    ]

    assert readers == []


def test_every_function_is_annotated() -> None:
    bare = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in modules()
        for node in functions(tree)
        if node.returns is None
    ]

    assert bare == []
