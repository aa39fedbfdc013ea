"""Questions that Django composes once: the same rows, locks and errors as the queryset's own."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import NotSupportedError, connection, transaction
from django.db.models import F, Value
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import Resource
from apps.customers.models import Customer
from apps.statements import Select, Slot
from tests.factories import NOW, make_business, make_draft, make_salon

OFTEN = 8
"""Times; more than it takes until PostgreSQL keeps a statement."""


def by_email() -> Select[Customer]:
    return Select(
        lambda: Customer.objects.filter(business_id=Slot("business_id"), email=Slot("email"))
    )


def make_customer(business: Business, email: str) -> Customer:
    return Customer.objects.create(business=business, name="Carl Vogt", email=email, created_at=NOW)


@pytest.mark.django_db
def test_it_finds_what_the_queryset_finds_however_often_it_is_asked() -> None:
    business = make_business()
    carl, sam = (make_customer(business, f"{name}@example.com") for name in ("carl", "sam"))
    select = by_email()

    found = [
        select.all(business_id=business.pk, email=who.email)
        for _time in range(OFTEN)
        for who in (carl, sam)
    ]

    assert found == [[carl], [sam]] * OFTEN
    assert select.first(business_id=business.pk, email="olga@example.com") is None


@pytest.mark.django_db
def test_every_column_comes_back_as_the_queryset_reads_it() -> None:
    salon = make_salon()
    draft = make_draft(service=salon.cut, starts_at=salon.at(25, 10), now=NOW)
    Booking.objects.filter(pk=draft.pk).update(draft_text={"name": ["Çarl %s"]})
    select = Select(lambda: Booking.objects.filter(draft_id=Slot("draft_id")))
    known = Booking.objects.get(pk=draft.pk)

    for _time in range(OFTEN):
        found = select.first(draft_id=draft.draft_id)

        assert found is not None
        assert {it.attname: getattr(found, it.attname) for it in Booking._meta.fields} == {
            it.attname: getattr(known, it.attname) for it in Booking._meta.fields
        }
        assert found.starts_at.tzinfo is known.starts_at.tzinfo
        assert (found._state.adding, found._state.db) == (False, "default")


@pytest.mark.django_db
def test_what_was_left_out_is_read_when_it_is_wanted_and_annotations_are_there() -> None:
    business = make_business(name="Juniper Hair")
    select = Select(
        lambda: (
            Business.objects.filter(pk=Slot("pk"))
            .only("slug")
            .annotate(address=F("slug"), percent=Value("100 %"))
        )
    )

    found = select.first(pk=business.pk)

    assert found is not None
    assert found.get_deferred_fields() == {
        it.attname for it in Business._meta.fields if it.name not in {"id", "slug"}
    }
    assert (vars(found)["address"], vars(found)["percent"]) == (business.slug, "100 %")
    assert found.name == "Juniper Hair"


@pytest.mark.django_db
def test_an_instant_is_compared_as_an_instant() -> None:
    make_customer(make_business(), "carl@example.com")
    select = Select(lambda: Customer.objects.filter(created_at__lt=Slot("before")))

    assert [len(select.all(before=NOW + timedelta(seconds=it))) for it in (0, 1)] == [0, 1]


@pytest.mark.django_db
def test_a_value_that_is_missing_is_told_by_its_name() -> None:
    with pytest.raises(KeyError, match="email"):
        by_email().all(business_id=1)


@pytest.mark.django_db
def test_the_queryset_is_made_once() -> None:
    made = []

    def rows():  # type: ignore[no-untyped-def]  # the plugin's type of a queryset is the point
        made.append("now")
        return Customer.objects.filter(email=Slot("email"))

    select: Select[Customer] = Select(rows)
    for name in ("carl", "sam", "olga"):
        select.all(email=f"{name}@example.com")

    assert made == ["now"]


@pytest.mark.django_db
def test_each_question_is_one_statement_that_a_test_can_see_with_its_values() -> None:
    select = by_email()

    with CaptureQueriesContext(connection) as queries:
        for _time in range(OFTEN):
            select.all(business_id=1, email="carl@example.com")

    assert len(queries) == OFTEN
    assert {"carl@example.com" in it["sql"] for it in queries.captured_queries} == {True}


@pytest.mark.django_db
def test_whoever_wraps_statements_gets_these_too() -> None:
    seen: list[str] = []

    def watch(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        by_email().all(business_id=1, email="carl@example.com")

    assert [it.startswith("SELECT") for it in seen] == [True]


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_only() -> None:
    salon = make_salon()
    select = Select(lambda: Resource.objects.select_for_update().filter(pk=Slot("pk")))

    with transaction.atomic():
        select.lock(pk=salon.wash.pk)
        assert select.all(pk=salon.wash.pk) == [salon.wash]

    if connection.features.has_select_for_update:
        with pytest.raises(TransactionManagementError):
            select.lock(pk=salon.wash.pk)


@pytest.fixture
def kept_name() -> Iterator[Callable[[int], None]]:
    """What a migration does meanwhile, in its own session: another length for a name."""
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL keeps plans")
    migrating = connection.copy()

    def lengthen(length: int) -> None:
        with migrating.cursor() as cursor:
            cursor.execute(f"ALTER TABLE customers_customer ALTER name TYPE varchar({length})")

    try:
        yield lengthen
        lengthen(120)
    finally:
        migrating.close()


@pytest.mark.django_db(transaction=True)
def test_a_migration_of_its_columns_is_not_noticed(kept_name: Callable[[int], None]) -> None:
    carl = make_customer(make_business(), "carl@example.com")
    select = by_email()

    for length in (130, 140, 150):
        for _time in range(OFTEN):
            assert select.all(business_id=carl.business_id, email=carl.email) == [carl]
        kept_name(length)


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_a_migration_costs_that_transaction_alone(
    kept_name: Callable[[int], None],
) -> None:
    carl = make_customer(make_business(), "carl@example.com")
    select = by_email()
    for _time in range(OFTEN):
        select.all(business_id=carl.business_id, email=carl.email)
    kept_name(130)

    with pytest.raises(NotSupportedError), transaction.atomic():
        select.all(business_id=carl.business_id, email=carl.email)
    with transaction.atomic():
        assert select.all(business_id=carl.business_id, email=carl.email) == [carl]
