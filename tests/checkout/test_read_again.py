"""After a tap that pays nothing the page is read by GET: reloading it sends nothing again."""

import pytest
from django.test import Client

from apps.catalog.models import Service
from tests.checkout.test_views import to_pay_page
from tests.factories import Salon
from tests.factories.coupons import make_coupon
from tests.factories.prepaid import make_gift_card
from tests.pages import fields_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(client: Client, salon: Salon) -> str:
    """Carl is about to pay €48.00, or any amount from €20.00 up."""
    Service.objects.filter(pk=salon.cut.pk).update(any_amount=True)
    make_coupon(business=salon.business, code="WINTER10")
    return to_pay_page(client, salon)


def test_a_code_is_kept_and_the_page_read_again(client: Client, path: str) -> None:
    used = client.post(
        path, {"update": "1", "code": "winter10", "way": "DEPOSIT", "amount": "30.00"}
    )

    assert (used.status_code, used["Location"]) == (303, path)
    for _time in range(2):
        page = text_of(client.get(path))
        for words in ("Code WINTER10", "Pay €30.00", 'value="DEPOSIT" checked', 'value="30.00"'):
            assert words in page


def test_a_gift_card_is_kept_and_in_no_address(client: Client, salon: Salon, path: str) -> None:
    card = make_gift_card(by=salon.olga, value=1000)

    used = client.post(path, {"update": "1", "code": card.code, "way": "FULL"})
    page = client.get(used["Location"])

    assert used["Location"] == path
    assert page.context["costs"].gift.amount == 1000
    assert page.context["way"] == "FULL"


def test_what_is_dropped_stays_dropped(client: Client, path: str) -> None:
    used = client.post(path, {"update": "1", "code": "WINTER10"}, follow=True)

    dropped = client.post(path, {**fields_of(used), "drop": "code"})

    assert dropped.status_code == 303
    assert "WINTER10" not in text_of(client.get(path))


def test_a_wrong_code_stays_in_its_field_and_is_not_kept(client: Client, path: str) -> None:
    wrong = client.post(path, {"update": "1", "code": "SUMMER", "way": "FULL"})

    assert wrong.status_code == 422
    assert wrong.context["code_error"] == "We don’t recognise this code."
    assert 'value="SUMMER"' in text_of(wrong)
    assert client.get(path).context["code"] == ""


def test_reading_the_page_is_no_try_of_a_code(client: Client, path: str) -> None:
    client.post(path, {"update": "1", "code": "WINTER10"})

    assert [client.get(path).status_code for _time in range(12)] == 12 * [200]


def test_an_amount_that_cannot_be_is_said_beside_it(client: Client, path: str) -> None:
    page = client.post(path, {"update": "1", "way": "DEPOSIT", "amount": "1e3"})

    assert page.status_code == 422
    assert 'value="1e3"' in text_of(page)


def test_what_was_typed_for_one_draft_is_not_another_ones(
    client: Client, salon: Salon, path: str
) -> None:
    client.post(path, {"update": "1", "code": "WINTER10"})
    other = to_pay_page(Client(), salon, service="colour")

    assert other != path
    session = client.session
    session["till"] = {**session["till"], "draft": "another"}
    session.save()
    assert client.get(path).context["code"] == ""
