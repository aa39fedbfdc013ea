"""What a customer does with the pages, for tests: look, tap, type, book."""

import html
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.test import Client

from apps.catalog.models import Service

DETAILS = {"name": "Carl Vogt", "email": "carl@example.com"}
TYPING = timedelta(seconds=30)


def times_url(service: Service) -> str:
    return f"/{service.business.slug}/s/{service.slug}/times"


def fields_of(page: Any) -> dict[str, str]:
    """Name and value of every input of a page, the last one of a name wins."""
    text = text_of(page)
    found = re.findall(r"<input\b[^>]*>", text)
    pairs = [(attribute(tag, "name"), attribute(tag, "value")) for tag in found]
    return {name: value for name, value in pairs if name and name != "csrfmiddlewaretoken"}


def attribute(tag: str, name: str) -> str:
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(match.group(1)) if match else ""


def slots_of(page: Any) -> list[str]:
    return [
        html.unescape(value) for value in re.findall(r'name="slot" value="([^"]*)"', text_of(page))
    ]


def text_of(page: Any) -> str:
    return str(page.content.decode())


def plain_refreshes(page: Any) -> list[str]:
    """Where a browser without scripts looks again by itself. A browser with scripts must not: the
    header `Refresh` counts as a fault."""
    assert "Refresh" not in page.headers
    pattern = r'<noscript><meta http-equiv="refresh" content="([^"]*)"></noscript>'
    return re.findall(pattern, text_of(page).partition("</head>")[0])


def tap(client: Client, service: Service, slot: str, extra: Mapping[str, Any] | None = None) -> Any:
    """POST what a slot button sends."""
    data = {"service": service.slug, "slot": slot, **(extra or {})}
    return client.post(f"/{service.business.slug}/hold", data)


def slot_at(at: datetime, *, staff: int | str = "", variant: int | str = "") -> str:
    return f"{at.isoformat(timespec='minutes')};{staff};{variant}"


def hold(
    client: Client, service: Service, at: datetime, extra: Mapping[str, Any] | None = None
) -> str:
    """Tap a time of the service (local, with its offset), and say yes when it is asked whether it
    is meant instead of another; return the address of the details."""
    answer = tap(client, service, slot_at(at), extra)
    if 'data-page="other-hold"' in text_of(answer):
        answer = client.post(f"/{service.business.slug}/hold", fields_of(answer))
    assert answer.status_code == 303, text_of(answer)[:500]
    return str(answer["Location"])


def fill(client: Client, address: str, typed: Mapping[str, Any] | None = None) -> Any:
    """Read the details page, take half a minute to type, and send it."""
    page = client.get(address)
    hidden = fields_of(page)
    data = {k: v for k, v in hidden.items() if k.endswith("_seal") or k == "website_address"}
    with time_machine.travel(datetime.now().astimezone() + TYPING, tick=False):
        return client.post(address, {**data, **(DETAILS if typed is None else typed)})
