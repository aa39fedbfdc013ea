"""Whoever names an address names one that there is."""

import re
from collections.abc import Iterator

from django.urls import URLResolver, get_resolver

from tests.architecture.sources import APPS, BASE_DIR, templates

NAMED = re.compile(r"""["']([a-z_]+):([a-z_]+)["']""")


def known(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, str]]:
    """Every name of an address below a resolver, with the space it is in."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from known(each, each.namespace or space)
        elif each.name:
            yield space, each.name


def named() -> Iterator[tuple[str, str, str]]:
    """Every address that a template or a file of ours names, and where."""
    for place, text in templates():
        yield from ((place, *names) for names in NAMED.findall(text))
    for path in sorted(APPS.rglob("*.py")):
        place = str(path.relative_to(BASE_DIR))
        yield from ((place, *names) for names in NAMED.findall(path.read_text(encoding="utf-8")))


def test_no_page_leads_to_an_address_that_is_not_there() -> None:
    there = set(known(get_resolver()))
    spaces = {space for space, _name in there if space}

    missing = [it for it in named() if it[1] in spaces and it[1:] not in there]

    assert missing == []
