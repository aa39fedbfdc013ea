"""Money authorized that the bank lets go, before the team's yes and after it (rule M29)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout import wiring
from apps.checkout.models import Order, Payment, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.pricing import Way, first_part
from apps.checkout.providers import Bounds
from apps.dashboard.access import open_access
from apps.dashboard.bookings.queries.conflicts import list_let_go
from apps.dashboard.frame.queries.frame import get_frame
from apps.ledger.check import find_all
from apps.messages.models import Message
from tests.checkout.stripe_memory import Stub
from tests.checkout.test_balance import carl, page_of
from tests.factories import NOW, Salon
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now"), pytest.mark.detail]
MINUTE = timedelta(minutes=1)
INBOX = "/own/juniper/conflicts/"
GONE = "The bank has released the €40.00 held on the card"


@pytest.fixture
def asked(salon: Salon) -> Booking:
    """Carl's request for a bridal trial of €120.00, with a deposit of €40.00 authorized."""
    Service.objects.filter(pk=salon.bridal.pk).update(
        pays_online=True, deposit=4000, allows_multiple_requests=False
    )
    salon.bridal.refresh_from_db()
    draft = make_prepared(service=salon.bridal, starts_at=salon.at(26, 12), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    draft.refresh_from_db()
    assert (draft.status, draft.authorized) == ("PENDING", 4000)
    return draft


@pytest.fixture
def desk(salon: Salon) -> Client:
    client = Client()
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def lapse(*, look: bool) -> None:
    """The bank lets go; look: and we ask it."""
    SandboxSession.objects.update(state="LAPSED", authorized=0)
    if look:
        checkout.settle_payment(payment_id=Payment.objects.get().pk, now=NOW + MINUTE)
        work(NOW + MINUTE)


def confirm(booking: Booking, salon: Salon) -> None:
    booking.refresh_from_db()
    bookings.confirm_request(
        booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW + 2 * MINUTE
    )
    for minutes in (3, 4, 5):
        wiring.decide_authorized(NOW + minutes * MINUTE)
        work(NOW + minutes * MINUTE)
    booking.refresh_from_db()


def is_in_order() -> bool:
    return list(find_all(business_id=None, now=NOW + 10 * MINUTE)) == []


def test_the_card_of_a_request_says_before_the_yes_that_its_money_is_gone(
    asked: Booking, desk: Client
) -> None:
    assert GONE not in text_of(desk.get("/own/juniper/requests/"))
    lapse(look=True)

    for page in ("requests/", "", f"bookings/{asked.reference}/"):
        text = text_of(desk.get(f"/own/juniper/{page}"))
        assert f"{GONE}. You can still confirm: the customer is then asked to pay it." in text
    assert is_in_order()


def test_whoever_waits_for_an_answer_is_told_that_nothing_was_taken(asked: Booking) -> None:
    lapse(look=True)

    mail = Message.objects.get(kind="LET_GO")
    told = (
        "Your bank has released the €40.00 that was held: you have not been "
        "charged. Your request stands. If Juniper Hair confirms, you pay it then."
    )
    assert told in " ".join(mail.body_text.split())
    assert mail.to_address == "carl@example.com"
    assert "€40.00 to be paid online once confirmed, €80.00 at the studio" in mail.body_text
    page = page_of(carl(asked), asked)
    assert told in page
    assert "online</button>" not in page
    assert "€40.00 to be paid online once confirmed, €80.00 at the studio" in page


@pytest.mark.parametrize("known", ["before the yes", "after the yes"])
def test_a_yes_that_finds_nothing_to_take_leaves_the_deposit_owed_and_says_so(
    asked: Booking, salon: Salon, desk: Client, known: str
) -> None:
    lapse(look=known == "before the yes")
    confirm(asked, salon)

    assert (asked.status, asked.paid, asked.authorized) == ("CONFIRMED", 0, 0)
    inbox = text_of(desk.get(INBOX))
    assert "Released deposits" in inbox
    assert "No problems." not in inbox
    assert f"{GONE}: nothing was charged. The customer was told and can pay it online." in inbox
    page = page_of(carl(asked), asked)
    assert "Your booking stands, and the €40.00 is still to be paid." in page
    assert "Pay €40.00 online" in page
    assert "€40.00 to be paid online, €80.00 at the studio" in page
    assert Message.objects.filter(kind="LET_GO").count() == 1
    assert is_in_order()


def test_the_mail_with_the_yes_asks_for_what_was_let_go_before_it(
    asked: Booking, salon: Salon
) -> None:
    lapse(look=True)
    confirm(asked, salon)

    mail = " ".join(Message.objects.get(kind="CONFIRMED").body_text.split())
    assert "Your booking stands, and the €40.00 is still to be paid." in mail
    assert "€40.00 to be paid online, €80.00 at the studio" in mail


@pytest.mark.parametrize("answered", [False, True])
def test_where_all_of_it_was_let_go_all_of_it_is_paid_online(
    salon: Salon, *, answered: bool
) -> None:
    Service.objects.filter(pk=salon.bridal.pk).update(
        pays_online=True, allows_multiple_requests=False
    )
    salon.bridal.refresh_from_db()
    draft = make_prepared(service=salon.bridal, starts_at=salon.at(26, 12), now=NOW)
    check_out(draft, Way.FULL, now=NOW)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=NOW)
    work(NOW)
    lapse(look=True)
    if answered:
        confirm(draft, salon)

    words = "€120.00, to be paid online" + ("" if answered else " once confirmed")
    assert words in page_of(carl(draft), draft)


