"""Whatever people type comes out as the same text everywhere: pages, mails, calendar files, admin
(rule S8)."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from icalendar import Calendar

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import Category, PricingPlan, Question, Service, StaffMember
from apps.checkout.models import CreditEntry, GiftCard, GiftEntry, PlanPurchase
from apps.customers.models import Customer
from apps.outbox.models import OutboxItem
from tests.factories import NOW
from tests.hostile.corpus import BROKEN, TEXTS
from tests.hostile.stage import Stage

pytestmark = pytest.mark.once
OURS = {"data-announce", "content", "title", "aria-label", "placeholder", "value", "alt"}
"""Attributes that carry words; every other one is ours alone."""
LONGEST_NAME = 100
STRIDE = 3
"""Each text comes by every third place where one can be written; there are some thirty."""


class Reading(HTMLParser):
    """A page as a browser reads it: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(sorted(name for name, _value in attrs))))
        self.words += [value or "" for name, value in attrs if name in OURS]
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def leads_astray(self) -> list[str]:
        """Links to where a text wanted to lead; inside a query of ours it is only a text."""
        parts = [(urlsplit(it), it) for it in self.links]
        return [
            it
            for part, it in parts
            if part.hostname == "evil.example" or part.scheme in {"javascript", "data"}
        ]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def pages_of(stage: Stage) -> dict[str, str]:
    """Every page that shows what customers and owners have typed, by its address."""
    reference = stage.booking.reference
    own = f"/own/{stage.salon.business.slug}"
    admin = reverse("admin:bookings_booking_change", args=[stage.booking.pk])
    carl = [
        "/juniper/",
        "/juniper/s/colour/",
        "/juniper/s/colour/times",
        f"/book/{stage.draft.draft_id}/",
        f"/done/{reference}/",
        f"/manage/{reference}/",
        "/juniper/find/",
        "/juniper/data/",
    ]
    olga = [
        f"{own}/",
        f"{own}/requests/",
        f"{own}/agenda/?on=2026-11-26",
        f"{own}/agenda/?view=week&on=2026-11-26",
        f"{own}/bookings/{reference}/",
        f"{own}/bookings/{reference}/erase/",
        f"{own}/privacy/",
        f"{own}/bookings/{stage.request.reference}/suggest/",
        f"{own}/why/",
        f"{own}/plans/",
        f"{own}/plans/{stage.purchase.plan_id}/",
        f"{own}/plans/{stage.purchase.plan_id}/sell/",
        f"{own}/plans/holders/",
        f"{own}/plans/held/{stage.purchase.reference}/",
        f"{own}/gift-cards/",
        f"{own}/gift-cards/{stage.card.reference}/",
    ]
    found = {path: stage.carl.get(path) for path in carl}
    found |= {path: stage.olga.get(path) for path in olga}
    found[admin] = stage.operator.get(admin)
    assert {path for path, page in found.items() if page.status_code != 200} == set()
    return {path: page.content.decode() for path, page in found.items()}


def write_everywhere(stage: Stage, *texts: str) -> None:
    """Put texts wherever a person of the salon or a customer can write one, in turn."""
    turn = cycle(texts)

    def line(most: int = LONGEST_NAME) -> str:
        return next(turn)[:most]

    Booking.objects.filter(business=stage.salon.business).update(
        contact_name=line(),
        customer_note=line(500),
        owner_note=line(500),
        title=line(),
        price_text=line(50),
    )
    Customer.objects.filter(business=stage.salon.business).update(name=line())
    stage.booking.answers.update_or_create(
        position=99, defaults={"label": line(), "value": line(500), "kind": "LONG_TEXT"}
    )
    Business.objects.filter(pk=stage.salon.business.pk).update(
        name=line(), headline=line(80), promise=line(160), place_word=line(30)
    )
    PricingPlan.objects.update(name=line(80), summary=line(160))
    PlanPurchase.objects.update(name=line(80))
    CreditEntry.objects.update(reason=line())
    GiftCard.objects.update(buyer_name=line(), to_name=line(), words=line(160))
    GiftEntry.objects.update(reason=line())
    Category.objects.update(name=line(80))
    Service.objects.update(name=line(), summary=line(160), description=line(500))
    StaffMember.objects.update(name=line(), short_name=line(30))
    for question in Question.objects.all():
        question.label = f"{question.pk} {line()}"
        question.save()


