"""Every address under every method: nothing breaks, and reading changes nothing."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.bookings.models import LinkUse
from tests.hostile.stage import Stage, checksum, sam

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CURIOUS = {
    "confirm": "1",
    "action": "cancel",
    "status": "CANCELED",
    "_method": "DELETE",
    "price": "0",
    "reason": "because",
    "revision": "2",
}
FRAGMENT = {"HX-Request": "true", "HX-Target": "main", "HX-Current-URL": "http://testserver/own/"}


def statuses(
    browsers: list[Client], method: str, paths: Mapping[str, str], **more: Any
) -> dict[str, list[int]]:
    return {
        route: [browser.generic(method, path, **more).status_code for browser in browsers]
        for route, path in paths.items()
    }


READS: list[tuple[str, dict[str, str]]] = [
    ("GET", {}),
    ("GET", FRAGMENT),
    ("GET", {"Sec-Purpose": "prefetch"}),
    ("HEAD", {}),
    ("OPTIONS", {}),
    ("TRACE", {}),
]


@pytest.mark.long
def test_reading_changes_nothing_whoever_reads(stage: Stage) -> None:
    query = "&".join(f"{name}={value}" for name, value in CURIOUS.items())
    before = checksum()

    answers = [
        statuses(stage.browsers, method, stage.addresses, QUERY_STRING=query, headers=headers)
        for method, headers in READS
    ]

    broken = [(route, codes) for it in answers for route, codes in it.items() if max(codes) >= 500]
    assert broken == []
    assert checksum() == before


def test_head_on_a_link_gives_nobody_anything_and_notes_nothing(stage: Stage) -> None:
    links = {
        route: path
        for route, path in stage.addresses.items()
        if route.startswith(("m/", "p/", "gifts/open/", "me/in/"))
    }
    before, noted = checksum(), list(LinkUse.objects.values())
    assert len(links) >= 8

    for route, path in links.items():
        answer = sam().head(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer", route
        assert answer.headers["X-Robots-Tag"] == "noindex", route
        assert settings.SESSION_COOKIE_NAME not in answer.cookies, route
    assert (checksum(), list(LinkUse.objects.values())) == (before, noted)


@pytest.mark.long
def test_other_methods_are_refused_and_change_nothing(stage: Stage) -> None:
    before = checksum()

    answers = {
        method: statuses([sam(), stage.carl, stage.olga], method, stage.addresses)
        for method in ("PUT", "DELETE", "PATCH", "BREW")
    }

    broken = [
        (method, route, codes)
        for method, by_route in answers.items()
        for route, codes in by_route.items()
        if max(codes) >= 500
    ]
    assert broken == []
    assert checksum() == before
