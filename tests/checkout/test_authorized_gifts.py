"""A gift card pays for a request: authorized, taken after a yes, back on the card after a no."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, Payment, Refund, SandboxSession
from apps.checkout.operations import Act, GiftRefused, Seen, SeenGift
from apps.checkout.pricing import Way
from apps.ledger.check import find_all
from apps.prepaid import operations as prepaid
from tests.checkout.test_views import to_pay_page
from tests.factories import NOW, Salon
from tests.factories.money import ORIGIN, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.pages import fields_of, text_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
ANSWERED = NOW + timedelta(minutes=30)
SETTLED = ANSWERED + timedelta(seconds=11)


@pytest.fixture
def card(asking: Salon) -> GiftCard:
    """Fifty euros; the deposit of a request is forty."""
    return make_gift_card(by=asking.olga, value=5000)


@pytest.fixture
def draft(asking: Salon) -> Booking:
    return make_prepared(service=asking.bridal, starts_at=asking.at(26, 10), now=NOW)


def ask(draft: Booking, card: GiftCard, *, due: int = 4000, pays: int = 4000, **more: Any) -> Any:
    """Send the request, having seen what the card pays of it."""
    seen = Seen(total=12000, due_now=due, gift=SeenGift(card.pk, pays))
    way = more.pop("way", Way.DEPOSIT)
    return checkout.check_out(
        draft_id=draft.draft_id, way=way, seen=seen, origin=ORIGIN, now=NOW, **more
    )


def answer(verb: Any, salon: Salon, **more: Any) -> None:
    booking = Booking.objects.earliest("pk")
    verb(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=ANSWERED, **more)


def look(at: Any = SETTLED) -> None:
    checkout.look_after_authorized(now=at)
    work(at)


def books(draft: Booking, card: GiftCard) -> tuple[str, int, int, int]:
    """Status of the booking, what it says was paid and is authorized, and what is on the card."""
    draft.refresh_from_db()
    card.refresh_from_db()
    assert list(find_all(business_id=None, now=SETTLED)) == []
    return draft.status, draft.paid, draft.authorized, card.balance


def test_what_a_card_pays_for_a_request_is_authorized(draft: Booking, card: GiftCard) -> None:
    done = ask(draft, card)

    assert done.url == ""
    assert books(draft, card) == ("PENDING", 0, 4000, 1000)
    payment = Payment.objects.get(kind="GIFT")
    assert (payment.kind, payment.status, payment.captured) == ("GIFT", "AUTHORIZED", 0)
    assert not hasattr(draft.order, "receipt")


def test_a_yes_takes_it_once_the_yes_cannot_be_undone(
    asking: Salon, draft: Booking, card: GiftCard
) -> None:
    ask(draft, card)
    answer(bookings.confirm_request, asking)

    look(ANSWERED + timedelta(seconds=9))
    assert books(draft, card) == ("CONFIRMED", 0, 4000, 1000)
    for _time in range(2):
        look()

    assert books(draft, card) == ("CONFIRMED", 4000, 0, 1000)
    assert draft.order.receipt.number == 2  # the first was the card's own


def test_a_no_gives_it_back(asking: Salon, draft: Booking, card: GiftCard) -> None:
    ask(draft, card)
    answer(bookings.decline_request, asking, reason="")

    for _time in range(2):
        look()

    assert books(draft, card) == ("DECLINED", 0, 0, 5000)
    assert [it.amount for it in card.entries.all()] == [5000, -4000, 4000]


def test_what_comes_back_to_a_stopped_card_can_go_back_to_its_buyer(
    asking: Salon, draft: Booking, card: GiftCard
) -> None:
    ask(draft, card)

    def stop(seen: int) -> None:
        prepaid.stop_gift_card(
            card_id=card.pk, gives_back=True, by=asking.olga, now=NOW, seen_balance=seen
        )

    stop(1000)
    answer(bookings.decline_request, asking, reason="")
    look()
    assert books(draft, card) == ("DECLINED", 0, 0, 4000)
    stop(4000)

    assert books(draft, card) == ("DECLINED", 0, 0, 0)
    refunds = Refund.objects.order_by("pk")
    assert [it.amount for it in refunds] == [1000, 4000]


def test_a_yes_that_is_undone_takes_nothing(asking: Salon, draft: Booking, card: GiftCard) -> None:
    ask(draft, card)
    answer(bookings.confirm_request, asking)
    booking = Booking.objects.get()
    bookings.undo_decision(
        booking_id=booking.pk,
        revision=booking.revision,
        by=asking.olga,
        now=ANSWERED + timedelta(seconds=5),
    )

    look(ANSWERED + timedelta(minutes=1))

    assert books(draft, card) == ("PENDING", 0, 4000, 1000)


def test_the_rest_is_authorized_at_the_bank_and_both_end_alike(
    asking: Salon, draft: Booking
) -> None:
    small = make_gift_card(by=asking.olga, value=1500)
    ask(draft, small, pays=1500)
    payment = Payment.objects.get(kind="ONLINE")
    assert (payment.amount, payment.captures_later) == (2500, True)
    pay_in_sandbox(payment, Act.PAY, now=LATER)
    work(LATER)
    assert books(draft, small) == ("PENDING", 0, 4000, 0)

    answer(bookings.decline_request, asking, reason="")
    look()
    look(SETTLED + timedelta(minutes=1))

    assert books(draft, small) == ("DECLINED", 0, 0, 1500)
    assert SandboxSession.objects.get().captured == 0


def test_one_card_pays_for_one_of_two_requests(
    asking: Salon, draft: Booking, card: GiftCard
) -> None:
    other = make_prepared(service=asking.bridal, starts_at=asking.at(27, 10), now=NOW)
    ask(draft, card)

    with pytest.raises(GiftRefused):
        ask(other, card)

    other.refresh_from_db()
    assert other.status == "CREATED"
    assert books(draft, card) == ("PENDING", 0, 4000, 1000)


def test_the_page_says_what_becomes_of_it(client: Client, asking: Salon, card: GiftCard) -> None:
    path = to_pay_page(client, asking, service="bridal")

    used = client.post(path, {"update": "1", "code": card.code, "way": "DEPOSIT"}, follow=True)

    costs = used.context["costs"]
    assert (costs.gift.amount, costs.now.amount, costs.button_words) == (4000, 0, "Send request")
    assert "If they decline, what your gift card pays goes back on it." in text_of(used)
    done = client.post(path, {**fields_of(used), "way": "DEPOSIT"})
    assert done["Location"].startswith("/done/")
    assert "€40.00" in text_of(client.get(done["Location"]))


def told(client: Client, booking: Booking, mails: list[EmailMultiAlternatives]) -> list[str]:
    """The page after the request, the customer's own page, and both forms of the mail."""
    client.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")
    pages = [f"/done/{booking.reference}/", f"/manage/{booking.reference}/"]
    mine = next(it for it in mails if it.to == ["carl@example.com"])
    written = [text_of(client.get(it)) for it in pages] + [mine.body, str(mine.alternatives[0][0])]
    return [" ".join(it.split()) for it in written]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5000, ("€40.00 is held on your gift card and only charged if Juniper Hair confirms.")),
        (
            1000,
            "€30.00 is held on your card and €10.00 on your gift card. Both are only charged",
        ),
    ],
)
def test_page_and_mail_name_what_is_authorized_on_which_card(
    client: Client,
    asking: Salon,
    draft: Booking,
    mailoutbox: list[EmailMultiAlternatives],
    *,
    value: int,
    words: str,
) -> None:
    card = make_gift_card(by=asking.olga, value=value)
    if ask(draft, card, pays=min(value, 4000)).url:
        pay_in_sandbox(Payment.objects.get(kind="ONLINE"), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()

    assert [words in it for it in told(client, draft, mailoutbox)] == [True] * 4


def test_a_no_names_what_goes_back_to_which_card(
    client: Client,
    asking: Salon,
    draft: Booking,
    mailoutbox: list[EmailMultiAlternatives],
) -> None:
    card = make_gift_card(by=asking.olga, value=1000)
    ask(draft, card, pays=1000)
    pay_in_sandbox(Payment.objects.get(kind="ONLINE"), Act.PAY, now=LATER)
    work(LATER)
    mailoutbox.clear()
    answer(bookings.decline_request, asking)
    look()
    draft.refresh_from_db()

    words = (
        "You have not been charged: the €30.00 held on your card is released, "
        "and the €10.00 goes back on your gift card."
    )
    assert [words in it for it in told(client, draft, mailoutbox)][1:] == [True] * 3
