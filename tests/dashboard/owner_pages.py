"""What makes an owner page whole: a right, a template, an address, and a row in the walk that
visits every page (tests/dashboard/test_isolation.py). Whatever is missing is said in words."""

import ast
import inspect
import pkgutil
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from django.conf import settings

import apps.dashboard
from apps.dashboard.roles import Right, roles_with
from apps.dashboard.urls import urlpatterns

OPEN_TO_ALL_ROLES = {"choose_business"}
"""Where no business has been chosen yet, there is no role to ask for a right."""
PARTS = re.compile(r"<(?:\w+:)?(\w+)>")
SHOWN = re.compile(r"dashboard/\w+\.html")
EXTENDS = '{% extends "base_owner.html" %}'


@dataclass(frozen=True)
class OwnerPage:
    """An address below own/ with the view behind it."""

    name: str
    route: str
    view: Callable[..., Any]

    @property
    def right(self) -> Right | None:
        return getattr(self.view, "right", None)

    @property
    def parts(self) -> set[str]:
        """What stands in the address beside the business."""
        return set(PARTS.findall(self.route)) - {"slug"}

    @property
    def place(self) -> str:
        """The name of the view and its file, for sentences."""
        return f"{plain(self.view).__name__} in {file_of(module_of(self.view))}"


def owner_pages() -> list[OwnerPage]:
    return [OwnerPage(str(it.name), str(it.pattern), it.callback) for it in urlpatterns]


def missing_of(
    page: OwnerPage,
    *,
    may: Mapping[str, Collection[str]],
    parts: Collection[str],
    explained: Collection[str],
) -> Iterator[str]:
    """Sentences that say what is missing and where it goes. may are the roles by the rows of the
    walk, parts the parts of addresses it has values for, explained the rights of docs/roles.md."""
    right = page.right
    if right is None and page.name not in OPEN_TO_ALL_ROLES:
        yield (
            f"{page.place} does not say who may use it: put @owner_page(Right.…) on it, with a "
            "right of apps/dashboard/roles.py"
        )
    if right is not None and right.value not in explained:
        yield f"docs/roles.md does not explain Right.{right}: add its row to the table"
    yield from _missing_templates(page)
    if page.name not in may:
        yield (
            f"tests/dashboard/test_isolation.py does not visit {page.route}: add a row "
            f'"{page.name}": Case(…) to CASES, with who may use it and a request that works'
        )
    elif right is not None and set(may[page.name]) != set(roles_with(right)):
        yield (
            f'the row "{page.name}" of CASES in tests/dashboard/test_isolation.py lets in '
            f"{', '.join(sorted(may[page.name]))}, and @owner_page(Right.{right}) on "
            f"{page.place} lets in {', '.join(sorted(roles_with(right)))}: one of them is wrong"
        )
    for part in sorted(page.parts - set(parts)):
        yield (
            f"tests/dashboard/test_isolation.py has no value for <{part}> of {page.route}: add one "
            "to VALUES"
        )


def _missing_templates(page: OwnerPage) -> Iterator[str]:
    for name in sorted(templates_of(page.view)):
        found = Path(settings.BASE_DIR) / "templates" / name
        is_fragment = found.name.startswith("_")
        if not found.exists():
            kind = "a part of its page" if is_fragment else f"it begins with {EXTENDS}"
            yield f"{page.place} shows {name}, which is not there: write templates/{name}, {kind}"
        elif page.right and not is_fragment and EXTENDS not in found.read_text(encoding="utf-8"):
            yield f"templates/{name} is an owner page without its frame: begin it with {EXTENDS}"


def without_address(pages: Collection[OwnerPage]) -> Iterator[str]:
    """Sentences about views that are owner pages and that no address leads to."""
    reached = {plain(it.view) for it in pages}
    for module in modules():
        for name, view in vars(module).items():
            if hasattr(view, "right") and module_of(view) is module and plain(view) not in reached:
                yield (
                    f"{name} in {file_of(module)} is at no address: add "
                    f'path("<slug:slug>/…/", {name}, name="{name}") to apps/dashboard/urls.py'
                )


def modules() -> Iterator[ModuleType]:
    """All files of the dashboard, also those that nobody imports yet."""
    for it in pkgutil.walk_packages(apps.dashboard.__path__, "apps.dashboard."):
        if ".migrations" not in it.name:
            yield import_module(it.name)


def templates_of(view: Callable[..., Any]) -> set[str]:
    """The templates of the dashboard that a view names, or what it calls in its own file."""
    defined = {}
    for it in ast.parse(inspect.getsource(module_of(view))).body:
        names = [it.name] if isinstance(it, ast.FunctionDef) else []
        targets = it.targets if isinstance(it, ast.Assign) else []
        names += [target.id for target in targets if isinstance(target, ast.Name)]
        defined.update(dict.fromkeys(names, it))
    found, seen, ahead = set(), set(), [plain(view).__name__]
    while ahead:
        seen.add(name := ahead.pop())
        for node in ast.walk(defined[name]):
            if isinstance(node, ast.Constant) and SHOWN.fullmatch(str(node.value)):
                found.add(str(node.value))
            elif isinstance(node, ast.Name) and node.id in defined and node.id not in seen:
                ahead.append(node.id)
    return found


def plain(view: Callable[..., Any]) -> FunctionType:
    """A view without its decorators."""
    found = inspect.unwrap(view)
    assert isinstance(found, FunctionType)
    return found


def module_of(view: Callable[..., Any]) -> ModuleType:
    return import_module(plain(view).__module__)


def file_of(module: ModuleType) -> str:
    return module.__name__.replace(".", "/") + ".py"
