"""The demo businesses."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.availability.models import Occupancy
from apps.bookings.models import (
    Booking,
    BookingEvent,
    LinkUse,
    MoveRequest,
    MoveWish,
    Participant,
)
from apps.businesses.models import Business, TeamMember
from apps.businesses.operations import rename_business
from apps.catalog.models import Question
from apps.checkout.models import Order
from apps.customers.models import SavedPerson
from apps.demo.people import SIGN_INS
from apps.demo.seed import seed_demo
from apps.ledger.check import find_all
from apps.outbox.models import OutboxItem
from apps.privacy.models import DataRequest, PrivacyEntry

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Sequence[str]]:
    """The demo as it is made on that Tuesday, once for all tests that only look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed_demo(now=TUESDAY)
        transaction.set_rollback(True)


def test_three_businesses_are_made_once(demo: Sequence[str]) -> None:
    counts = [Booking.objects.count(), BookingEvent.objects.count(), OutboxItem.objects.count()]

    again = seed_demo(now=TUESDAY + timedelta(days=1))

    assert demo == ["juniper", "harbor", "northside"]
    assert again == []
    assert counts == [
        Booking.objects.count(),
        BookingEvent.objects.count(),
        OutboxItem.objects.count(),
    ]


def test_a_renamed_business_is_not_made_again(demo: Sequence[str]) -> None:
    juniper = Business.objects.get(slug="juniper")
    rename_business(business_id=juniper.pk, slug="juniper-hair")

    assert seed_demo(now=TUESDAY) == []


def test_today_at_the_salon_has_visits_behind_and_ahead_and_one_in_the_chair(
    demo: Sequence[str],
) -> None:
    salon = Business.objects.get(slug="juniper")
    day = TUESDAY.replace(hour=0, minute=0)

    today = Booking.objects.filter(
        business=salon, starts_at__range=(day, day + timedelta(days=1)), status="CONFIRMED"
    )

    assert today.filter(ends_at__lte=TUESDAY).count() == 2
    in_the_chair = today.filter(starts_at__lte=TUESDAY, ends_at__gt=TUESDAY).order_by("starts_at")
    assert [booking.contact_name for booking in in_the_chair] == [
        "Eva Lindner",
        "Tom Neumann",
    ]
    assert today.filter(starts_at__gt=TUESDAY).count() == 10


def test_requests_wait_for_the_owner_and_three_want_the_same_time(demo: Sequence[str]) -> None:
    requests = Booking.objects.filter(business__slug="juniper", status="PENDING")
    trials = requests.filter(service__slug="bridal-trial")

    assert [booking.contact_name for booking in trials.order_by("requested_at")] == [
        "Lena Hartmann",
        "Carla Jensen",
        "Ines Moreau",
    ]
    assert trials.values("starts_at").distinct().count() == 1
    assert Occupancy.objects.filter(session__bookings__in=trials).count() == 0
    assert set(requests.exclude(pk__in=trials).values_list("contact_name", flat=True)) == {
        "Paul Weber",
        "Paula Engel",
    }


@pytest.mark.slow
@pytest.mark.long
def test_on_a_sunday_the_full_day_is_the_monday() -> None:
    Business.objects.all().update(slug=Concat(Value("was-"), "slug"))
    seed_demo(now=SUNDAY)

    eva = Booking.objects.filter(
        business__slug="juniper", contact_name="Eva Lindner", starts_at__gt=SUNDAY
    ).earliest("starts_at")

    assert eva.wall_time == "2026-11-23T10:15"


def test_no_mail_is_left_to_send(demo: Sequence[str]) -> None:
    assert OutboxItem.objects.filter(done_at=None).count() == 0
    assert OutboxItem.objects.filter(done_at__gt=TUESDAY + timedelta(seconds=10)).count() == 0


def test_customers_of_the_salon_have_something_open_of_each_kind(demo: Sequence[str]) -> None:
    salon = {"business__slug": "juniper"}
    owed = Order.objects.get(fee__gt=0, payment_status="NOT_PAID", **salon)
    assert owed.booking is not None
    assert owed.fee == owed.booking.price
    assert MoveWish.objects.get(state="WAITING", **salon).booking.starts_at > TUESDAY
    asked = MoveRequest.objects.get(state="OPEN", **salon)
    assert (asked.booking.contact_name, asked.booking.status) == ("Aylin Kaya", "CONFIRMED")
    opened = LinkUse.objects.filter(link__booking__business__slug="juniper")
    assert set(opened.values_list("browser", "system")) == {
        ("SAFARI", "IPHONE"),
        ("FIREFOX", "WINDOWS"),
    }
    assert DataRequest.objects.filter(email="tom.neumann@mail.example", **salon).count() == 1
    assert PrivacyEntry.objects.filter(what="CORRECTED", **salon).count() == 1
    saved = SavedPerson.objects.filter(email="carla.jensen@mail.example")
    assert list(saved.values_list("name", flat=True)) == ["Mia Jensen", "Emil Jensen"]
    child = Participant.objects.get(name="Mia Jensen")
    assert (child.booking.contact_name, child.booking.party_size) == ("Carla Jensen", 1)


def test_the_ledger_of_the_demo_is_clean(demo: Sequence[str]) -> None:
    assert list(find_all(business_id=None, now=TUESDAY)) == []


def test_everybody_on_the_list_can_sign_in_with_a_verified_address(demo: Sequence[str]) -> None:
    signed_in = {
        person.email: authenticate(username=person.email, password=person.password)
        for person in SIGN_INS
    }

    assert [email for email, user in signed_in.items() if user is None] == []
    assert {
        member.user.get_username(): member.role
        for member in TeamMember.objects.select_related("user")
    } == {person.email: person.role for person in SIGN_INS}


def test_the_repair_form_asks_every_kind_of_question(demo: Sequence[str]) -> None:
    kinds = Question.objects.filter(form__business__slug="northside").values_list("kind", flat=True)

    assert set(kinds) == set(Question.Kind.values)


def test_the_command_says_where_and_how_to_get_in(demo: Sequence[str]) -> None:
    out = StringIO()

    call_command("seed_demo", now=TUESDAY, stdout=out)

    assert "/juniper/" in out.getvalue()
    assert "olga@juniper.example    demo-juniper-2026    Owner" in out.getvalue()


@override_settings(DEMO=False)
def test_outside_the_demo_nothing_is_made() -> None:
    before = Business.objects.count()

    with pytest.raises(CommandError):
        call_command("seed_demo")

    assert Business.objects.count() == before
