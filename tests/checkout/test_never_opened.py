"""A payment that the provider refuses for good: nobody is asked to try again, and another way is
there (rule M19). Stripe takes no amount below half a dollar, in whatever currency."""

from datetime import datetime

import pytest
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout.models import Payment
from tests.checkout.stripe_memory import Stub
from tests.checkout.test_views import press, to_pay_page
from tests.factories import Salon
from tests.pages import fields_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
NEVER = "This cannot be paid online: the payment service does not accept it. Nothing was charged."


@pytest.fixture
def salon(salon: Salon, stub: Stub, at_now: datetime) -> Salon:
    """Whose service Stripe finds too cheap, and which is paid at the salon too."""
    stub.least = 10_000
    salon.cut.pays_in_person, salon.cut.deposit = True, None
    salon.cut.save()
    return salon


def test_it_is_told_and_nothing_is_said_to_have_begun(client: Client, salon: Salon) -> None:
    page = press(client, to_pay_page(client, salon), way="FULL")

    assert page.status_code == 409
    assert NEVER in text_of(page)
    assert "You started to pay" not in text_of(page)
    assert Payment.objects.get().status == "CANCELED"


def test_another_way_books_it(client: Client, salon: Salon) -> None:
    path = to_pay_page(client, salon)
    page = press(client, path, way="FULL")

    answer = client.post(path, {**fields_of(page), "way": "IN_PERSON"})

    assert (answer.status_code, Booking.objects.get().status) == (303, "CONFIRMED")
