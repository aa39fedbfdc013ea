"""The operator reads what was sent; typed markup stays text there too."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from apps.messages.models import Message
from tests.factories import NOW, make_booking, make_salon

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> Message:
    salon = make_salon(slug="juniper")
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    return Message.objects.create(
        business=salon.business,
        booking=booking,
        event=booking.history.get(),
        kind="BOOKED",
        to_address="carl@example.com",
        subject="<b>Booked</b>",
        body_text="<script>alert(1)</script>",
        message_id="<1@book.example>",
        outbox_key="mail:1",
        created_at=NOW,
    )


@pytest.fixture
def operator() -> Client:
    users = get_user_model()
    client = Client()
    client.force_login(users.objects.create_superuser("op", "op@portal.example", "correct horse"))
    return client


def test_a_message_is_read_only_and_inert(operator: Client, message: Message) -> None:
    listed = operator.get(reverse("admin:messages_message_changelist")).content.decode()
    assert "&lt;b&gt;Booked" in listed
    address = reverse("admin:messages_message_change", args=[message.pk])
    assert "<script>alert" not in operator.get(address).content.decode()
    assert operator.post(address, {"status": "SENT"}).status_code == 403
    delete = reverse("admin:messages_message_delete", args=[message.pk])
    assert operator.post(delete, {"post": "yes"}).status_code == 403
    message.refresh_from_db()
    assert message.status == "QUEUED"
