"""A time that too many want at once: 503 with words, and nothing changed (rule C12)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client

from apps.bookings.models import Booking
from apps.catalog.models import Resource
from tests.factories import NOW, make_request, make_salon

pytestmark = [pytest.mark.both_databases, pytest.mark.detail]


@contextmanager
def holding(resource_id: int) -> Iterator[None]:
    """Somebody else keeps the row of this resource locked."""
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Resource.objects.select_for_update().get(pk=resource_id)
                locked.set()
                done.wait(timeout=120)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(timeout=120)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at", ["?at=today", "?at=requests", ""])
def test_a_busy_moment_is_a_503_that_says_try_again(client: Client, clock: object, at: str) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite has one writer and no row locks: it waits, and nobody else is in the way
    salon = make_salon(slug="juniper")
    lena = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/own/juniper/bookings/{lena.reference}/confirm/{at}"

    with holding(salon.ana.resource_id):
        answer = client.post(path, {"revision": "2"}, headers={"HX-Request": "true"})

    assert answer.status_code == 503
    assert "please try again" in answer.content.decode()
    assert Booking.objects.get(pk=lena.pk).status == "PENDING"
