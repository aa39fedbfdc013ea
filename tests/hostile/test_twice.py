"""Every form that a page shows, sent twice: a double tap, a retry of the network, Back and again
(rule B6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import SessionFacts
from apps.availability.queries.scheduling import ProposedSession
from apps.bookings.models import Booking
from apps.catalog.models import BookingPolicy, Service
from apps.prepaid.links import plan_token
from tests.factories import NOW
from tests.factories.coupons import make_coupon
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.studio import join
from tests.hostile.forms import Form, Pairs, forms_of
from tests.hostile.stage import Stage, checksum
from tests.pages import fields_of, fill, slot_at, text_of

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Eva Lind",
    "email": "eva@example.com",
    "phone": "+49 30 1234567",
    "text": "Bring a towel",
    "message": "Would one of these suit you?",
    "note": "Prefers the window",
    "reason": "The boiler is broken",
    "code": "SPRING26",
    "amount": "20",
    "value": "10",
    "price": "20",
    "kind": "PERCENT",
    "capacity": "9",
    "first_on": "2026-12-14",
    "at": "20:00",
    "visits": "1",
    "credits": "10",
    "valid_days": "90",
    "link": "https://meet.example/room",
    "gift": "",
}
"""What somebody types into a field of this name that is empty."""


FREE = ("csrfmiddlewaretoken", "key", "slot", "next", "form_seal", "price_seal", "line")
CHOSEN = {
    "own/<slug:slug>/coupons/": {"code": "AUTUMN26"},
    "own/<slug:slug>/classes/new/": {"anyway": "on", "reason": "Ana only assists"},
    "own/<slug:slug>/classes/<int:session_id>/places/": {"capacity": "8"},
    "own/<slug:slug>/plans/new/": {"services": "{service_id}"},
    "own/<slug:slug>/plans/<int:plan_id>/sell/": {"code": ""},
    "<slug:business>/plans/<slug:plan>/": {"code": ""},
    "<slug:business>/plans/find": {"email": "carl@example.com"},
}
"""What is typed at this address whatever the page holds."""

MAY_DIFFER = {
    "book/<slug:draft>/": "a draft that is paid for next: its answers are written anew, as typed",
    "<slug:business>/hold": "it is held anew, and the hold before ends",
    "<slug:business>/classes/<int:session>/hold": "the same",
    "manage/<slug:reference>/close-links": "whoever closes them is let in again by a fresh grant",
    "manage/<slug:reference>/subscribe": "an address for each tap; all of them end with the links",
    "own/<slug:slug>/bookings/<str:reference>/customer-link/": "a link for each tap, each in its "
    "history, which end together",
    "own/sign-in/forgotten/$": "a mail for each time somebody asks, which are counted",
}
"""Where a form that is sent twice leaves another state than sent once, and why that is no harm."""


NOT_HERE: dict[str, tuple[str, ...]] = {
    "the form says which state it saw, and any other is refused": (
        "book/<slug:draft>/pay",
        "plans/<slug:reference>/change",
        "plans/<slug:reference>/stop",
        "manage/<slug:reference>/move/undo",
        "manage/<slug:reference>/move/withdraw",
        "own/<slug:slug>/bookings/<str:reference>/accept-move/",
        "own/<slug:slug>/bookings/<str:reference>/confirm-anyway/",
        "own/<slug:slug>/bookings/<str:reference>/decline-move/",
        "own/<slug:slug>/bookings/<str:reference>/link/",
        "own/<slug:slug>/bookings/<str:reference>/ask-to-pay/",
        "own/<slug:slug>/bookings/<str:reference>/came/",
        "own/<slug:slug>/bookings/<str:reference>/no-show/",
        "own/<slug:slug>/bookings/<str:reference>/refund/",
        "own/<slug:slug>/bookings/<str:reference>/waive-fee/",
        "own/<slug:slug>/bookings/<str:reference>/undo/",
        "own/<slug:slug>/conflicts/<str:reference>/cancel/<str:side>/",
        "own/<slug:slug>/places/<int:place>/clock/",
        "own/<slug:slug>/places/clock/",
        "own/<slug:slug>/plans/held/<str:reference>/next/",
        "own/<slug:slug>/services/<int:service_id>/requests/",
    ),
    "the form has a key: tests/dashboard/test_form_keys.py": ("own/<slug:slug>/waitlist/new/",),
    "a state is reached, and it is reached once": (
        "<slug:business>/data/erase/",
        "<slug:business>/data/mine/",
        "<slug:business>/forget",
        "book/<slug:draft>/fields",
        "book/<slug:draft>/longer",
        "book/<slug:draft>/not-me",
        "book/<slug:draft>/release",
        "done/<slug:reference>/remember",
        "done/<slug:reference>/address",
        "manage/<slug:reference>/another-time",
        "manage/<slug:reference>/better",
        "manage/<slug:reference>/better/stop",
        "manage/<slug:reference>/keep",
        "manage/<slug:reference>/leave",
        "manage/<slug:reference>/money-back",
        "manage/<slug:reference>/refuse",
        "manage/<slug:reference>/swap",
        "manage/<slug:reference>/take",
        "manage/<slug:reference>/undo",
        "manage/<slug:reference>/wait-on",
        "me/forget",
        "me/people/",
        "me/sign-in/code",
        "me/sign-in/link",
        "me/sign-out",
        "plans/<slug:reference>/code",
        "plans/<slug:reference>/start",
        "own/<slug:slug>/bookings/<str:reference>/erase/",
        "own/<slug:slug>/bookings/<str:reference>/leftover/",
        "own/<slug:slug>/bookings/<str:reference>/takes-place/",
        "own/<slug:slug>/bookings/<str:reference>/unblock/",
        "own/<slug:slug>/bookings/<str:reference>/undo-paid/",
        "own/<slug:slug>/classes/<int:session_id>/takes-place/",
        "own/<slug:slug>/classes/<int:session_id>/waiting/",
        "own/<slug:slug>/conflicts/<str:reference>/",
        "own/<slug:slug>/conflicts/cards/<str:reference>/",
        "own/<slug:slug>/conflicts/payments/<int:payment_id>/",
        "own/<slug:slug>/discounts/<int:discount>/stop/",
        "own/<slug:slug>/plans/held/<str:reference>/paid/",
        "own/<slug:slug>/plans/held/<str:reference>/renewal/",
        "own/<slug:slug>/waitlist/<str:reference>/",
    ),
    "the draft, or the address in the line, is the key": (
        "<slug:business>/classes/<int:session>/plan",
        "<slug:business>/courses/<slug:service>/<int:run>/hold",
        "<slug:business>/courses/<slug:service>/<int:run>/wait",
        "<slug:business>/s/<slug:service>/wait",
    ),
    "one order has one payment under way": (
        "gifts/<slug:reference>/change",
        "gifts/<slug:reference>/pay",
        "manage/<slug:reference>/pay",
        "plans/<slug:reference>/pay",
        "practice/<slug:ref>/",
        "webhooks/payments/<slug:provider>",
    ),
    "nothing is stored": (
        "own/",
        "own/<slug:slug>/gift-cards/",
        "own/<slug:slug>/money/orders/",
        "own/<slug:slug>/plans/holders/",
        "s/did-you-mean",
    ),
    "the library that signs people in, with tests of its own": (
        "own/sign-in/$",
        "own/sign-in/again/$",
        "own/sign-in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        "own/sign-in/password/$",
        "own/sign-in/password/set/$",
        "own/sign-in/two-step/$",
        "own/sign-in/two-step/again/$",
        "own/sign-in/two-step/app/off/$",
        "own/sign-in/two-step/app/on/$",
        "own/sign-in/two-step/code/$",
        "own/sign-in/two-step/recovery-codes/$",
        "own/sign-in/two-step/recovery-codes/file/$",
        "own/sign-in/two-step/recovery-codes/new/$",
        "own/sign-out/$",
    ),
}
"""What takes a form that no page of this stage shows, or that does nothing here, by what makes it
do its work once."""

NOT_ALLOWED, SERVER_ERROR = 405, 500


@dataclass(frozen=True, slots=True)
class Sending:
    """A form of a page with its fields filled in, and who sends it."""

    route: str
    address: str
    fields: Pairs
    by: Client


def typed(sending: "Sending", stage: Stage) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in sending.fields:
        found.setdefault(name, []).append(value or TYPED.get(name, ""))
    chosen = CHOSEN.get(sending.route, {})
    return {**found, **{name: [value.format(**stage.values)] for name, value in chosen.items()}}


def sendings(stage: Stage, more: list[str]) -> Iterator[Sending]:
    """Each form with each of its buttons, once for each address and set of fields."""
    seen: set[tuple[str, str]] = set()
    for path in [*stage.addresses.values(), *more]:
        by = stage.olga if path.startswith("/own/juniper/") else stage.carl
        for form in shown(by, path):
            for address, fields in form.ways():
                route = route_of(address)
                mark = (route, str([it for it in fields if it[0] not in FREE]))
                if mark not in seen:
                    seen.add(mark)
                    yield Sending(route, address, fields, by)


def set_more(stage: Stage) -> list[str]:
    """Carl has a place in a class that has more, and a plan that pays for it, and for the
    colour that he owes; another class is full. Return the pages of all that."""
    service = Service.objects.get(pk=stage.session.service_id or 0)
    BookingPolicy.objects.update(max_participants=4)
    make_coupon(business=stage.salon.business, code="SPRING26")
    plan = make_plan(services=[service, stage.salon.colour], slug="braids", name="Braids")
    purchase = make_purchase(plan=plan, by=stage.salon.olga)
    assert stage.carl.get(f"/p/{plan_token(purchase)}").status_code == 303
    free, full = open_class(stage, day=1, places=6), open_class(stage, day=2, places=1)
    join(full, email="first@example.com")
    held = stage.carl.post(f"/juniper/classes/{free.pk}/hold", {"people": "1"}, follow=True)
    if 'data-page="other-hold"' in text_of(held):
        held = stage.carl.post(f"/juniper/classes/{free.pk}/hold", fields_of(held), follow=True)
    fill(stage.carl, held.request["PATH_INFO"])
    mine = Booking.objects.get(session=free)
    assert mine.status == Booking.Status.CONFIRMED
    elsewhere = slot_at(stage.salon.at(27, 14).astimezone(stage.salon.business.zone))
    moved = f"/own/juniper/bookings/{stage.booking.reference}/move/check/"
    return [
        f"/juniper/classes/{free.pk}/",
        f"/juniper/classes/{full.pk}/wait",
        f"/manage/{mine.reference}/",
        f"/manage/{mine.reference}/move/check?target={stage.session.pk}",
        f"/own/juniper/classes/{full.pk}/",
        f"/own/juniper/bookings/{stage.request.reference}/",
        f"/own/juniper/bookings/{stage.request.reference}/suggest/",
        f"{moved}?{urlencode({'slot': elsewhere})}",
        f"/own/juniper/bookings/{mine.reference}/people/?people=2",
    ]


def open_class(stage: Stage, *, day: int, places: int) -> Session:
    service = Service.objects.select_related("business").get(pk=stage.session.service_id or 0)
    start = int((stage.salon.at(30, 17) + timedelta(days=day)).timestamp())
    (session,) = availability.open_sessions(
        facts=SessionFacts(service, None, (stage.salon.ana.resource_id,), places),
        proposals=[ProposedSession(start=start, end=start + 3600)],
        now=NOW,
    )
    return session


def shown(by: Client, path: str) -> list[Form]:
    with time_machine.travel(NOW - timedelta(seconds=30), tick=False):
        page = by.get(path, follow=True)
    if page.get("Content-Type", "").startswith("text/html"):
        return forms_of(page.content.decode(), path=page.request["PATH_INFO"])
    return []


def route_of(address: str) -> str:
    try:
        return str(resolve(address.partition("?")[0]).route)
    except Resolver404:
        return ""


def post(sending: Sending, stage: Stage) -> Any:
    browser = Client(raise_request_exception=False)
    browser.cookies.update(sending.by.cookies)
    return browser.post(sending.address, typed(sending, stage))


def accepting(stage: Stage) -> set[str]:
    """The routes that take what is posted, from whoever may."""
    found = set()
    for route, path in stage.addresses.items():
        by = stage.olga if path.startswith("/own/juniper/") else stage.carl
        with transaction.atomic():
            if by.post(path).status_code != NOT_ALLOWED:
                found.add(route)
            transaction.set_rollback(True)
    return found


@pytest.mark.long
def test_a_form_that_is_sent_twice_does_its_work_once(stage: Stage) -> None:
    more = set_more(stage)
    base, acted, differ = checksum(), set(), set()

    for it in list(sendings(stage, more)):
        with transaction.atomic():
            post(it, stage)
            once = checksum()
            answer = post(it, stage)
            twice = checksum()
            transaction.set_rollback(True)
        assert answer.status_code < SERVER_ERROR, it
        acted |= {it.route} if once != base else set()
        differ |= {it.route} if twice != once else set()

    assert differ == MAY_DIFFER.keys()
    told = [route for routes in NOT_HERE.values() for route in routes]
    assert sorted(accepting(stage) - acted) == sorted(told)