def test_whoever_paid_what_was_let_go_is_not_told_that_nothing_was_taken(
    asked: Booking, salon: Salon
) -> None:
    lapse(look=False)
    confirm(asked, salon)
    Payment.objects.update(status="CANCELED")  # as a bank that does not say why
    told = {"booking_id": asked.pk, "business_id": asked.business_id}
    checkout.pay_balance(**told, origin=ORIGIN, now=NOW + 6 * MINUTE)
    pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=NOW + 6 * MINUTE)
    work(NOW + 7 * MINUTE)
    checkout.cancel_and_refund(**told, reason="", by=salon.olga, now=NOW + 8 * MINUTE)
    work(NOW + 9 * MINUTE)

    mail = " ".join(Message.objects.get(kind="CANCELED").body_text.split())
    assert "€40.00 is refunded the way you paid." in mail
    assert "You have not been charged" not in mail
    assert "You have not been charged" not in page_of(carl(asked), asked)


def test_what_was_let_go_is_paid_online_and_leaves_the_inbox(
    asked: Booking, salon: Salon, desk: Client
) -> None:
    lapse(look=False)
    confirm(asked, salon)
    checkout.pay_balance(
        booking_id=asked.pk, business_id=asked.business_id, origin=ORIGIN, now=NOW + 6 * MINUTE
    )
    payment = Payment.objects.order_by("-pk")[0]
    assert payment.amount == 4000
    pay_in_sandbox(payment, Act.PAY, now=NOW + 6 * MINUTE)
    work(NOW + 7 * MINUTE)

    asked.refresh_from_db()
    assert (asked.payment_status, asked.paid) == ("PARTIALLY_PAID", 4000)
    assert "Released deposits" not in text_of(desk.get(INBOX))
    page = page_of(carl(asked), asked)
    assert "let go" not in page.replace("The bank released the amount held on card", "")
    assert "Pay €80.00 online" in page
    assert is_in_order()


@pytest.mark.parametrize("more", [0, 3])
def test_the_list_of_the_inbox_is_one_query_for_any_number(
    asked: Booking, salon: Salon, more: int
) -> None:
    lapse(look=False)
    confirm(asked, salon)
    for day in range(more):
        draft = make_prepared(service=salon.bridal, starts_at=salon.at(27 + day, 12), now=NOW)
        check_out(draft, Way.DEPOSIT, now=NOW)
        Order.objects.filter(booking=draft).update(status="APPROVED", approved_at=NOW)
        Payment.objects.filter(order__booking=draft).update(status="FAILED")
        Booking.objects.filter(pk=draft.pk).update(status="CONFIRMED")
    access = open_access(member=salon.olga)

    with CaptureQueriesContext(connection) as queries:
        found = list_let_go(access=access, now=NOW)
    assert [it.money.amount for it in found] == [4000] * (more + 1)
    assert len(queries) == 1
    assert get_frame(access=access, now=NOW).conflicts == more + 1
    assert list_let_go(access=access, now=NOW + timedelta(days=30)) == []


@pytest.fixture
def nearly_paid(asked: Booking, salon: Salon) -> Booking:
    """It was confirmed, and a gift card of €39.80 paid all but 20 cents of the deposit since."""
    lapse(look=True)
    confirm(asked, salon)
    card = make_gift_card(by=salon.olga, value=3980)
    checkout.use_code(
        booking_id=asked.pk,
        business_id=asked.business_id,
        code=card.code,
        by=None,
        now=NOW + 6 * MINUTE,
    )
    asked.refresh_from_db()
    assert (asked.price, asked.paid) == (12000, 3980)
    return asked


def test_what_is_missing_of_a_deposit_is_paid_with_all_the_rest_where_it_is_too_little_alone(
    nearly_paid: Booking, stub: Stub
) -> None:
    page = page_of(carl(nearly_paid), nearly_paid)
    answer = carl(nearly_paid).post(f"/manage/{nearly_paid.reference}/pay")

    assert "Pay €80.20 online" in page
    assert "€0.20 alone is too little to be paid online, so you pay all €80.20." in page
    assert answer.status_code == 303
    assert Payment.objects.get(provider="stripe").amount == 8020


def test_what_is_missing_of_a_deposit_is_paid_alone_where_the_bank_takes_it(
    nearly_paid: Booking,
) -> None:
    page = page_of(carl(nearly_paid), nearly_paid)

    assert "Pay €0.20 online" in page
    assert "alone is too little" not in page


@pytest.mark.parametrize(
    ("missing", "owed", "first"),
    [
        (0, 8000, 8000),
        (4000, 8000, 4000),
        (49, 8000, 8000),
        (50, 8000, 50),
        (20, 20, 20),  # too little in any case: it is paid at the place
        (20, 49, 20),
        (9000, 8000, 8000),
    ],
)
def test_what_is_paid_first_is_what_can_be_paid(missing: int, owed: int, first: int) -> None:
    assert first_part(missing=missing, owed=owed, bounds=Bounds(least=50)) == first
