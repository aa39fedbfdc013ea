"""Inserts and updates that Django composes once: the same rows, keys and errors as its own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, models, transaction
from django.test.utils import CaptureQueriesContext, isolate_apps

from apps.availability.models import Occupancy, Session
from apps.bookings.models import Booking, BookingEvent
from apps.customers.models import Customer
from apps.outbox.models import OutboxItem
from apps.statements import Found, Insert, Slot, Update, insert, insert_with, save_columns_with
from tests.factories import NOW, Salon, make_booking, make_business, make_draft, make_salon

OFTEN = 8
HOUR = timedelta(hours=1)


def new_item(**columns: Any) -> OutboxItem:
    return OutboxItem(**{"topic": "test.topic", "created_at": NOW, "not_before": NOW, **columns})


def new_customer(business_id: int, email: str, **columns: Any) -> Customer:
    return Customer(
        business_id=business_id,
        **{"name": "Carl Vogt", "email": email, "created_at": NOW, **columns},
    )


def new_session(salon: Salon) -> Session:
    return Session(
        business=salon.business,
        service=salon.cut,
        kind=Session.Kind.APPOINTMENT,
        starts_at=NOW,
        ends_at=NOW + HOUR,
    )


def new_occupancy(salon: Salon, resource_id: int) -> Occupancy:
    return Occupancy(
        business=salon.business, resource_id=resource_id, starts_at=NOW, ends_at=NOW + HOUR
    )


def new_line(booking: Booking, *, revision: int) -> BookingEvent:
    return BookingEvent(
        business=booking.business,
        booking=booking,
        action=BookingEvent.Action.MESSAGED,
        actor=BookingEvent.Actor.TEAM,
        at=NOW,
        before={},
        after={"note": None},
        revision=revision,
    )


def columns_of(row: models.Model) -> dict[str, Any]:
    return {it.attname: getattr(row, it.attname) for it in row._meta.concrete_fields}


@pytest.mark.django_db
def test_what_is_written_is_what_is_read() -> None:
    for number in range(OFTEN):
        item = new_item(payload={"who": "Çarl", "many": [1, None, "50 %s"]}, key=f"k{number}")
        insert(item)

        assert columns_of(OutboxItem.objects.get(pk=item.pk)) == columns_of(item)
        assert (item._state.adding, item._state.db) == (False, "default")


@pytest.mark.django_db
def test_several_rows_are_one_statement_and_each_knows_its_key() -> None:
    items = [new_item(topic=f"test.{number}") for number in range(3)]

    with CaptureQueriesContext(connection) as queries:
        insert(*items)

    assert len(queries) == 1
    known = dict(OutboxItem.objects.values_list("pk", "topic"))
    assert known == {item.pk: item.topic for item in items}


@pytest.mark.django_db
def test_a_row_that_is_there_is_left_alone_by_one_that_ignores() -> None:
    keyed: Insert[OutboxItem] = Insert(OutboxItem, ignores=True)

    for topic in ("test.first", "test.second"):
        keyed.write(new_item(topic=topic, key="once"))

    assert list(OutboxItem.objects.values_list("topic", flat=True)) == ["test.first"]


@pytest.mark.django_db
def test_a_row_that_is_there_is_written_over_by_one_that_updates_and_tells_its_key() -> None:
    business = make_business()
    find: Insert[Customer] = Insert(Customer, updates=["phone"], unique=["business", "email"])
    first = new_customer(business.pk, "carl@example.com", phone="1")
    second = new_customer(business.pk, "carl@example.com", phone="2", name="Sam")

    find.write(first)
    find.write(second)

    known = Customer.objects.get()
    assert (known.pk, known.phone, known.name) == (first.pk, "2", "Carl Vogt")
    assert second.pk == first.pk


@pytest.mark.django_db
def test_an_error_is_djangos_and_a_savepoint_forgets_it() -> None:
    business = make_business()
    insert(new_customer(business.pk, "carl@example.com"))

    with pytest.raises(IntegrityError, match="email"), transaction.atomic():
        insert(new_customer(business.pk, "carl@example.com"))

    insert(new_customer(business.pk, "sam@example.com"))
    assert Customer.objects.count() == 2


@pytest.mark.django_db
def test_after_an_error_without_a_savepoint_nothing_more_is_asked() -> None:
    business = make_business()
    insert(new_customer(business.pk, "carl@example.com"))

    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            insert(new_customer(business.pk, "carl@example.com"))
        with pytest.raises(transaction.TransactionManagementError):
            insert(new_customer(business.pk, "sam@example.com"))
        transaction.set_rollback(False)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_what_points_to_a_new_row_is_written_with_it() -> None:
    salon = make_salon()
    session = new_session(salon)
    resources = [salon.ana.resource_id, salon.wash.pk]
    rows = [new_occupancy(salon, pk) for pk in resources]
    draft = make_draft(service=salon.cut, starts_at=salon.at(25, 10), now=NOW)
    draft.pk, draft.reference, draft.draft_id, draft.session_id = None, "ABCDEFGH", "another", None

    with CaptureQueriesContext(connection) as queries:
        insert_with(session, *rows, draft, by="session")

    assert len(queries) == (1 if connection.vendor == "postgresql" else 3)
    written = Occupancy.objects.filter(session=session.pk).order_by("pk")
    assert [(it.pk, it.resource_id) for it in written] == [(it.pk, it.resource_id) for it in rows]
    assert Booking.objects.get(session=session.pk).pk == draft.pk
    assert {draft.session_id, *(it.session_id for it in rows)} == {session.pk}


@pytest.mark.django_db
def test_nothing_of_it_is_written_when_one_row_is_refused() -> None:
    salon = make_salon()
    insert_with(new_session(salon), new_occupancy(salon, salon.wash.pk), by="session")
    there = Session.objects.count()

    with pytest.raises(IntegrityError, match="resource_occupied_once"), transaction.atomic():
        insert_with(
            new_session(salon),
            new_occupancy(salon, salon.ana.resource_id),
            new_occupancy(salon, salon.wash.pk),
            by="session",
        )

    assert (Session.objects.count(), Occupancy.objects.count()) == (there, 1)


@pytest.mark.django_db
def test_an_update_writes_what_it_finds_and_counts_it() -> None:
    insert(*(new_item(topic=topic) for topic in ("test.a", "test.a", "test.b")))
    update = Update(
        lambda: (
            OutboxItem.objects.filter(topic=Slot("topic")),
            {"attempts": Slot("attempts"), "failed_at": None, "leased_until": Slot("until")},
        )
    )

    touched = [
        update.apply(topic=topic, attempts=4, until=NOW) for topic in ("test.a", "test.b", "test.c")
    ]

    assert touched == [2, 1, 0]
    assert set(OutboxItem.objects.values_list("attempts", "leased_until")) == {(4, NOW)}


@pytest.mark.django_db
def test_changes_of_two_tables_are_one_statement_where_the_database_can() -> None:
    salon = make_salon()
    session = new_session(salon)
    insert_with(session, new_occupancy(salon, salon.wash.pk), by="session")
    mine = {"session_id": session.pk}
    firm = Update(lambda: (Session.objects.filter(pk=Slot("session_id")), {"note": "firm"}))
    free = Update(
        lambda: (Occupancy.objects.filter(session_id=Slot("session_id")), {"enforced": False})
    )

    with CaptureQueriesContext(connection) as queries:
        assert free.apply(firm, **mine) == 1

    assert len(queries) == (1 if connection.vendor == "postgresql" else 2)
    assert Session.objects.get(pk=session.pk).note == "firm"
    assert Occupancy.objects.get(session=session.pk).enforced is False


@pytest.mark.django_db
def test_only_the_named_columns_of_a_row_are_saved_and_its_line_with_them() -> None:
    salon = make_salon()
    booking = make_booking(service=salon.cut, starts_at=salon.at(25, 10), now=NOW)
    booking.owner_note, booking.contact_name, booking.draft_text = "Late", "Nobody", {"a": ["b"]}
    line = new_line(booking, revision=9)

    save_columns_with(booking, ["owner_note", "draft_text"], line=line)

    known = Booking.objects.get(pk=booking.pk)
    assert (known.owner_note, known.draft_text) == ("Late", {"a": ["b"]})
    assert known.contact_name == "Carl Vogt"
    assert columns_of(BookingEvent.objects.get(pk=line.pk)) == columns_of(line)


@pytest.mark.django_db
def test_what_a_saved_row_points_to_is_found_or_added_with_it() -> None:
    salon = make_salon()
    booking = make_booking(service=salon.cut, starts_at=salon.at(25, 10), now=NOW)
    there = Customer.objects.get()
    find: Insert[Customer] = Insert(Customer, updates=["email"], unique=["business", "email"])

    for email, known in ((there.email, 1), ("new@example.com", 2)):
        customer = new_customer(salon.business.pk, email)
        line = new_line(booking, revision=10 + known)
        booking.contact_email = email
        with CaptureQueriesContext(connection) as queries:
            save_columns_with(
                booking,
                ["contact_email", "customer"],
                line=line,
                found=Found(find, customer, "customer"),
            )

        assert len(queries) == (1 if connection.vendor == "postgresql" else 3)
        assert (booking.customer, booking.customer_id) == (customer, customer.pk)
        kept = Booking.objects.get(pk=booking.pk)
        assert (kept.customer_id, kept.contact_email) == (customer.pk, email)
        assert columns_of(BookingEvent.objects.get(pk=line.pk)) == columns_of(line)
        assert Customer.objects.count() == known
    assert Booking.objects.exclude(customer=there).count() == 1


@pytest.mark.django_db
@isolate_apps("django.contrib.contenttypes")
def test_a_model_with_another_column_gets_another_statement() -> None:
    class Plain(models.Model):
        word = models.CharField(max_length=20)

        class Meta:
            app_label = "contenttypes"
            db_table = "statements_plain"

    class Grown(models.Model):
        word = models.CharField(max_length=20)
        seen_at = models.DateTimeField(auto_now=True)
        weight = models.DecimalField(max_digits=6, decimal_places=2, default=2)

        class Meta:
            app_label = "contenttypes"
            db_table = "statements_plain"

    with connection.cursor() as cursor:
        kind = "serial PRIMARY KEY" if connection.vendor == "postgresql" else "integer PRIMARY KEY"
        cursor.execute(f"CREATE TABLE statements_plain (id {kind}, word varchar(20))")
        insert(Plain(word="one"))
        cursor.execute("ALTER TABLE statements_plain ADD seen_at timestamp with time zone")
        cursor.execute("ALTER TABLE statements_plain ADD weight decimal")
        insert(Grown(word="two"))

    assert list(Grown._base_manager.order_by("pk").values_list("word", "weight")) == [
        ("one", None),
        ("two", 2),
    ]
    assert [
        it is None for it in Grown._base_manager.order_by("pk").values_list("seen_at", flat=True)
    ] == [
        True,
        False,
    ]


@pytest.mark.django_db(transaction=True)
def test_every_thread_has_its_own_statements() -> None:
    def write(number: int) -> int:
        try:
            for _time in range(OFTEN):
                insert(new_item(topic=f"test.{number}"))
            return OutboxItem.objects.filter(topic=f"test.{number}").count()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=3) as threads:
        assert list(threads.map(write, range(3))) == [OFTEN] * 3


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_starts_anew() -> None:
    for _time in range(2):
        for _again in range(OFTEN):
            insert(new_item())
        connection.close()

    assert OutboxItem.objects.count() == 2 * OFTEN
