import ast

from tests.architecture.sources import Function, functions, modules, templates

MODULE_LINES, FUNCTION_LINES, VIEW_LINES, TEMPLATE_LINES = 400, 40, 30, 150
EMPTY_NAMES = {"services", "utils", "helpers", "common", "misc", "manager", "managers", "handlers"}


def lines_of(node: Function) -> int:
    """Lines without the docstring: explaining is not what makes a function long."""
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    text = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (node.end_lineno or 0) - node.lineno + 1 - text


def test_no_module_outgrows_one_noun() -> None:
    lengths = {name: tree.body[-1].end_lineno for name, tree in modules() if tree.body}

    assert {name: lines for name, lines in lengths.items() if (lines or 0) > MODULE_LINES} == {}


def test_no_function_outgrows_one_thought() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}: {lines_of(node)} lines"
        for name, tree in modules()
        for node in functions(tree)
        if lines_of(node) > (VIEW_LINES if "/views" in name else FUNCTION_LINES)
    ]

    assert long == []


def test_no_template_outgrows_one_page() -> None:
    long = {name: len(text.splitlines()) for name, text in templates()}

    assert {name: lines for name, lines in long.items() if lines > TEMPLATE_LINES} == {}


def test_every_name_says_something() -> None:
    names = {name for name, _ in modules()}

    assert {name for name in names if set(name[:-3].split("/")) & EMPTY_NAMES} == set()
