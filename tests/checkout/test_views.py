"""Check, pay, wait; and the door for providers (rules M3, S17, M6)."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client, override_settings

from apps.bookings.models import Booking
from apps.checkout.models import Order, Payment, ProviderEvent, SandboxSession
from apps.checkout.providers.messages import sign
from apps.checkout.providers.sandbox import HEADER, sandbox_message, sandbox_secrets
from tests.factories import NOW, Salon
from tests.factories.money import work
from tests.pages import fields_of, fill, hold, plain_refreshes, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=1)


def to_pay_page(client: Client, salon: Salon, *, service: str = "cut") -> str:
    """Tap ten o'clock on Thursday, send the details; return the address of the pay page."""
    at = salon.at(26, 10).astimezone(salon.business.zone)
    answer = fill(client, hold(client, getattr(salon, service), at))
    assert answer.status_code == 303
    return str(answer["Location"])


def press(client: Client, path: str, **typed: str) -> Any:
    page = client.get(path)
    return client.post(path, {**fields_of(page), **typed})


def test_details_lead_to_the_page_on_which_one_pays(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    page = client.get(path)

    assert path == f"/book/{Booking.objects.get().draft_id}/pay"
    for words in ("Pay a deposit now", "Pay in full", "€28.00", "incl. 19 % VAT €7.66"):
        assert words in text_of(page)
    assert "Pay €20.00 deposit" in text_of(page)
    assert Booking.objects.get().status == "CREATED"


def test_the_picker_says_beforehand_how_it_is_paid(client: Client, salon: Salon) -> None:
    deposit = text_of(client.get("/juniper/s/cut/times"))
    either = text_of(client.get("/juniper/s/colour/times"))
    there = text_of(client.get("/juniper/s/bridal/times"))

    assert "You pay a deposit of €20.00 online." in deposit
    assert "You pay online or at the studio." in either
    assert "You pay at the studio." in there


def test_another_way_shows_other_amounts_without_a_new_page(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)

    part = client.get(f"{path}?way=FULL", headers={"HX-Request": "true"})

    assert text_of(part).lstrip().startswith('<section id="quote"')
    assert "Pay €48.00" in text_of(part)


def test_paying_goes_to_the_provider_and_back_to_the_booking(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)

    there = press(client, path, way="DEPOSIT")
    assert there.status_code == 303
    assert "Test money." in text_of(client.get(there["Location"]))
    back = client.post(there["Location"], {"act": "PAY"})
    assert (back.status_code, back["Location"]) == (303, f"http://testserver{path[:-3]}wait")
    waiting = client.get(f"{path[:-3]}wait")
    assert "We are confirming your payment" in text_of(waiting)
    assert plain_refreshes(waiting) == [f"5; url={path[:-3]}wait?looks=1"]
    work(LATER)

    done = client.get(f"{path[:-3]}wait")
    booking = Booking.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/done/{booking.reference}/")
    assert (booking.status, booking.payment_status) == ("CONFIRMED", "PARTIALLY_PAID")
    page = text_of(client.get(done["Location"]))
    assert "€20.00 paid, €28.00 at the studio" in page


def test_in_person_is_booked_at_once(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon, service="colour")

    answer = press(client, path, way="IN_PERSON")

    booking = Booking.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/done/{booking.reference}/")
    assert (booking.status, booking.payment_status) == ("CONFIRMED", "NOT_PAID")


def test_a_declined_card_leads_back_with_everything_kept(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    there = press(client, path, way="DEPOSIT")["Location"]
    client.post(there, {"act": "DECLINE"})
    work(LATER)

    back = client.get(f"{path[:-3]}wait")
    page = client.get(back["Location"])

    assert (back.status_code, back["Location"]) == (303, f"{path}?failed=1")
    assert "The payment did not go through. Nothing was charged." in text_of(page)
    assert press(client, path, way="DEPOSIT").status_code == 303


@pytest.mark.parametrize("typed", [{"amounts": ""}, {"amounts": "x"}, {"amounts": "WyJ4Iiwge31d"}])
def test_amounts_that_nobody_sealed_are_refused(
    client: Client, salon: Salon, typed: dict[str, str]
) -> None:
    path = to_pay_page(client, salon)

    page = press(client, path, way="DEPOSIT", **typed)

    assert page.status_code == 422
    assert not Order.objects.exists()


def test_a_seal_of_another_draft_is_refused(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    seal = fields_of(client.get(path))["amounts"]
    other = to_pay_page(client, salon)

    assert client.post(other, {"amounts": seal, "way": "DEPOSIT"}).status_code == 422


def test_a_price_that_changed_is_a_409_with_both(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    seen = fields_of(client.get(path))
    salon.cut.price = 5200
    salon.cut.save()

    page = client.post(path, {**seen, "way": "DEPOSIT"})

    assert page.status_code == 409
    assert "The price changed from €48.00 to €52.00. Nothing was paid." in text_of(page)
    assert press(client, path, way="DEPOSIT").status_code == 303


def test_nobody_pays_before_the_details_nor_for_another_s_draft(
    client: Client, salon: Salon
) -> None:
    at = salon.at(26, 10).astimezone(salon.business.zone)
    details = hold(client, salon.cut, at)

    early = client.get(f"{details}pay")

    assert (early.status_code, early["Location"]) == (303, details)
    assert Client().get(f"{details}pay").status_code == 404
    assert client.get(f"{details}wait")["Location"] == f"{details}pay"


def test_sending_twice_is_one_payment(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    fields = {**fields_of(client.get(path)), "way": "DEPOSIT"}

    answers = {client.post(path, fields)["Location"] for _time in range(3)}

    assert len(answers) == 1
    assert Payment.objects.count() == 1


def test_a_provider_that_is_away_is_said_plainly(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    fields = {**fields_of(client.get(path)), "way": "DEPOSIT"}
    press(client, path, way="DEPOSIT")
    Payment.objects.update(url="", provider="gone")

    page = client.post(path, fields)

    assert page.status_code == 503
    assert "Payments are not working right now." in text_of(page)


def test_without_a_provider_the_rest_of_the_ways_is_offered(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon, service="colour")

    with override_settings(PAYMENT_PROVIDER=""):
        page = client.get(path)

    assert "Book this time" in text_of(page)
    assert "Pay in full" not in text_of(page)


def test_the_page_of_the_sandbox_knows_only_its_own_verbs(client: Client, salon: Salon) -> None:
    there = press(client, to_pay_page(client, salon), way="DEPOSIT")["Location"]

    assert client.post(there, {"act": "STEAL"}).status_code == 422
    assert client.post("/practice/practice_0/", {"act": "PAY"}).status_code == 404
    client.post(there, {"act": "PAY"})
    assert client.post(there, {"act": "PAY"}).status_code == 409
    assert SandboxSession.objects.get().captured == 2000


def test_a_portal_that_sells_for_real_has_no_sandbox(client: Client, salon: Salon) -> None:
    there = press(client, to_pay_page(client, salon), way="DEPOSIT")["Location"]

    with override_settings(PAYMENT_PROVIDER=""):
        assert client.get(there).status_code == 200  # what was begun can be finished
    with override_settings(PAYMENT_PROVIDER="", PORTAL_ORIGIN="https://portal.example"):
        assert client.get(there).status_code == 404
        assert client.post(there, {"act": "PAY"}).status_code == 404
    assert SandboxSession.objects.get().captured == 0


WEBHOOK = "/webhooks/payments/practice"


def send(client: Client, body: bytes, signature: str) -> int:
    answer = client.post(
        WEBHOOK, body, content_type="application/json", headers={HEADER: signature}
    )
    return answer.status_code


def test_a_signed_message_is_taken_once(client: Client, salon: Salon) -> None:
    press(client, to_pay_page(client, salon), way="DEPOSIT")
    ref = Payment.objects.get().provider_ref
    body, signature = sandbox_message(ref=ref, kind="paid", event_id="evt_1", at=NOW)

    assert [send(client, body, signature) for _time in range(3)] == [200, 200, 200]
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize("case", ["none", "bad", "old", "other body", "other secret", "no event"])
def test_a_message_of_anybody_else_changes_nothing(client: Client, db: None, case: str) -> None:
    with time_machine.travel(NOW, tick=False):
        body, signature = sandbox_message(ref="x", kind="paid", event_id="evt_1", at=NOW)
        if case == "none":
            signature = ""
        if case == "bad":
            signature = signature[:-1] + ("0" if signature[-1] != "0" else "1")
        if case == "old":
            old = NOW - timedelta(seconds=301)
            body, signature = sandbox_message(ref="x", kind="paid", event_id="evt_1", at=old)
        if case == "other body":
            body = json.dumps(json.loads(body), indent=1).encode()
        if case == "other secret":
            signature = sign(body, secret="guessed", at=NOW)
        if case == "no event":
            body = b"[]"
            signature = sign(body, secret=sandbox_secrets()[0], at=NOW)
        code = send(client, body, signature)

    assert code == 400
    assert not ProviderEvent.objects.exists()


def test_unknown_providers_and_unknown_payments_learn_nothing(client: Client, salon: Salon) -> None:
    body, signature = sandbox_message(ref="unknown", kind="paid", event_id="evt_9", at=NOW)

    assert send(client, body, signature) == 200
    stripe = "/webhooks/payments/stripe"
    assert client.post(stripe, body, content_type="application/json").status_code == 400
    assert client.get(WEBHOOK).status_code == 405
    assert not Payment.objects.exists()