@pytest.fixture
def plain_shapes(stage: Stage) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The elements of every page when everybody wrote one harmless word."""
    write_everywhere(stage, "harmless")
    return {path: Reading(page).shape for path, page in pages_of(stage).items()}


@pytest.mark.long
def test_no_text_becomes_an_element_or_an_attribute_of_any_page(
    stage: Stage, plain_shapes: dict[str, list[tuple[str, tuple[str, ...]]]]
) -> None:
    changed: list[tuple[str, str]] = []
    for first in range(0, len(TEXTS), STRIDE):
        texts = [*TEXTS[first:], *TEXTS[:first]]
        write_everywhere(stage, *texts)
        for path, page in pages_of(stage).items():
            reading = Reading(page)
            same = reading.shape == plain_shapes[path]
            if not same or reading.leads_astray:
                changed.append((path, texts[0]))

    assert changed == []


@pytest.mark.long
def test_every_text_is_readable_where_it_is_shown(stage: Stage) -> None:
    lost: list[str] = []
    own = f"/own/{stage.salon.business.slug}/bookings/{stage.booking.reference}/"
    for text in TEXTS:
        write_everywhere(stage, text)
        if " ".join(text.split()) not in Reading(stage.olga.get(own).content.decode()).text:
            lost.append(text)

    assert lost == []


@pytest.fixture
def mails(stage: Stage, tmp_path: Path) -> Iterator[Path]:
    """Mails go to files of this test."""
    OutboxItem.objects.all().delete()
    folder = tmp_path / "sent"
    backend = "django.core.mail.backends.filebased.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_FILE_PATH=str(folder)):
        yield folder


def book(stage: Stage, text: str, turn: int) -> None:
    """Carl asks for another time, and gives this text wherever he can."""
    from tests.pages import fields_of, fill, hold  # noqa: PLC0415  beside its only use

    start = stage.salon.at(27 + turn // 8, 9 + turn % 8).astimezone(stage.salon.business.zone)
    address = hold(stage.carl, stage.salon.bridal, start)
    typed = {"name": text[:LONGEST_NAME], "email": f"carl{turn}@example.com", "note": text}
    pay_page = fill(stage.carl, address, typed)["Location"]
    answer = stage.carl.post(pay_page, fields_of(stage.carl.get(pay_page)))
    assert (answer.status_code, answer["Location"][:6]) == (303, "/done/"), text


def sent_mails(folder: Path) -> list[EmailMessage]:
    with time_machine.travel(NOW.replace(hour=10), tick=False):
        call_command("worker", "--drain")
    raws = [
        raw
        for path in sorted(folder.iterdir())
        for raw in path.read_bytes().split(b"-" * 79 + b"\n")
    ]
    return [message_from_bytes(raw, policy=policy.default) for raw in raws if raw.strip()]


@pytest.mark.parametrize("texts", [TEXTS[0::4], TEXTS[1::4], TEXTS[2::4], TEXTS[3::4], BROKEN])
@pytest.mark.long
def test_mails_have_one_recipient_and_calendars_one_event(
    stage: Stage, mails: Path, texts: list[str]
) -> None:
    Business.objects.update(email="hello@juniper.example")
    for turn, text in enumerate(texts):
        book(stage, text, turn)

    found = sent_mails(mails)

    assert len(found) >= 2 * len(texts)  # to Carl, and to the team
    for mail in found:
        assert mail["To"].count("@") == 1
        assert (mail["Bcc"], mail["Cc"], mail["X-Evil"]) == (None, None, None)
        parts = {part.get_content_type(): part for part in mail.walk()}
        assert set(parts) >= {"text/plain", "text/html", "text/calendar"}
        raw = parts["text/calendar"].get_payload(decode=True)
        assert isinstance(raw, bytes)
        calendar = Calendar.from_ical(raw)
        assert [it.name for it in calendar.walk()] == ["VCALENDAR", "VEVENT"]
        assert max(len(line) for line in raw.split(b"\r\n")) <= 75
        reading = Reading(str(parts["text/html"].get_content()))
        assert {tag for tag, _names in reading.shape} <= MAIL_TAGS
        assert reading.leads_astray == []


MAIL_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "table", "tr", "td", "div", "h1"),
    *("h2", "p", "a", "hr", "span", "br", "b", "tbody", "th"),
}
