"""What a process remembers of a business's setup is never older than the setup (ADR 13)."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from apps.availability.models import DateException, WeeklyHours
from apps.businesses.models import Business, Location, SetupRevision
from apps.businesses.queries import Remembered, Revision, get_public_business
from apps.businesses.setup_triggers import (
    missing_setup_triggers,
    watched_tables,
    write_setup_triggers,
)
from apps.catalog.models import AddOn, AddOnGroup, BookingForm, Question, Service, Variant
from apps.catalog.queries import choose, get_service
from apps.ledger.check import find_unguarded
from tests.factories import Salon, make_salon
from tests.factories.coupons import make_discount

WATCHED = watched_tables()
NEVER_SETUP = {"bookings", "customers", "messages", "outbox", "privacy", "web"}
"""Apps that hold what happens, not how a business is set up."""
NOT_REMEMBERED = {
    "availability_occupancy",  # time itself: always read
    "availability_session",
    "availability_sessionseries",
    "availability_sessionseries_resources",
    "availability_courserun",
    "availability_seating",
    "availability_decidedday",  # what people want of a day is always read, and so is its word
    "businesses_setuprevision",  # the revision itself
    "businesses_teammember",  # roles are always read
    "businesses_formerslug",  # read only when an address is unknown
    "catalog_formerserviceslug",
    "checkout_order",  # money is always read
    "checkout_orderline",
    "checkout_payment",
    "checkout_refund",
    "checkout_refundline",
    "checkout_providerevent",
    "checkout_practicesession",
    "checkout_receipt",
    "checkout_receiptcounter",
    "checkout_planpurchase",
    "checkout_planpurchase_services",
    "checkout_creditentry",
    "checkout_creditnote",
    "checkout_giftcard",
    "checkout_giftentry",
    "checkout_coupon",  # and so are codes and their uses
    "checkout_coupon_services",
    "checkout_couponuse",
}
"""Tables of the other apps that pages read anew each time."""


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


def revision_of(business: Business) -> int:
    return SetupRevision.objects.get(business=business).value


CHANGES: dict[str, Callable[[Salon], object]] = {
    "a service is renamed": lambda salon: Service.objects.filter(pk=salon.cut.pk).update(
        name="Trim"
    ),
    "a service is added": lambda salon: Service.objects.create(
        business=salon.business, name="New", slug="new", duration_minutes=30
    ),
    "a variant is added": lambda salon: Variant.objects.create(
        service=salon.cut, name="Long", price=7000
    ),
    "an extra is added": lambda salon: AddOn.objects.create(
        group=AddOnGroup.objects.create(service=salon.cut, name="Extras"), name="Wash", price=500
    ),
    "a question is asked": lambda salon: Question.objects.create(
        form=BookingForm.objects.get(business=salon.business), label="Allergies?", kind="SHORT_TEXT"
    ),
    "somebody may do it now": lambda salon: salon.bridal.requirements.get().eligible.add(
        salon.ben.resource
    ),
    "a place is linked": lambda salon: salon.cut.locations.add(
        Location.objects.create(business=salon.business, name="Second")
    ),
    "an hour is cut": lambda salon: WeeklyHours.objects.filter(
        schedule__business=salon.business
    ).update(starts_minute=10 * 60),
    "a day is closed": lambda salon: DateException.objects.create(
        schedule=WeeklyHours.objects.filter(schedule__business=salon.business)[0].schedule,
        on=date(2026, 12, 24),
    ),
    "hours are deleted": lambda salon: WeeklyHours.objects.filter(
        schedule__business=salon.business
    ).delete(),
    "something is taken off": lambda salon: make_discount(business=salon.business),
    "the business is renamed": lambda salon: Business.objects.filter(pk=salon.business.pk).update(
        name="Juniper"
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_the_setup_gives_another_revision(salon: Salon, name: str) -> None:
    before = revision_of(salon.business)
    elsewhere = make_salon(slug="sam")
    untouched = revision_of(elsewhere.business)

    CHANGES[name](salon)

    assert revision_of(salon.business) != before
    assert revision_of(elsewhere.business) == untouched


def tables_of_ours() -> dict[str, str]:
    """The app of each table that our models have."""
    return {
        model._meta.db_table: model._meta.app_label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_config.name.startswith("apps.")
    }


def undecided(tables: Mapping[str, str]) -> list[str]:
    """What has to be done about tables of which nobody has said whether pages remember them."""
    return [
        f"{table} is not watched: if pages remember it, add it to SETUP in apps/{app} (ADR 13); "
        "if they read it each time, to NOT_REMEMBERED in tests/businesses/test_setup_revision.py"
        for table, app in sorted(tables.items())
        if app not in NEVER_SETUP and table not in WATCHED | NOT_REMEMBERED
    ]


def test_every_table_of_the_setup_is_watched() -> None:
    tables = tables_of_ours()

    assert "\n".join(undecided(tables)) == ""
    assert (WATCHED | NOT_REMEMBERED) - tables.keys() == set()  # the lists name what is there
    assert not WATCHED & NOT_REMEMBERED


def test_whoever_adds_a_table_is_told_what_to_decide() -> None:
    added = {"catalog_garden": "catalog", "bookings_garden": "bookings"}

    assert "\n".join(undecided(added)) == (
        "catalog_garden is not watched: if pages remember it, add it to SETUP in apps/catalog "
        "(ADR 13); if they read it each time, to NOT_REMEMBERED in "
        "tests/businesses/test_setup_revision.py"
    )


@pytest.mark.django_db
def test_the_triggers_are_there_and_come_back_with_every_migrate() -> None:
    events = {(table, event) for table in WATCHED for event in ("insert", "update", "delete")} - {
        ("businesses_business", "delete")
    }
    wanted = {f"{table}_changes_setup_on_{event}" for table, event in events}
    name = next(iter(wanted & triggers()))
    table = name.split("_changes_setup_on_", maxsplit=1)[0]
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert triggers() == wanted - {name}
    assert missing_setup_triggers() == [name]

    call_command("migrate", verbosity=0)

    assert triggers() == wanted
    assert missing_setup_triggers() == []


@pytest.mark.django_db
def test_a_trigger_of_older_code_is_missed_and_brought_up_to_date() -> None:
    name = "catalog_category_changes_setup_on_insert"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(
                f"CREATE TRIGGER {name} AFTER insert ON catalog_category BEGIN SELECT 1; END"
            )
        else:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
                "AS $$ BEGIN RETURN NULL; END $$"
            )
    assert missing_setup_triggers() == [name]
    assert [finding.rule for finding in find_unguarded()] == ["setup_is_watched"]

    call_command("migrate", verbosity=0)

    assert missing_setup_triggers() == []


@pytest.mark.django_db
def test_a_trigger_that_nobody_asks_for_any_more_goes(salon: Salon) -> None:
    name = "customers_customer_changes_setup_on_insert"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER {name} AFTER insert ON customers_customer BEGIN SELECT 1; END"
            )
        else:
            cursor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
                "AS $$ BEGIN RETURN NULL; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER {name} AFTER INSERT ON customers_customer "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
    assert name in triggers()

    write_setup_triggers()

    assert name not in triggers()
    assert missing_setup_triggers() == []


@pytest.mark.django_db
def test_every_business_gets_another_revision_when_something_was_migrated(salon: Salon) -> None:
    before = revision_of(salon.business)

    write_setup_triggers(plan=[])
    assert revision_of(salon.business) == before

    write_setup_triggers(plan=["a migration"])
    assert revision_of(salon.business) != before


def triggers() -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall() if "_changes_setup_on_" in name}


@pytest.mark.django_db
def test_a_second_look_asks_nothing_until_something_changes(
    salon: Salon, django_assert_num_queries: Callable[..., object]
) -> None:
    def look() -> int | None:
        business = get_public_business(slug="juniper")
        service = get_service(business=business, slug="cut")
        return choose(service=service).price.total

    look()

    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        assert look() == 4800
    Service.objects.filter(pk=salon.cut.pk).update(price=5200)
    Variant.objects.filter(service=salon.cut).update(price=5200)
    assert look() == 5200


@pytest.mark.django_db
def test_what_was_read_in_a_change_that_was_undone_is_never_seen_again(salon: Salon) -> None:
    def name() -> str:
        business = get_public_business(slug="juniper")
        return get_service(business=business, slug="cut").name

    before = name()
    with transaction.atomic():
        Service.objects.filter(pk=salon.cut.pk).update(name="Never sold")
        assert name() == "Never sold"
        transaction.set_rollback(True)
    with transaction.atomic():
        Service.objects.filter(pk=salon.cut.pk).update(price=1)
    assert name() == before


@pytest.mark.django_db
def test_nobody_changes_what_others_are_handed(salon: Salon) -> None:
    business = get_public_business(slug="juniper")
    get_service(business=business, slug="cut").name = "Scribbled over"

    assert get_service(business=business, slug="cut").name == salon.cut.name


def test_without_a_revision_everything_is_asked_anew() -> None:
    answers = iter("ab")
    memory: Remembered[str] = Remembered(most=1)

    assert memory.get(Revision(1, None), "key", lambda: next(answers)) == "a"
    assert memory.get(Revision(1, None), "key", lambda: next(answers)) == "b"


def test_the_longest_unused_goes_first() -> None:
    read: list[int] = []
    memory: Remembered[None] = Remembered(most=2)

    for business in (1, 2, 1, 3, 1, 2):
        memory.get(Revision(business, 7), "key", lambda: read.append(business))  # noqa: B023

    assert read == [1, 2, 3, 2]
