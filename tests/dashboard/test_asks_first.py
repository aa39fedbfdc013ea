"""What cannot be taken back is asked once, with scripts off as well, in words that are true."""

import re
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.test import Client

from apps.bookings import operations as bookings
from apps.catalog.queries import choose
from tests.bookings.pages import text_of
from tests.bookings.test_wishes import fill, wait
from tests.factories import NOW, Salon, make_visitor
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.money import work
from tests.factories.studio import join, make_session, make_studio

pytestmark = pytest.mark.django_db


class Asking(HTMLParser):
    """The words of each question: what stands folded beside a button that does it."""

    def __init__(self) -> None:
        super().__init__()
        self.folds: list[str] = []
        self.unasked: list[dict[str, str | None]] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "details":
            self.depth += 1
            self.folds.append("")
        if tag == "button" and given.get("value") == "remove" and not self.depth:
            self.unasked.append(given)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "details"

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.folds[-1] += data


def questions(page: str) -> list[str]:
    parser = Asking()
    parser.feed(page)
    assert parser.unasked == []
    return [re.sub(r"\s+", " ", it).strip() for it in parser.folds]


def test_taking_somebody_off_the_list_of_a_class_is_asked_and_told(client: Client) -> None:
    studio = make_studio()
    session = make_session(studio, starts_at=studio.at(25, 18), capacity=1)
    join(session)
    entry = bookings.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=bookings.WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    page = text_of(client.get(f"/own/harbor/classes/{session.pk}/"))

    words = "Eva loses the place in line and is told by e-mail."
    assert f"Remove Eva{words}Yes, remove Eva" in questions(page)
    sent = {"reference": entry.booking.reference, "verb": "remove"}
    client.post(f"/own/harbor/classes/{session.pk}/waiting/", sent)
    mail.outbox.clear()
    work(NOW)
    assert [it.to for it in mail.outbox if "waitlist" in it.subject] == [["eva@example.com"]]


def test_taking_somebody_off_the_list_of_times_is_asked(olga: Client, salon: Salon) -> None:
    fill(salon)
    wait(salon, "Eva")

    found = questions(text_of(olga.get("/own/juniper/waitlist/")))

    words = "Eva loses the place in line and is told by e-mail."
    assert found == [f"Remove Eva{words}Yes, remove Eva"]


def test_stopping_a_code_or_a_discount_is_asked(olga: Client, salon: Salon) -> None:
    make_coupon(business=salon.business)
    make_discount(business=salon.business)

    found = questions(text_of(olga.get("/own/juniper/coupons/")))

    assert len([it for it in found if "cannot be started again" in it]) == 2
