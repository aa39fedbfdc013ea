"""What somebody of the team typed survives that somebody else was faster: it comes back in its
field, or to be copied, beside the refusal (409)."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.db.models import F
from django.test import RequestFactory

from apps.bookings.models import Booking
from apps.catalog.models import PricingPlan, Service
from apps.checkout.models import GiftCard, PlanPurchase
from apps.web.kept_text import words_typed
from tests.factories import NOW, make_booking
from tests.factories.prepaid import make_gift_card
from tests.factories.studio import join
from tests.hostile.forms import Form, forms_of
from tests.hostile.stage import Stage, checksum
from tests.hostile.test_twice import TYPED, route_of
from tests.pages import text_of

pytestmark = pytest.mark.django_db
WORDS = "Zebra words that took ten minutes"
GUARDED = ("revision", "seen", "seen_balance", "seen_refunded")
NOT_WORDS = (
    *("amount", "value", "price", "capacity", "visits", "at", "email", "gift", "code"),
    *("tax_rate", "credits", "valid_days", "period_months", "max_per_customer", "deposit"),
    "variant_",
)
"""How fields of other things than words begin; a variant's ends with its key."""


ANSWER = re.compile(r"q\d+(_\d+)?")
"""What somebody answers to a question of the business, ticked or typed."""


def pages_of(stage: Stage) -> Iterator[str]:
    for reference in (stage.booking.reference, stage.request.reference):
        yield f"/own/juniper/bookings/{reference}/"
    yield f"/own/juniper/bookings/{stage.request.reference}/suggest/"
    yield from (it for it in stage.addresses.values() if it.startswith("/own/juniper/"))


def worded(stage: Stage) -> Iterator[tuple[str, Form, list[str]]]:
    """The forms that say which state they saw and have a field for words."""
    seen = set()
    for path in pages_of(stage):
        for form in forms_of(text_of(stage.olga.get(path, follow=True)), path=path):
            words = [name for name in form.texts if not name.startswith(NOT_WORDS)]
            knows = any(name in GUARDED for name, _value in form.fields)
            if words and knows and (form.action, *words) not in seen:
                seen.add((form.action, *words))
                yield form.action, form, words


def be_faster(stage: Stage) -> None:
    """A colleague has changed all of it meanwhile, and somebody has booked."""
    for model in (Booking, PlanPurchase, PricingPlan, Service):
        model.objects.update(revision=F("revision") + 1)
    GiftCard.objects.update(balance=F("balance") - 100)
    join(stage.session, email="one-more@example.com")


@pytest.mark.long
@pytest.mark.parametrize("htmx", [False, True])
def test_words_survive_that_somebody_else_was_faster(stage: Stage, *, htmx: bool) -> None:
    make_gift_card(by=stage.salon.olga)
    make_booking(service=stage.salon.cut, starts_at=stage.salon.at(28, 10), now=NOW)
    found: dict[str, tuple[int, bool]] = {}

    for address, form, words in list(worded(stage)):
        if htmx and not form.is_htmx:
            continue
        typed: dict[str, list[str]] = {}
        for name, value in form.fields:
            filled = WORDS if name in words else value or TYPED.get(name, "")
            typed.setdefault(name, []).append(filled)
        with transaction.atomic():
            be_faster(stage)
            before = checksum()
            headers = {"HX-Request": "true"} if htmx else {}
            answer = stage.olga.post(address, typed, headers=headers)
            assert checksum() == before, address
            transaction.set_rollback(True)
        found[route_of(address)] = (answer.status_code, is_there(text_of(answer)))

    assert {route: status for route, (status, _kept) in found.items() if status != CONFLICT} == {}
    assert [route for route, (_status, kept) in found.items() if not kept] == []
    assert len(found) >= (1 if htmx else LEAST_FORMS)


@pytest.mark.long
def test_nothing_is_told_as_typed_that_was_ticked_pressed_or_sent_unseen(stage: Stage) -> None:
    told = {}
    for path in stage.addresses.values():
        by = stage.olga if path.startswith("/own/juniper/") else stage.carl
        page = by.get(path, follow=True)
        if not page.get("Content-Type", "").startswith("text/html"):
            continue
        for form in forms_of(page.content.decode(), path=path):
            sent: dict[str, list[str]] = {}
            for name, value in form.chosen:
                if not ANSWER.fullmatch(name):
                    sent.setdefault(name, []).append(value)
            request = RequestFactory().post("/", sent, headers={"Origin": "http://testserver"})
            if words := words_typed(request):
                told[form.action] = words

    assert told == {}


CONFLICT, LEAST_FORMS = 409, 8


def is_there(page: str) -> bool:
    """In a field, or among what is there to be copied; not in some list of what is stored."""
    field = rf'<textarea[^>]*>\s*{WORDS}|value="{WORDS}"|<p class="keep-lines mt-1">{WORDS}'
    return re.search(field, page) is not None
