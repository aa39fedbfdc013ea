"""A booking that a plan paid for says so wherever it stands, with what is left."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.bookings.models import Booking
from apps.bookings.operations import create_access_link as link_to
from apps.bookings.plan_uses import PlanUse, plan_words
from apps.bookings.queries.stub import stub_of
from apps.catalog.models import AddOn, AddOnGroup
from apps.catalog.queries import choose
from apps.checkout import operations as checkout
from apps.checkout.models import PlanPurchase
from apps.prepaid import operations as prepaid
from tests.dashboard.test_query_counts import queries_of
from tests.factories import NOW
from tests.factories.bookings import make_visitor
from tests.factories.money import work
from tests.factories.prepaid import book_with_plan, make_plan, make_purchase
from tests.factories.studio import Studio, make_session
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
LATER = NOW + timedelta(minutes=1)
PAID = "Paid with Ten classes, 7 left"


@pytest.fixture
def seven(purchase: PlanPurchase, studio: Studio) -> Booking:
    """Carl booked a class for three with ten visits; seven are left."""
    session = make_session(studio, starts_at=studio.at(27, 18))
    return book_with_plan(session, purchase, people=3)


@pytest.fixture
def owner(studio: Studio) -> Client:
    """Hannah's browser."""
    client = Client()
    client.force_login(studio.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (PlanUse("Ten classes", 7), "Paid with Ten classes, 7 left"),
        (PlanUse("Ten classes", 1), "Paid with Ten classes, 1 left"),
        (PlanUse("Ten classes", 0), "Paid with Ten classes, none left"),
        (PlanUse("All you can stretch"), "Paid with All you can stretch"),
        (PlanUse("Ten classes", 10, is_back=True), "Paid with Ten classes, visit returned"),
        (None, "Paid with a plan"),
    ],
)
def test_the_words(use: PlanUse | None, words: str) -> None:
    assert plan_words(use) == words


def test_the_customers_pages_say_it(client: Client, seven: Booking) -> None:
    assert stub_of(booking=seven).price_words == PAID

    client.get(f"/m/{link_to(booking=seven, now=NOW)}")
    page = client.get(f"/manage/{seven.reference}/")

    assert page.context["stub"].price_words == PAID
    assert PAID in text_of(page)


def test_both_mails_say_it_on_a_line_of_their_own(seven: Booking) -> None:
    work(LATER)

    said = {
        it.to[0]: [line.strip() for line in str(it.body).splitlines() if "Ten classes" in line]
        for it in mail.outbox
        if "Vinyasa" in it.subject
    }
    assert {to: [line.rpartition("  ")[2] for line in lines] for to, lines in said.items()} == {
        seven.contact_email: [PAID],
        seven.business.email: [PAID],
    }


def test_the_owners_pages_say_it(owner: Client, seven: Booking) -> None:
    page = owner.get(f"/own/harbor/bookings/{seven.reference}/")
    assert page.context["page"].bill.by_plan == PAID

    assert "Not paid" not in text_of(page)
    assert "<td>Covered by plan</td>" in text_of(page)

    roster = owner.get(f"/own/harbor/classes/{seven.session_id}/")
    assert [it.by_plan for it in roster.context["roster"].people] == [PAID, "", ""]
    assert f'<span class="quiet-text">{PAID}</span>' in text_of(roster)

    rows = owner.get(reverse("dashboard:orders", args=["harbor"])).context["orders"].rows
    assert {row.state_words for row in rows if row.what == seven.title} == {"With a plan"}


def test_a_roster_asks_once_for_all_its_plans(
    owner: Client, seven: Booking, purchase: PlanPurchase, studio: Studio
) -> None:
    path = f"/own/harbor/classes/{seven.session_id}/"
    owner.get(path)
    one = queries_of(owner, path)
    for name in ("dora@example.com", "emil@example.com"):
        other = make_purchase(plan=purchase.plan, by=studio.olga, name="Dora", email=name)
        assert seven.session is not None
        book_with_plan(seven.session, other)

    assert queries_of(owner, path) == one


def test_what_went_back_says_so(seven: Booking, studio: Studio) -> None:
    checkout.cancel_and_refund(
        booking_id=seven.pk,
        business_id=seven.business_id,
        reason="",
        by=studio.olga,
        now=LATER,
    )
    seven.refresh_from_db()

    assert stub_of(booking=seven).price_words == "Paid with Ten classes, visit returned"


def test_extras_beside_a_plan_say_how_they_are_paid(
    client: Client, owner: Client, purchase: PlanPurchase, studio: Studio
) -> None:
    group = AddOnGroup.objects.create(service=studio.flow, name="Extras")
    mat = AddOn.objects.create(group=group, name="Mat", price=300)
    booking = prepaid.book_with_plan(
        choice=choose(service=studio.flow, add_on_ids=[mat.pk]),
        target=make_session(studio, starts_at=studio.at(27, 18)),
        visitor=make_visitor("carl"),
        purchase_id=purchase.pk,
        now=NOW,
    )
    said = "Paid with Ten classes, 9 left. Extras: US$3.00, at the studio"
    assert stub_of(booking=booking).price_words == said
    bill = owner.get(f"/own/harbor/bookings/{booking.reference}/").context["page"].bill
    assert [(line.label, line.amount.amount) for line in bill.lines] == [("Mat", 300)]

    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=studio.olga, now=LATER)
    booking.refresh_from_db()
    said = "Paid with Ten classes, 9 left. Extras: US$3.00, paid"
    assert stub_of(booking=booking).price_words == said
    client.get(f"/m/{link_to(booking=booking, now=NOW)}")
    receipt = text_of(client.get(f"/manage/{booking.reference}/receipt"))
    assert "Paid with Ten classes, 9 left" in receipt
    assert "<td>Covered by plan</td>" in receipt


def test_an_unlimited_plan_counts_nothing(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="UNLIMITED", name="Unlimited", slug="unlimited")
    session = make_session(studio, starts_at=studio.at(27, 18))

    booking = book_with_plan(session, make_purchase(plan=plan, by=studio.olga))

    assert stub_of(booking=booking).price_words == "Paid with Unlimited"
