"""Each mail is one person's: a refusal for good is given up at once, and repeats nobody else's
(rule C16)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.businesses.models import Business
from apps.checkout.models import GiftCard
from apps.messages.operations import LINKS_TOPIC, ask_for_reset
from apps.outbox import operations as outbox
from apps.outbox.models import OutboxItem
from apps.outbox.worker import Worker
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer, Gift
from tests.factories import NOW, Salon, make_booking, make_salon
from tests.factories.prepaid import make_plan, make_purchase
from tests.messages.mail_server import MailServer, serving
from tests.messages.test_smtp import mailing_by
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
BUYER, FRIEND = "eva@example.com", "freind@gmial.example"
DAY = timedelta(hours=25)


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving(MailServer()) as it:
        yield it


def sell(salon: Salon) -> GiftCard:
    gift = Gift(value=5000, buyer=Buyer(name="Eva", email=BUYER), to_name="Fay", to_email=FRIEND)
    return prepaid.sell_gift_card(gift=gift, by=salon.olga, now=NOW)


def work(server: MailServer, *, during: timedelta = DAY) -> None:
    """A worker that looks every quarter of an hour."""
    with mailing_by(server.url):
        for minutes in range(0, int(during.total_seconds() // 60), 15):
            with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
                Worker(clock=timezone.now, jitter=lambda: 0.0).drain()


def sent(server: MailServer) -> list[tuple[str, str]]:
    return [(it["To"], it["Subject"]) for it in server.accepted]


def items(topic: str) -> list[tuple[str, int]]:
    found = OutboxItem.objects.filter(topic=topic).order_by("pk")
    return [(it.state, it.attempts) for it in found]


def page_of(salon: Salon, card: GiftCard) -> str:
    olga = Client()
    olga.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return text_of(olga.get(f"/own/juniper/gift-cards/{card.reference}/"))


def test_a_card_whose_recipient_is_refused_is_mailed_to_its_buyer_once(
    salon: Salon, server: MailServer
) -> None:
    server.refused = FRIEND
    card = sell(salon)
    work(server)

    assert sent(server) == [
        (BUYER, "A gift card of €50.00, Juniper Hair"),
        (BUYER, "Your gift card could not be delivered, Juniper Hair"),
    ]
    words = server.accepted[1].get_body(("plain",))
    assert words is not None
    assert f"Our e-mail to {FRIEND} was not delivered" in " ".join(words.get_content().split())
    assert items("gifts.told") == [("DONE", 1), ("FAILED", 1), ("DONE", 1)]
    assert f"The e-mail to {FRIEND} was not delivered." in page_of(salon, card)


def test_the_recipient_gets_the_card_although_the_buyer_is_refused(
    salon: Salon, server: MailServer
) -> None:
    server.refused = BUYER
    card = sell(salon)
    work(server)

    assert sent(server) == [(FRIEND, "A gift card of €50.00, Juniper Hair")]
    assert items("gifts.told") == [("FAILED", 1), ("DONE", 1)]
    page = page_of(salon, card)
    assert f"The e-mail to {BUYER} was not delivered." in page
    assert f"The e-mail to {FRIEND} was not delivered." not in page


def test_a_recipient_who_was_never_reached_is_told_of_after_the_last_attempt(
    salon: Salon, server: MailServer
) -> None:
    card = sell(salon)
    OutboxItem.objects.filter(key__endswith="RECIPIENT").update(attempts=23)
    server.rcpt = "450 try later"
    work(server, during=timedelta(minutes=1))
    server.rcpt = ""
    work(server, during=timedelta(hours=1))

    assert [it for it in sent(server) if "could not be delivered" in it[1]] == [
        (BUYER, "Your gift card could not be delivered, Juniper Hair")
    ]
    assert f"The e-mail to {FRIEND} was not delivered." in page_of(salon, card)


def test_a_refusal_for_now_is_tried_again_with_the_same_message_id(
    salon: Salon, server: MailServer
) -> None:
    sell(salon)
    server.drop_after_accept = True
    work(server, during=timedelta(minutes=1))
    server.drop_after_accept = False
    work(server)

    of_buyer = [it["Message-ID"] for it in server.accepted if it["To"] == BUYER]
    of_friend = [it["Message-ID"] for it in server.accepted if it["To"] == FRIEND]
    assert len(set(of_buyer)) == 1
    assert len(set(of_friend)) == 1
    assert set(of_buyer) != set(of_friend)


def test_a_card_that_was_written_down_before_is_mailed_to_each_once(
    salon: Salon, server: MailServer
) -> None:
    """Items of an older version name nobody: they are for all."""
    card = sell(salon)
    OutboxItem.objects.all().delete()
    with transaction.atomic():
        outbox.enqueue(
            topic="gifts.told",
            payload={"card_id": card.pk},
            business_id=card.business_id,
            now=NOW,
        )
    work(server, during=timedelta(hours=1))

    assert [to for to, _subject in sent(server)] == [BUYER, FRIEND]


def plan(salon: Salon) -> None:
    make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga, email=FRIEND)


def links(salon: Salon) -> None:
    make_booking(service=salon.cut, starts_at=salon.at(26, 12), now=NOW, email=FRIEND)
    payload = {"business_id": salon.business.pk, "email": FRIEND, "reference": ""}
    with transaction.atomic():
        outbox.enqueue(topic=LINKS_TOPIC, payload=payload, business_id=None, now=NOW)


def reset(salon: Salon) -> None:
    User.objects.filter(pk=salon.olga.user.pk).update(email=FRIEND)
    with transaction.atomic():
        ask_for_reset(email=FRIEND, now=NOW)


@pytest.mark.parametrize(
    ("act", "topic"),
    [(plan, "plans.told"), (links, LINKS_TOPIC), (reset, "accounts.reset")],
    ids=["plan", "links", "reset"],
)
def test_a_refusal_for_good_is_given_up_at_once(
    salon: Salon, server: MailServer, act: Callable[[Salon], None], topic: str
) -> None:
    Business.objects.update(email="")
    server.refused = FRIEND
    act(salon)
    work(server, during=timedelta(hours=1))

    assert items(topic) == [("FAILED", 1)]
    assert OutboxItem.objects.get(topic=topic).last_error == "550 no such mailbox"


def test_of_two_accounts_of_one_address_each_is_mailed_once(
    salon: Salon, server: MailServer
) -> None:
    """One spells it in capitals, and its mailbox is gone."""
    User.objects.filter(pk=salon.olga.user.pk).update(email="olga@example.com")
    User.objects.create_user("second", "OLGA@example.com", "quiet herons")
    server.refused = "OLGA@example.com"
    with transaction.atomic():
        ask_for_reset(email="olga@example.com", now=NOW)
    work(server)

    assert [to for to, _subject in sent(server)] == ["olga@example.com"]
    assert sorted(items("accounts.reset")) == [("DONE", 1), ("DONE", 1), ("FAILED", 1)]
