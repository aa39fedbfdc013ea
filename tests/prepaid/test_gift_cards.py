"""Gift cards: bought, used for a part or all, let go, given back; never a unit too many
(rule M15)."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.forms import FIELD
from apps.checkout.gifts import spell_code
from apps.checkout.models import GiftCard, GiftEntry, Order, Payment, Refund
from apps.checkout.operations import Act, GiftRefused, Seen, SeenGift, WayNotOffered
from apps.checkout.pricing import Way
from apps.checkout.queries.gifts import find_gift
from apps.checkout.queries.offers import offer_of
from apps.prepaid import operations as prepaid
from tests.checkout.test_views import press, to_pay_page
from tests.factories import NOW, Salon, make_salon
from tests.factories.money import ORIGIN, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import buy_gift_online, make_gift_card
from tests.pages import fields_of, text_of
from tests.prepaid.books import assert_the_books_add_up

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
Kind = GiftEntry.Kind


@pytest.fixture
def selling(salon: Salon) -> Salon:
    salon.business.sells_gift_cards = True
    salon.business.save()
    return salon


@pytest.fixture
def card(salon: Salon) -> GiftCard:
    """€50.00 that somebody was given."""
    return make_gift_card(by=salon.olga)


@pytest.fixture
def draft(salon: Salon) -> Booking:
    """A cut of €48.00, which is paid online: all of it, or a deposit of €20.00."""
    return make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def pay_with(draft: Booking, card: GiftCard, way: Way, *, gift: int) -> checkout.CheckedOut:
    """Check out as the page showed it: the card pays this much."""
    quote = offer_of(booking=draft, now=NOW).quotes[way]
    seen = Seen(quote.total, quote.due_now, gift=SeenGift(card.pk, gift))
    return checkout.check_out(draft_id=draft.draft_id, way=way, seen=seen, origin=ORIGIN, now=NOW)


def left_on(card: GiftCard) -> int:
    card.refresh_from_db()
    return card.balance


def lines_of(card: GiftCard) -> list[tuple[str, int, int]]:
    return list(card.entries.values_list("kind", "amount", "left"))


def test_a_card_is_good_when_its_money_has_come(selling: Salon) -> None:
    bought = buy_gift_online(selling.business)
    assert (bought.card.status, bought.card.balance) == ("DRAFT", 0)
    assert find_gift(selling.business.pk, bought.card.code) is None

    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)

    bought.card.refresh_from_db()
    assert (bought.card.status, lines_of(bought.card)) == ("ACTIVE", [(Kind.BOUGHT, 5000, 5000)])
    assert (Order.objects.get().total, Order.objects.get().tax) == (5000, 0)
    assert_the_books_add_up(LATER)


def test_the_same_form_twice_is_one_card_and_one_payment(selling: Salon) -> None:
    first, second = buy_gift_online(selling.business), buy_gift_online(selling.business)

    assert (first.card, first.url) == (second.card, second.url)
    assert (GiftCard.objects.count(), Payment.objects.count()) == (1, 1)


def test_a_business_that_sells_none_sells_none(salon: Salon) -> None:
    with pytest.raises(WayNotOffered):
        buy_gift_online(salon.business)


def test_a_declined_card_is_tried_again(selling: Salon) -> None:
    bought = buy_gift_online(selling.business)
    pay_in_sandbox(Payment.objects.get(), Act.DECLINE, now=NOW)
    work(LATER)

    again = prepaid.pay_for_gift_card(card_id=bought.card.pk, origin=ORIGIN, now=LATER)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=LATER)
    work(LATER)

    assert again.url not in {"", bought.url}
    assert left_on(bought.card) == 5000
    assert prepaid.pay_for_gift_card(card_id=bought.card.pk, origin=ORIGIN, now=LATER).url == ""


def test_one_that_nobody_paid_for_is_forgotten_after_a_day(selling: Salon) -> None:
    buy_gift_online(selling.business)
    pay_in_sandbox(Payment.objects.get(), Act.DECLINE, now=NOW)
    work(LATER)

    assert prepaid.forget_unpaid_gifts(now=NOW + timedelta(hours=23)) == 0
    assert prepaid.forget_unpaid_gifts(now=NOW + timedelta(hours=24)) == 1
    assert not GiftCard.objects.exists()


def test_it_pays_for_all_and_nobody_is_sent_anywhere(draft: Booking, card: GiftCard) -> None:
    done = pay_with(draft, card, Way.FULL, gift=4800)

    assert (done.url, done.booking.status, done.booking.payment_status, done.booking.paid) == (
        *("", "CONFIRMED", "PAID"),
        4800,
    )
    assert lines_of(card) == [(Kind.BOUGHT, 5000, 5000), (Kind.USED, -4800, 200)]
    assert Order.objects.get(booking=draft).payment_status == "PAID"
    assert_the_books_add_up()


def test_it_pays_a_part_and_the_rest_is_paid_online(draft: Booking, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga, value=3000)

    done = pay_with(draft, card, Way.FULL, gift=3000)
    assert (left_on(card), Booking.objects.get(pk=draft.pk).status) == (0, "CREATED")
    assert done.url.startswith("/practice/")
    online = Payment.objects.get(kind="ONLINE")
    assert online.amount == 1800
    pay_in_sandbox(online, Act.PAY, now=LATER)
    work(LATER)

    draft.refresh_from_db()
    assert (draft.status, draft.payment_status, draft.paid) == ("CONFIRMED", "PAID", 4800)
    gift = Payment.objects.get(kind="GIFT")
    assert (gift.status, gift.captured) == ("PAID", 3000)
    assert_the_books_add_up(LATER)


def test_a_deposit_may_come_from_a_card(draft: Booking, card: GiftCard) -> None:
    done = pay_with(draft, card, Way.DEPOSIT, gift=2000)

    assert (done.url, done.booking.payment_status, done.booking.paid) == (
        *("", "PARTIALLY_PAID"),
        2000,
    )
    assert left_on(card) == 3000
    assert_the_books_add_up()


def test_what_is_paid_at_the_place_may_come_from_a_card(salon: Salon, card: GiftCard) -> None:
    draft = make_prepared(service=salon.colour, starts_at=salon.at(26, 10), now=NOW)

    done = pay_with(draft, card, Way.IN_PERSON, gift=5000)

    assert (done.url, done.booking.payment_status, done.booking.paid) == (
        *("", "PARTIALLY_PAID"),
        5000,
    )
    assert_the_books_add_up()


def test_less_on_it_than_the_page_showed_books_nothing(
    draft: Booking, card: GiftCard, salon: Salon
) -> None:
    other = make_prepared(
        service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email="eva@example.com"
    )
    pay_with(other, card, Way.DEPOSIT, gift=2000)

    with pytest.raises(GiftRefused) as refused:
        pay_with(draft, card, Way.FULL, gift=4800)

    assert (refused.value.balance, left_on(card)) == (3000, 3000)
    assert Booking.objects.get(pk=draft.pk).status == "CREATED"
    assert not Order.objects.filter(booking=draft).exists()


def test_a_card_of_another_business_pays_for_nothing_here(draft: Booking, salon: Salon) -> None:
    sams = make_salon(slug="sams")
    foreign = make_gift_card(by=sams.olga)

    assert find_gift(salon.business.pk, foreign.code) is None
    assert find_gift(sams.business.pk, foreign.code) is not None
    with pytest.raises(GiftRefused):
        pay_with(draft, foreign, Way.FULL, gift=4800)
    assert left_on(foreign) == 5000


def test_a_payment_that_fails_leaves_the_card_held_until_its_time_is_over(
    draft: Booking, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=3000)
    pay_with(draft, card, Way.FULL, gift=3000)
    pay_in_sandbox(Payment.objects.get(kind="ONLINE"), Act.DECLINE, now=NOW)
    work(LATER)
    over = Payment.objects.get(kind="GIFT").expires_at
    assert over is not None

    assert checkout.release_held(now=over + timedelta(minutes=4)) == 0
    assert checkout.release_held(now=over + timedelta(minutes=5)) == 1
    assert checkout.release_held(now=over + timedelta(minutes=6)) == 0

    assert lines_of(card) == [
        (Kind.BOUGHT, 3000, 3000),
        (Kind.USED, -3000, 0),
        (Kind.RETURNED, 3000, 3000),
    ]
    assert (Payment.objects.get(kind="GIFT").status, left_on(card)) == ("CANCELED", 3000)
    assert_the_books_add_up(LATER)


def test_as_long_as_the_bank_may_say_yes_the_card_waits(draft: Booking, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga, value=3000)
    pay_with(draft, card, Way.FULL, gift=3000)

    assert checkout.release_held(now=NOW + timedelta(hours=5)) == 0
    pay_in_sandbox(Payment.objects.get(kind="ONLINE"), Act.PAY_SILENTLY, now=LATER)
    checkout.settle_payment(payment_id=Payment.objects.get(kind="ONLINE").pk, now=LATER)

    draft.refresh_from_db()
    assert (draft.status, draft.paid, left_on(card)) == ("CONFIRMED", 4800, 0)
    assert_the_books_add_up(LATER)


def test_choosing_another_way_gives_back_first_what_was_held(draft: Booking, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga, value=3000)
    pay_with(draft, card, Way.FULL, gift=3000)

    assert offer_of(booking=draft, gift=card.code, now=NOW).gift is not None
    begun = Payment.objects.get(kind="ONLINE")
    checkout.give_up_payment(payment_id=begun.pk, order_id=begun.order_id, now=NOW)
    pay_with(draft, card, Way.DEPOSIT, gift=2000)

    assert left_on(card) == 1000
    draft.refresh_from_db()
    assert (draft.status, draft.paid) == ("CONFIRMED", 2000)
    assert_the_books_add_up()


def test_what_another_customer_holds_is_not_there_for_us(draft: Booking, salon: Salon) -> None:
    card = make_gift_card(by=salon.olga, value=3000)
    other = make_prepared(
        service=salon.cut, starts_at=salon.at(27, 10), now=NOW, email="eva@example.com"
    )
    pay_with(other, card, Way.FULL, gift=3000)

    assert offer_of(booking=draft, gift=card.code, now=NOW).gift is None


def test_what_is_refunded_goes_back_onto_the_card_the_newest_payment_first(
    draft: Booking, salon: Salon
) -> None:
    card = make_gift_card(by=salon.olga, value=3000)
    pay_with(draft, card, Way.FULL, gift=3000)
    pay_in_sandbox(Payment.objects.get(kind="ONLINE"), Act.PAY, now=LATER)
    work(LATER)

    checkout.cancel_and_refund(
        booking_id=draft.pk, business_id=salon.business.pk, reason="", by=salon.olga, now=LATER
    )
    work(LATER + timedelta(minutes=1))

    assert left_on(card) == 3000
    assert lines_of(card)[-1] == (Kind.RETURNED, 3000, 3000)
    refunds = Refund.objects.order_by("pk").values_list("payment__kind", "amount", "status")
    assert list(refunds) == [("ONLINE", 1800, "DONE"), ("GIFT", 3000, "DONE")]
    assert_the_books_add_up(LATER + timedelta(minutes=1))


def test_the_team_corrects_a_card_within_its_bounds(card: GiftCard, salon: Salon) -> None:
    def adjust(amount: int, seen: int) -> None:
        prepaid.adjust_gift_card(
            card_id=card.pk,
            amount=amount,
            seen_balance=seen,
            reason="At the till",
            by=salon.olga,
            now=NOW,
        )

    adjust(-1500, 5000)
    adjust(500, 3500)
    for amount, seen in ((-1, 5000), (-4001, 4000), (1001, 4000)):
        with pytest.raises(GiftRefused):
            adjust(amount, seen)

    assert lines_of(card)[1:] == [(Kind.ADJUSTED, -1500, 3500), (Kind.ADJUSTED, 500, 4000)]
    assert_the_books_add_up()


def test_a_stopped_card_pays_no_more_and_may_go_back_to_its_buyer(
    card: GiftCard, draft: Booking, salon: Salon
) -> None:
    for _time in range(2):
        prepaid.stop_gift_card(card_id=card.pk, gives_back=True, by=salon.olga, now=NOW)

    assert find_gift(salon.business.pk, card.code) is None
    with pytest.raises(GiftRefused):
        pay_with(draft, card, Way.FULL, gift=4800)
    assert (left_on(card), card.status) == (0, "STOPPED")
    assert Order.objects.get(gift_card=card).payment_status == "FULLY_REFUNDED"
    assert Refund.objects.get().amount == 5000
    assert_the_books_add_up()


@pytest.mark.parametrize("amount", [0, 4801, 5000])
def test_a_card_never_pays_more_than_the_booking_costs(
    card: GiftCard, draft: Booking, amount: int
) -> None:
    with pytest.raises(GiftRefused):
        pay_with(draft, card, Way.FULL, gift=amount)

    assert (left_on(card), Payment.objects.filter(kind="GIFT").count()) == (5000, 0)


def test_nobody_of_another_business_touches_it(card: GiftCard) -> None:
    sam = make_salon(slug="sams").olga

    with pytest.raises(GiftCard.DoesNotExist):
        prepaid.adjust_gift_card(
            card_id=card.pk, amount=-1, seen_balance=5000, reason="", by=sam, now=NOW
        )
    with pytest.raises(GiftCard.DoesNotExist):
        prepaid.stop_gift_card(card_id=card.pk, gives_back=False, by=sam, now=NOW)

    assert (left_on(card), card.status) == (5000, "ACTIVE")


def test_the_page_takes_the_code_in_the_box_for_codes(
    client: Client, salon: Salon, card: GiftCard
) -> None:
    path = to_pay_page(client, salon)

    page = client.post(
        path, {"update": "1", "code": spell_code(card.code).lower(), "way": "FULL"}, follow=True
    )
    assert f"Gift card {spell_code(card.code)}" in text_of(page)
    assert "−\xa0€48.00" in text_of(page).replace("− €", "−\xa0€")
    sent = {**fields_of(page), "way": "FULL"}
    done = client.post(path, sent)

    booking = Booking.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/done/{booking.reference}/")
    assert (booking.paid, left_on(card)) == (4800, 200)


def test_a_balance_that_changed_is_told_with_nothing_paid(
    client: Client, salon: Salon, card: GiftCard
) -> None:
    path = to_pay_page(client, salon)
    page = client.post(path, {"update": "1", "code": card.code, "way": "FULL"}, follow=True)
    prepaid.adjust_gift_card(
        card_id=card.pk, amount=-4000, seen_balance=5000, reason="", by=salon.olga, now=NOW
    )

    answer = client.post(path, {**fields_of(page), "way": "FULL"})

    assert answer.status_code == 409
    words = "The gift card has only €10.00 on it now; it was going to pay €48.00. Nothing was paid."
    assert words in text_of(answer)
    assert "−" in text_of(answer)
    again = client.post(path, {**fields_of(answer), "way": "FULL"})
    assert again["Location"].startswith("/practice/")
    assert left_on(card) == 0


def test_an_amount_for_a_card_that_nobody_sealed_is_refused(
    client: Client, salon: Salon, card: GiftCard
) -> None:
    path = to_pay_page(client, salon)
    fields = fields_of(
        client.post(path, {"update": "1", "code": card.code, "way": "FULL"}, follow=True)
    )
    head, _dot, rest = fields[FIELD].partition(":")

    answer = client.post(path, {**fields, FIELD: f"{head[:-1]}A:{rest}", "way": "FULL"})

    assert (answer.status_code, left_on(card)) == (422, 5000)


def test_wrong_codes_are_tried_ten_times_an_hour(
    client: Client, salon: Salon, card: GiftCard
) -> None:
    path = to_pay_page(client, salon)
    wrong = [f"G-ABCD-EFGH-JKL{digit}" for digit in range(2, 10)] + ["WINTER", "SUMMER"]
    for code in wrong:
        assert client.post(path, {"update": "1", "code": code}).status_code == 422

    refused = client.post(path, {"update": "1", "code": card.code})  # even the right one, by now
    assert refused.status_code == 429
    assert client.get(path).status_code == 200
    assert press(client, path, way="DEPOSIT").status_code == 303


@pytest.mark.parametrize("boxes", [("code", "gift"), ("gift", ""), ("code", "")])
def test_a_right_code_beside_it_makes_no_wrong_one_free(
    client: Client, salon: Salon, card: GiftCard, boxes: tuple[str, str]
) -> None:
    path, (wrong, right) = to_pay_page(client, salon), boxes
    beside = {right: card.code} if right else {}

    codes = [
        client.post(path, {"update": "1", wrong: f"GUESS{number}", **beside}).status_code
        for number in range(11)
    ]

    assert codes == [*10 * [422], 429]


def test_a_right_code_is_no_try(client: Client, salon: Salon, card: GiftCard) -> None:
    path = to_pay_page(client, salon)

    for _time in range(12):
        assert client.post(path, {"update": "1", "code": card.code}).status_code == 303
