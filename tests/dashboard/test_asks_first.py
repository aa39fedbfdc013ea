"""What cannot be taken back is asked once, with scripts off as well, in words that are true."""

import re
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.test import Client

from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.catalog.queries import choose
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.waitlists import operations as waitlists
from tests.checkout.test_conflicts import make_conflict
from tests.factories import NOW, Salon, make_visitor
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.factories.studio import join, make_session, make_studio
from tests.pages import text_of
from tests.waitlists.test_times import fill, wait

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
        is_final = given.get("value") == "remove" or given.get("name") in {"back", "time"}
        if tag == "button" and is_final and not self.depth:
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
    entry = waitlists.join_waitlist(
        choice=choose(service=studio.flow),
        target=session,
        details=waitlists.WaitingDetails(name="Eva", email="eva@example.com"),
        visitor=make_visitor("eva"),
        now=NOW,
    )
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    page = text_of(client.get(f"/own/harbor/classes/{session.pk}/"))

    words = "Eva is taken off the waitlist and told by e-mail."
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

    words = "Eva is taken off the waitlist and told by e-mail."
    assert found == [f"Remove Eva{words}Yes, remove Eva"]


def test_stopping_a_code_or_a_discount_is_asked(olga: Client, salon: Salon) -> None:
    make_coupon(business=salon.business)
    make_discount(business=salon.business)

    found = questions(text_of(olga.get("/own/juniper/coupons/")))

    assert len([it for it in found if "cannot be restarted" in it]) == 2


BACK = (
    "What {} paid online is refunded the same way within a few days. What was paid in person "
    "you hand over yourself. This cannot be undone."
)


def test_giving_the_money_of_what_is_over_back_is_asked(olga: Client, salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(pays_online=True, deposit=2000)
    salon.cut.refresh_from_db()
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    Booking.objects.filter(pk=draft.pk).update(status="CANCELED")

    found = questions(text_of(olga.get("/own/juniper/conflicts/")))

    name = Booking.objects.get().contact_name
    words = BACK.format(name)
    assert found == [f"Refund €20.00 {name}{words}Yes, refund €20.00 {name}"]


def test_giving_the_rest_of_a_stopped_gift_card_back_is_asked(olga: Client, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga)
    path = f"/own/juniper/gift-cards/{card.reference}/"
    olga.post(f"{path}stop/", {"seen_balance": str(card.balance)})

    found = questions(text_of(olga.get(path)))

    words = BACK.format(card.buyer_name)
    assert f"Refund €50.00 to {card.buyer_name}{words}Yes, refund €50.00" in found


@pytest.mark.usefixtures("at_now")
def test_moving_a_side_of_an_overlap_is_asked_with_the_new_time(olga: Client, salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(pays_online=True, deposit=2000)
    salon.cut.refresh_from_db()
    late = make_conflict(salon)

    page = text_of(olga.get(f"/own/juniper/conflicts/{late.reference}/"))

    moves = [it for it in questions(page) if "Yes, move Carl Vogt" in it]
    assert moves[0] == (
        "Thu 26 Nov09:00Carl Vogt is told by e-mail: Thu 26 Nov, 09:00. The old "
        "time becomes free.Yes, move Carl Vogt"
    )
    assert page.count('name="time"') == page.count("<summary")


def test_that_a_class_takes_place_anyway_is_asked(client: Client) -> None:
    studio = make_studio()
    Service.objects.filter(pk=studio.flow.pk).update(min_participants=3)
    session = make_session(studio, starts_at=studio.at(27, 18))
    join(session)
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")

    page = text_of(client.get(f"/own/harbor/classes/{session.pk}/"))

    asked = next(it for it in questions(page) if "Go ahead anyway" in it)
    assert asked == (
        "Go ahead anywayEveryone who has booked is confirmed and told by e-mail, "
        "however few come. Anyone who books later does not have to wait for "
        "more people. "
        "This cannot be undone.Yes, go ahead"
    )
