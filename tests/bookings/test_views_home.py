import json
import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from apps.bookings.models import Booking
from apps.bookings.remembering import DEVICE_SALT
from apps.businesses.models import Business, FormerSlug
from apps.catalog.models import AddOn, AddOnGroup, Category, FormerServiceSlug, Service
from tests.factories import Salon, make_booking, make_salon, make_service, make_variant
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HTMX = {"HX-Request": "true"}


def test_home_shows_who_it_is_and_what_can_be_booked(client: Client, salon: Salon) -> None:
    text = text_of(client.get("/juniper/"))

    assert "<h1>Juniper Hair</h1>" in text
    assert "until 18:00" in text
    assert "Kastanienallee 12, 10435 Berlin" in text
    assert "Free cancellation up to 24 hours before." in text
    assert '<body data-page="home"' in text


def test_the_next_free_times_follow_by_themselves(client: Client, salon: Salon) -> None:
    page = text_of(client.get("/juniper/"))
    fragment = text_of(client.get("/juniper/", headers=HTMX))

    assert 'hx-get="/juniper/"' in page
    assert "See times" in page
    assert "Next: today" in fragment
    assert "Answered within 24 hours" in fragment
    assert "hx-trigger" not in fragment
    assert fragment.lstrip().startswith('<div id="services"')


def test_a_service_without_choices_leads_straight_to_its_times(
    client: Client, salon: Salon
) -> None:
    for name, price in (("Short", 7400), ("Long", 9900)):
        make_variant(service=salon.colour, name=name, price=price)

    text = text_of(client.get("/juniper/"))

    assert 'href="/juniper/s/cut/times"' in text
    assert 'href="/juniper/s/colour/"' in text
    assert re.search(r"<i>from</i>\s*€74\.00", text)


def test_search_and_kinds_narrow_the_list_and_say_so(client: Client, salon: Salon) -> None:
    colours = Category.objects.create(business=salon.business, name="Colour", slug="colours")
    Service.objects.filter(pk=salon.colour.pk).update(category=colours)

    found = text_of(client.get("/juniper/", {"q": "ROOT"}, headers=HTMX))
    none = text_of(client.get("/juniper/", {"q": "<b>zebra"}, headers=HTMX))
    kind = text_of(client.get("/juniper/", {"kind": "colours"}))

    assert "Root colour" in found
    assert "Cut and finish" not in found
    assert 'data-announce="1 service"' in found
    assert "No service called “&lt;b&gt;zebra”." in none
    assert "Cut and finish" not in kind


def test_hidden_retired_and_homeless_services_are_not_listed(client: Client, salon: Salon) -> None:
    Service.objects.filter(pk=salon.cut.pk).update(hidden=True)
    Service.objects.filter(pk=salon.colour.pk).update(category=None)

    text = text_of(client.get("/juniper/"))

    assert "Cut and finish" not in text
    assert "Root colour" not in text
    assert client.get("/juniper/s/cut/times").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_list_costs_the_same_for_one_and_for_three_services(
    client: Client,
    salon: Salon,
    django_assert_max_num_queries: Any,
    count: int,
    headers: dict[str, str],
) -> None:
    Service.objects.exclude(pk=salon.cut.pk).delete()
    for number in range(count - 1):
        extra = make_service(
            business=salon.business, name=f"Trim {number}", needs=[[salon.ana.resource]]
        )
        make_variant(service=extra, name="Short", price=900)
        extra.locations.add(salon.location)

    with django_assert_max_num_queries(10):
        assert client.get("/juniper/", headers=headers).status_code == 200


def test_a_paused_business_can_be_read_but_not_booked(client: Client, salon: Salon) -> None:
    Business.objects.update(state=Business.State.PAUSED)

    home = text_of(client.get("/juniper/"))
    service = text_of(client.get("/juniper/s/cut/"))

    assert "Online booking is paused." in home
    assert "030 555 0142" in home
    assert "See times" not in service.split("<form")[1]


