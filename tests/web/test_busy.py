"""A database that others keep busy answers 503 with a moment to wait, and nothing else does."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from apps.catalog.models import Resource
from apps.web.busy import BusyMiddleware, is_lock_timeout
from tests.factories import make_business, make_resource

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def somebody_else_writes() -> Iterator[None]:
    """Another connection holds what we want; ours waits 50 ms instead of seconds."""
    make_resource(business=make_business())
    postgres = connection.vendor == "postgresql"
    patience = "SET lock_timeout = '50ms'" if postgres else "PRAGMA busy_timeout = 50"
    with closing(connection.copy()) as other, other.cursor() as theirs:
        theirs.execute("BEGIN" if postgres else "BEGIN IMMEDIATE")
        theirs.execute("UPDATE catalog_resource SET rank = 7")
        with connection.cursor() as ours:
            ours.execute(patience)
        yield
        theirs.execute("ROLLBACK")
    connection.close()


def rename() -> None:
    with transaction.atomic():
        Resource.objects.update(name="Ours")


def answer(error: Exception) -> HttpResponse | None:
    middleware = BusyMiddleware(lambda _request: HttpResponse())
    return middleware.process_exception(RequestFactory().post("/"), error)


def test_a_lock_that_takes_too_long_is_a_503_with_a_wait() -> None:
    with somebody_else_writes(), pytest.raises(OperationalError) as busy:
        rename()

    response = answer(busy.value)

    assert is_lock_timeout(busy.value)
    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")


def test_every_other_trouble_stays_loud() -> None:
    assert answer(OperationalError("no such table: booking")) is None
    assert answer(ValueError("database is locked")) is None
