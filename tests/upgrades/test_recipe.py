"""The recipe of the next landed state works on the code of today."""

import pytest
import time_machine
from django.core.management import call_command

from apps.bookings.models import Booking
from apps.checkout.models import Payment
from tests.factories import NOW
from tests.upgrades.recipe import fill


@pytest.mark.slow
@pytest.mark.detail
@pytest.mark.django_db
def test_rows_in_every_state_are_made_and_the_books_add_up() -> None:
    with time_machine.travel(NOW, tick=False):
        fill()
        call_command("check_ledger")

    states = set(Booking.objects.values_list("status", flat=True))
    assert states == {"CREATED", "PENDING", "CONFIRMED", "DECLINED", "CANCELED", "WAITING_LIST"}
    paid = set(Payment.objects.values_list("status", flat=True))
    assert {"PENDING", "AUTHORIZED", "PAID"} <= paid