def test_former_addresses_redirect_for_ever(client: Client, salon: Salon) -> None:
    FormerSlug.objects.create(business=salon.business, slug="old-name")
    FormerServiceSlug.objects.create(business=salon.business, service=salon.cut, slug="haircut")

    business = client.get("/old-name/s/cut/times?date=2026-11-26")
    service = client.get("/juniper/s/haircut/")

    assert (business.status_code, business["Location"]) == (
        301,
        "/juniper/s/cut/times?date=2026-11-26",
    )
    assert (service.status_code, service["Location"]) == (301, "/juniper/s/cut/")


def test_a_retired_service_is_gone_and_offers_others(client: Client, salon: Salon) -> None:
    salon.cut.retired_at = salon.at(1, 9)
    salon.cut.save()

    answer = client.get("/juniper/s/cut/")

    assert answer.status_code == 410
    assert "This service is no longer offered" in text_of(answer)
    assert "Root colour" in text_of(answer)


def test_a_service_page_shows_its_forms_people_and_extras(client: Client, salon: Salon) -> None:
    salon.policy.max_participants = 4
    salon.policy.save()
    make_variant(service=salon.cut, name="Short", price=4000, duration_minutes=30)
    long = make_variant(service=salon.cut, name="Long", price=6200, duration_minutes=60)
    group = AddOnGroup.objects.create(service=salon.cut, name="Extras")
    wash = AddOn.objects.create(group=group, name="Wash", price=500, duration_minutes=15)

    page = text_of(client.get("/juniper/s/cut/"))
    quote = text_of(
        client.get(
            "/juniper/s/cut/",
            {"variant": f"{long.pk}", "add_on": f"{wash.pk}", "people": "2"},
            headers=HTMX,
        )
    )

    for words in ("Short", "Long", "Wash", "Anyone", "Ana", "Ben", "How many people?"):
        assert words in page
    assert quote.lstrip().startswith('<p id="quote"')
    assert "€129.00" in quote
    assert "1 h 15 min" in quote


@pytest.mark.parametrize("query", ["variant=999", "people=x", "add_on=7", "staff=1e3"])
def test_choices_a_service_does_not_offer_are_not_found(
    client: Client, salon: Salon, query: str
) -> None:
    assert client.get(f"/juniper/s/cut/?{query}").status_code == 404


def test_book_again_offers_three_days_near_the_usual_time(client: Client, salon: Salon) -> None:
    booking = make_booking(
        service=salon.cut,
        starts_at=salon.at(25, 15, 30),
        now=salon.at(24, 11),
        resource_id=salon.ana.resource_id,
    )
    remember(client, booking)

    page = client.get("/juniper/")

    again = page.context["again"]
    assert again["brief_words"] == "Cut and finish with Ana, 45 min, €48.00"
    assert [slot.starts_at for slot in again["slots"]] == [
        salon.at(24, 15, 30),
        salon.at(25, 14, 45),
        salon.at(26, 15, 30),
    ]
    answer = client.post("/juniper/forget")
    assert answer.status_code == 303
    assert client.get("/juniper/").context["again"] is None


def test_book_again_of_another_business_is_not_shown(client: Client, salon: Salon) -> None:
    make_salon(slug="sam")
    remember(
        client,
        make_booking(service=salon.cut, starts_at=salon.at(25, 15), now=salon.at(24, 11)),
    )

    assert client.get("/sam/").context["again"] is None


def remember(client: Client, booking: Booking) -> None:
    client.cookies["device"] = signing.dumps([booking.pk], salt=DEVICE_SALT)


def test_search_engines_read_the_business_and_nothing_can_break_out(
    client: Client, salon: Salon
) -> None:
    Business.objects.update(promise="</script><script>alert(1)</script>")

    text = text_of(client.get("/juniper/"))
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)

    assert found is not None
    facts = json.loads(found.group(1))
    assert facts["name"] == "Juniper Hair"
    assert facts["address"]["postalCode"] == "10435"
    assert "<script>alert" not in text
    assert '<link rel="canonical" href="http' in text
