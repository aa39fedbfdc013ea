"""Whoever is cancelled with their money back reads of the cancellation first."""

from datetime import timedelta

import pytest
from django.core import mail

from apps.checkout import operations as checkout
from tests.checkout.test_told_of_money import pay_for_cut
from tests.factories import NOW, Salon
from tests.factories.money import work

pytestmark = pytest.mark.django_db


def subjects() -> list[str]:
    told = [it for it in mail.outbox if it.to == ["carl@example.com"]]
    return [it.subject.partition(":")[0] for it in told]


def test_the_mail_of_the_cancellation_leaves_before_that_of_the_money(salon: Salon) -> None:
    booking = pay_for_cut(salon)
    booking.contact_email = "carl@example.com"
    booking.save()
    mail.outbox.clear()
    checkout.cancel_and_refund(
        booking_id=booking.pk,
        business_id=salon.business.pk,
        reason="Ana is ill.",
        by=salon.olga,
        now=NOW,
    )

    work(NOW + timedelta(seconds=2))
    assert subjects() == []
    work(NOW + timedelta(seconds=15))
    assert subjects() == ["Cancelled", "Refund sent"]
