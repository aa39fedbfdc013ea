"""What operators may do: the same operations as owners, with a reason, and nothing raw."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.availability.models import Occupancy, Session
from apps.bookings.models import AccessLink, Booking, BookingEvent
from apps.bookings.operations import create_access_link
from apps.businesses.models import Business, FormerSlug
from apps.catalog.models import Category, Service
from tests.factories import (
    NOW,
    Salon,
    make_booking,
    make_business,
    make_draft,
    make_request,
    make_salon,
    make_variant,
)

pytestmark = [pytest.mark.django_db, pytest.mark.detail]

BOOKINGS = "admin:bookings_booking_changelist"


@pytest.fixture
def salon() -> Salon:
    return make_salon(slug="juniper")


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(
        User.objects.create_superuser("operator", "operator@portal.example", "correct horse")
    )
    return client


def act(client: Client, action: str, booking: Booking, *, reason: str = "Asked by phone") -> Any:
    data = {"action": action, "reason": reason, "_selected_action": [booking.pk]}
    return client.post(reverse(BOOKINGS), data, follow=True)


def change(client: Client, row: Any, **columns: Any) -> Any:
    """Post the page of a row as the browser would, with some fields typed over."""
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    context = client.get(url).context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.initial_forms]
    data = {
        form[name].html_name: typed(form[name].value()) for form in forms for name in form.fields
    }
    return client.post(url, {**{name: value for name, value in data.items() if value}, **columns})


def typed(value: Any) -> str:
    """A value as it stands in an input field."""
    if isinstance(value, list):
        return ",".join(str(getattr(row, "pk", row)) for row in value)
    return "" if value is None or value is False else str(value)


def status_of(booking: Booking) -> str:
    return Booking.objects.get(pk=booking.pk).status


def test_confirming_looks_again_and_writes_history_in_the_operators_name(
    salon: Salon, operator: Client
) -> None:
    request = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)

    act(operator, "confirm", request)

    event = BookingEvent.objects.filter(booking=request).latest("pk")
    assert status_of(request) == "CONFIRMED"
    assert (event.action, event.actor, event.user and event.user.get_username()) == (
        "CONFIRMED",
        "TEAM",
        "operator",
    )
    assert LogEntry.objects.get().get_change_message() == "confirm: Asked by phone"


def test_what_does_not_fit_is_confirmed_only_with_the_action_that_says_so(
    salon: Salon, operator: Client
) -> None:
    request = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    make_booking(
        service=salon.cut,
        starts_at=salon.at(28, 10),
        now=NOW,
        email="sam@example.com",
        resource_id=salon.ana.resource_id,
    )

    refused = act(operator, "confirm", request)
    status = status_of(request)
    act(operator, "confirm_anyway", request, reason="Ana does both")

    assert "DoesNotFit" in refused.content.decode()
    assert status == "PENDING"
    assert status_of(request) == "CONFIRMED"
    assert Booking.objects.get(pk=request.pk).override_reason == "Ana does both"


@pytest.mark.parametrize(
    "action", ["confirm", "confirm_anyway", "decline", "cancel", "release_hold", "revoke_links"]
)
def test_without_a_reason_nothing_happens(salon: Salon, operator: Client, action: str) -> None:
    request = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)

    page = act(operator, action, request, reason="  ")

    assert status_of(request) == "PENDING"
    assert "Give a reason" in page.content.decode()
    assert LogEntry.objects.count() == 0


def test_declining_and_cancelling_give_the_time_back(salon: Salon, operator: Client) -> None:
    request = make_request(service=salon.bridal, starts_at=salon.at(28, 10), now=NOW)
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)

    act(operator, "decline", request)
    act(operator, "cancel", booking)

    assert (status_of(request), status_of(booking)) == ("DECLINED", "CANCELED")
    assert Occupancy.objects.count() == 0
    assert set(BookingEvent.objects.filter(revision=3).values_list("reason", flat=True)) == {
        "Asked by phone"
    }


def test_releasing_a_hold_frees_the_time_and_keeps_the_draft(
    salon: Salon, operator: Client
) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(26, 10), now=timezone.now())

    act(operator, "release_hold", draft)

    assert Occupancy.objects.count() == 0
    assert Session.objects.get().state == "CANCELED"
    assert status_of(draft) == "CREATED"


def test_revoking_links_closes_all_of_them(salon: Salon, operator: Client) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    create_access_link(booking=booking, now=NOW)

    act(operator, "revoke_links", booking)

    assert AccessLink.objects.filter(revoked_at=None).count() == 0


def test_posting_states_and_money_at_a_booking_changes_nothing(
    salon: Salon, operator: Client
) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    columns = ("status", "payment_status", "price", "revision", "contact_email", "session_id")
    before = Booking.objects.values(*columns).get(pk=booking.pk)

    change(operator, booking, status="CANCELED", payment_status="PAID", price="1", revision="9")

    assert Booking.objects.values(*columns).get(pk=booking.pk) == before


@pytest.mark.parametrize("name", ["bookings_booking", "availability_session"])
def test_bookings_and_sessions_cannot_be_added_or_deleted(
    salon: Salon, operator: Client, name: str
) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    pk = booking.pk if name == "bookings_booking" else booking.session_id

    added = operator.get(reverse(f"admin:{name}_add"))
    deleted = operator.post(reverse(f"admin:{name}_delete", args=[pk]), {"post": "yes"})

    assert (added.status_code, deleted.status_code) == (403, 403)
    assert (Booking.objects.count(), Session.objects.count()) == (1, 1)


def test_a_new_slug_leaves_a_redirect_behind(salon: Salon, operator: Client) -> None:
    change(operator, salon.business, slug="juniper-hair", name="Juniper & Co")

    business = Business.objects.get(pk=salon.business.pk)
    assert (business.slug, business.name) == ("juniper-hair", "Juniper & Co")
    assert FormerSlug.objects.get().slug == "juniper"


def test_a_slug_that_leads_to_another_business_is_refused(salon: Salon, operator: Client) -> None:
    FormerSlug.objects.create(business=make_business(slug="harbor"), slug="old-harbor")

    page = change(operator, salon.business, slug="old-harbor")

    assert page.status_code == 200
    assert "leads to another business" in page.content.decode()
    assert Business.objects.get(pk=salon.business.pk).slug == "juniper"


def test_pausing_and_publishing_are_actions(salon: Salon, operator: Client) -> None:
    data = {"action": "pause", "_selected_action": [salon.business.pk]}

    operator.post(reverse("admin:businesses_business_changelist"), data)
    paused = Business.objects.get(pk=salon.business.pk).state
    operator.post(reverse("admin:businesses_business_changelist"), {**data, "action": "publish"})

    assert paused == "PAUSED"
    assert Business.objects.get(pk=salon.business.pk).state == "PUBLISHED"


def test_a_service_cannot_be_put_into_the_category_of_another_business(
    salon: Salon, operator: Client
) -> None:
    other = Category.objects.create(business=make_business(), name="Boilers", slug="boilers")

    page = change(operator, salon.cut, category=other.pk)

    assert "belongs to another business" in page.content.decode()
    assert Service.objects.get(pk=salon.cut.pk).category != other


def test_an_edited_service_counts_its_revision(salon: Salon, operator: Client) -> None:
    change(operator, salon.cut, name="Cut", price="5000")

    service = Service.objects.get(pk=salon.cut.pk)
    assert (service.name, service.price, service.revision) == ("Cut", 5000, 2)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"pays_in_person": ""}, "Choose at least one way to pay."),
        ({"price": "0"}, "A fixed price must be more than zero."),
        ({"price_kind": "FREE", "pays_online": "on"}, "Free services are not paid online"),
        ({"pays_online": "on", "deposit": "4800"}, "A deposit must be less than the lowest price"),
        ({"tax_rate": "5001"}, "Enter a rate from 0 to 50"),
    ],
)
def test_a_service_nobody_can_pay_for_is_refused_as_in_the_editor(
    salon: Salon, operator: Client, columns: dict[str, str], words: str
) -> None:
    page = change(operator, salon.cut, **columns)

    assert page.status_code == 200
    assert words in page.content.decode()
    assert Service.objects.get(pk=salon.cut.pk).revision == 1


def test_a_price_by_variant_needs_one_that_costs_something(salon: Salon, operator: Client) -> None:
    make_variant(service=salon.bridal, name="Short", price=9000)
    Service.objects.filter(pk=salon.bridal.pk).update(price_kind="VARIED")
    salon.bridal.refresh_from_db()

    page = change(operator, salon.bridal, **{"variants-0-price": "0"})
    assert "At least one variant must cost something." in page.content.decode()
    assert change(operator, salon.bridal, **{"variants-0-price": "9500"}).status_code == 302
    assert salon.bridal.variants.get().price == 9500
