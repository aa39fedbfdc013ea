"""Which of our own exceptions may leave a function, read off the source: those it raises and those
of every function it names, less those it catches. Names are looked up where the code would find
them; a method is known by its name where only one class of ours has it. What is handed to another
function is called inside whatever that one catches."""

import ast
import inspect
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from types import FunctionType
from typing import Any

from django.db.models import Model, QuerySet
from django.forms import Form
from django.urls import get_resolver

from apps.bookings.operations import StaleRevision
from apps.kernel.refusals import Refusal
from apps.web.guards import walk_urls

Errors = frozenset[type[BaseException]]
Guards = tuple[Errors, ...]
NOT_OURS = {name for it in (Model, QuerySet, Form, dict, list, str, set) for name in dir(it)}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that may raise: itself (errors), or another function; guards catch around it."""

    guards: Guards
    errors: Errors = frozenset()
    function: Any = None  # a FunctionType: as such, it would be read as a method of this class


def errors_of(
    functions: Collection[Callable[..., Any]], *, never: Collection[tuple[str, str]] = ()
) -> dict[FunctionType, Errors]:
    """Our exceptions that may leave these functions and all that they name, by function; never says
    which leave which function only as far as its source tells."""
    found: dict[FunctionType, Errors] = {}
    todo = [plain(it) for it in functions]
    while todo:
        function = todo.pop()
        if function not in found:
            found[function] = frozenset()
            todo += [it.function for it in _steps(function) if it.function is not None]
    while True:
        after = {it: frozenset(_leaving(it, found, never)) for it in found}
        if after == found:
            return found
        found = after


def _leaving(
    function: FunctionType,
    known: dict[FunctionType, Errors],
    never: Collection[tuple[str, str]] = (),
) -> Iterator[type]:
    for step in _steps(function):
        errors = known[step.function] if step.function is not None else step.errors
        for error in errors:
            is_caught = any(issubclass(error, tuple(caught)) for caught in step.guards)
            if not is_caught and (name_of(function), error.__name__) not in never:
                yield error


def every_refusal() -> set[type[Refusal]]:
    """All refusals of the portal, whose modules are loaded with its addresses."""
    list(walk_urls(get_resolver()))
    found, todo = set[type[Refusal]](), [Refusal]
    while todo:
        known = [it for it in todo.pop().__subclasses__() if it.__module__.startswith("apps.")]
        found.update(known)
        todo += known
    return found


def caught_with(
    error: type[BaseException], base: type[BaseException], known: dict[FunctionType, Errors]
) -> set[str]:
    """The functions that catch an error only by catching its base."""
    return {
        name_of(it)
        for it in known
        for step in _steps(it)
        if step.function is not None and error in known[step.function]
        if any(base in caught for caught in step.guards)
        if not any(error in caught for caught in step.guards)
    }


def leaving_before(known: dict[FunctionType, Errors]) -> set[tuple[str, str]]:
    """What would leave each function if nothing were known of it but its source."""
    return {(name_of(it), error.__name__) for it in known for error in _leaving(it, known)}


def name_of(function: FunctionType) -> str:
    """The app of a function and its own name."""
    return f"{function.__module__.split('.')[1]}.{function.__name__}"


def plain(function: Callable[..., Any]) -> FunctionType:
    """A function without its decorators."""
    found = inspect.unwrap(function)
    assert isinstance(found, FunctionType)
    return found


@cache
def _steps(function: FunctionType) -> tuple[Step, ...]:
    reader = _Reader(function.__globals__)
    if node := _definition(function):
        reader.read(node)
    return tuple(reader.steps)


@cache
def _definition(function: FunctionType) -> ast.FunctionDef | None:
    """The definition of a function in its file; None for a lambda."""
    place = (function.__code__.co_firstlineno, function.__name__)
    return _definitions(function.__module__).get(place)


@cache
def _definitions(module: str) -> dict[tuple[int, str], ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found = [it for it in ast.walk(tree) if isinstance(it, ast.FunctionDef)]
    return {(min([it.lineno, *(d.lineno for d in it.decorator_list)]), it.name): it for it in found}


class _Reader:
    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.steps: list[Step] = []
        self.local: dict[str, list[ast.AST]] = {}

    def read(self, node: ast.FunctionDef) -> None:
        """Read the body, inside whatever its decorators catch."""
        guards: Guards = ()
        for each in node.decorator_list:
            called = self.value(each.func if isinstance(each, ast.Call) else each)
            if is_ours(called):
                self.steps.append(Step((), function=plain(called)))
                guards += _caught_in(plain(called))
        self.all(node.body, guards, frozenset())

    def all(self, nodes: Collection[ast.AST], guards: Guards, handled: Errors) -> None:
        for node in nodes:
            self.one(node, guards, handled)

    def one(self, node: ast.AST, guards: Guards, handled: Errors) -> None:
        """handled is what a bare ``raise`` would raise again here."""
        match node:
            case ast.Try():
                self.attempt(node, guards, handled)
            case ast.With():
                caught = tuple(it for each in node.items for it in self.suppressed(each))
                self.all([*node.items, *node.body], (*guards, *caught), handled)
            case ast.FunctionDef():
                self.local[node.name] = [*node.body]
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if self.is_verb(value):
                self.local[name] = [value]
            case ast.Call():
                self.call(node, guards, handled)
            case ast.Name(id=name) if name in self.local:
                self.all(self.local.pop(name), guards, handled)
            case ast.Name() | ast.Attribute():
                self.named(node, guards)
                self.all(list(ast.iter_child_nodes(node)), guards, handled)
            case _:
                self.raising(node, guards, handled)
                self.all(list(ast.iter_child_nodes(node)), guards, handled)

    def call(self, node: ast.Call, guards: Guards, handled: Errors) -> None:
        """revision=None compares with nothing that was seen."""
        if any(ast.unparse(it) == "revision=None" for it in node.keywords):
            guards = (*guards, frozenset({StaleRevision}))
        self.one(node.func, guards, handled)
        caught = self.caught_by(node.func)
        self.all([*node.args, *node.keywords], (*guards, *caught), handled)

    def suppressed(self, item: ast.withitem) -> Guards:
        call = item.context_expr
        if isinstance(call, ast.Call) and self.value(call.func) is suppress:
            return (frozenset().union(*(self.errors(it) for it in call.args)),)
        return ()

    def is_verb(self, node: ast.expr) -> bool:
        """Whether a name is given to functions, to be called later on."""
        match node:
            case ast.IfExp():
                return self.is_verb(node.body) and self.is_verb(node.orelse)
            case ast.Call(func=called):
                return self.value(called) is partial
        return bool(self.functions(node))

    def attempt(self, node: ast.Try, guards: Guards, handled: Errors) -> None:
        caught = [self.errors(it.type) for it in node.handlers]
        self.all(node.body, (*guards, frozenset().union(*caught)), handled)
        for handler, errors in zip(node.handlers, caught, strict=True):
            self.all(handler.body, guards, errors)
        self.all([*node.orelse, *node.finalbody], guards, handled)

    def raising(self, node: ast.AST, guards: Guards, handled: Errors) -> None:
        match node:
            case ast.Raise(exc=None):
                self.steps.append(Step(guards, errors=_ours(tuple(handled))))
            case ast.Raise(exc=ast.Call(func=called) | called):
                found = self.value(called) if called else None
                again = found is None and isinstance(called, ast.Name)
                self.steps.append(Step(guards, errors=_ours(tuple(handled) if again else found)))

    def errors(self, node: ast.expr | None) -> Errors:
        found = self.value(node) if node is not None else Exception
        each = found if isinstance(found, tuple) else (found,)
        return frozenset(it for it in each if isinstance(it, type))

    def named(self, node: ast.Name | ast.Attribute, guards: Guards) -> None:
        for it in self.functions(node):
            self.steps.append(Step(guards, function=plain(it)))

    def functions(self, node: ast.expr) -> list[Any]:
        found = self.value(node)
        if found is None and isinstance(node, ast.Attribute):
            found = _methods().get(node.attr)
        several = list(found.values()) if isinstance(found, dict) else found
        each = several if isinstance(several, list | tuple) else [several]
        return [it for it in each if is_ours(it)]

    def caught_by(self, called: ast.expr) -> Guards:
        """What a function catches around what it is given."""
        return tuple(it for each in self.functions(called) for it in _caught_in(plain(each)))

    def value(self, node: ast.expr) -> Any:
        """What a name means in its module; None for what is only known when it runs."""
        try:
            return eval(compile(ast.Expression(node), "<name>", "eval"), dict(self.names))  # noqa: S307
        except Exception:  # noqa: BLE001
            return None


def _ours(found: Any) -> Errors:
    each = found if isinstance(found, tuple) else (found,)
    errors = [it for it in each if isinstance(it, type) and issubclass(it, BaseException)]
    return frozenset(it for it in errors if it.__module__.startswith("apps."))


def is_ours(found: Any) -> bool:
    """Whether this is a function of an app of ours."""
    if not callable(found) or isinstance(found, type):
        return False
    found = inspect.unwrap(found)
    return isinstance(found, FunctionType) and found.__module__.startswith("apps.")


@cache
def _caught_in(function: FunctionType) -> Guards:
    """What a function that is given another one catches around it, also by one that it asks to."""
    node = _definition(function)
    reader, nodes = _Reader(function.__globals__), list(ast.walk(node)) if node else []
    handlers = [reader.errors(it.type) for it in nodes if isinstance(it, ast.ExceptHandler)]
    asked = [
        it.value.func
        for it in nodes
        if isinstance(it, ast.Return) and isinstance(it.value, ast.Call)
    ]
    others = [plain(it) for each in asked for it in reader.functions(each)]
    return (*handlers, *(it for each in others if each is not function for it in _caught_in(each)))


@cache
def _methods() -> dict[str, FunctionType]:
    """The methods that only one class of ours has, by name."""
    found: dict[str, set[FunctionType]] = {}
    ours = [module for name, module in sys.modules.items() if name.startswith("apps.")]
    for each in {it for module in ours for it in vars(module).values() if isinstance(it, type)}:
        for name, it in vars(each).items():
            if each.__module__.startswith("apps.") and isinstance(it, FunctionType):
                found.setdefault(name, set()).add(it)
    alone = {name: several for name, several in found.items() if len(several) == 1}
    return {name: it for name, (it,) in alone.items() if name not in NOT_OURS}
