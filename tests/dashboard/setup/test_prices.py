"""What a service costs and how it is paid, in the hands of an owner (rules M5, M2)."""

from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.catalog.models import FormerServiceSlug, Service
from apps.catalog.payment_problems import PROBLEMS
from apps.catalog.pricing import PaymentProblem
from tests.dashboard.conftest import Sit
from tests.factories import NOW, Salon, make_booking, make_salon, make_service, make_variant
from tests.pages import DETAILS, TYPING, fields_of, hold, text_of

pytestmark = pytest.mark.django_db
LIST = "/own/juniper/services/"
TYPED = {
    "revision": "1",
    "price_kind": "FIXED",
    "price": "48.00",
    "price_text": "",
    "pays_in_person": "on",
    "deposit": "",
    "full_upfront": "on",
    "tax_rate": "0",
}


def editor(service: Service) -> str:
    return f"/own/juniper/services/{service.pk}/payment/"


def save(olga: Client, service: Service, **typed: str) -> Any:
    """Post the form; what is None is not sent, like a box without its tick."""
    body = {**TYPED, **typed}
    return olga.post(editor(service), {name: it for name, it in body.items() if it != "-"})


def terms(service: Service) -> tuple[Any, ...]:
    it = Service.objects.get(pk=service.pk)
    ways = (it.pays_in_person, it.pays_online, it.deposit, it.full_upfront)
    return (it.price_kind, it.price, *ways, it.tax_rate, it.revision)


# --- The list


def test_the_list_says_what_each_costs_and_how_it_is_paid(olga: Client, salon: Salon) -> None:
    Service.objects.filter(pk=salon.colour.pk).update(pays_online=True, deposit=2000, hidden=True)
    make_variant(service=salon.bridal, name="Short", price=9000)
    make_variant(service=salon.bridal, name="Long", price=15000)
    loose = make_service(business=salon.business, name="Old perm", retired_at=NOW)
    Service.objects.filter(pk=loose.pk).update(category=None, price_kind="FREE")

    groups = olga.get(LIST).context["groups"]

    assert [(group.name, group.is_category) for group in groups] == [
        ("Cuts", True),
        ("Without a category", False),
    ]
    assert [
        (row.name, row.kind, row.minutes, row.price, row.paid, row.hidden, row.retired)
        for group in groups
        for row in group.services
    ] == [
        ("Cut and finish", "Appointment", 45, "€48.00", "At the studio", False, False),
        (
            *("Root colour", "Appointment", 90, "€74.00"),
            "€20.00 deposit or everything online, the rest at the studio",
            *(True, False),
        ),
        ("Bridal trial", "Appointment", 120, "from €90.00", "At the studio", False, False),
        ("Old perm", "Appointment", 45, "Free", "Nothing to pay", False, True),
    ]


def test_the_list_marks_what_is_hidden_and_what_is_retired(olga: Client, salon: Salon) -> None:
    Service.objects.filter(pk=salon.colour.pk).update(hidden=True)
    Service.objects.filter(pk=salon.bridal.pk).update(retired_at=NOW)

    page = text_of(olga.get(LIST))

    assert (page.count(">Hidden<"), page.count(">No longer offered<")) == (1, 1)


def test_a_business_without_services_is_told_so(olga: Client, salon: Salon) -> None:
    Service.objects.all().delete()

    assert "No services yet." in text_of(olga.get(LIST))


def test_the_list_costs_the_same_with_one_row_and_with_three(olga: Client, salon: Salon) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(LIST).status_code == 200
        return len(queries)

    Service.objects.exclude(pk=salon.cut.pk).delete()
    make_variant(service=salon.cut, name="Short", price=4800)
    one = cost()
    for number in range(2):
        more = make_service(business=salon.business, name=f"Cut {number}")
        make_variant(service=more, name="Short", price=4800)
        make_variant(service=more, name="Long", price=5800)

    assert cost() == one


@pytest.mark.parametrize(
    ("role", "status"),
    [("OWNER", 200), ("MANAGER", 200), ("FRONT_DESK", 403), ("STAFF", 403), ("ACCOUNTANT", 403)],
)
def test_only_owner_and_manager_price_services(
    seat: Sit, salon: Salon, role: str, status: int
) -> None:
    browser = seat(role)

    assert [browser.get(LIST).status_code, browser.get(editor(salon.cut)).status_code] == [
        status,
        status,
    ]
    assert (f'href="{LIST}"' in text_of(browser.get("/own/juniper/"))) == (status == 200)


# --- Saving


def test_a_price_with_a_deposit_is_kept(olga: Client, salon: Salon) -> None:
    answer = save(olga, salon.cut, price="52.5", pays_online="on", deposit="12", tax_rate="7.7")

    assert (answer.status_code, answer["Location"]) == (303, f"{editor(salon.cut)}?saved=1")
    assert terms(salon.cut) == ("FIXED", 5250, True, True, 1200, True, 770, 2)
    page = text_of(olga.get(answer["Location"]))
    assert "Saved. This applies from now on." in page
    for value in ('value="52.50"', 'value="12.00"', 'value="7.7"', 'name="revision" value="2"'):
        assert value in page


def test_a_free_service_keeps_its_old_price_for_the_way_back(olga: Client, salon: Salon) -> None:
    assert (
        save(olga, salon.cut, price_kind="FREE", price="x", pays_in_person="-").status_code == 303
    )

    assert terms(salon.cut) == ("FREE", 4800, True, False, None, True, 0, 2)


def test_a_price_on_request_has_the_owner_s_words(olga: Client, salon: Salon) -> None:
    save(olga, salon.cut, price_kind="CUSTOM", price_text="after a first look", price="")

    salon.cut.refresh_from_db()
    assert (salon.cut.price_kind, salon.cut.price_text) == ("CUSTOM", "after a first look")
    assert salon.cut.price == 4800


def test_each_variant_gets_its_price(olga: Client, salon: Salon) -> None:
    short = make_variant(service=salon.cut, name="Short", price=4800)
    long = make_variant(service=salon.cut, name="Long", price=5800)
    prices = {f"variant_{short.pk}": "50", f"variant_{long.pk}": "60.5"}

    assert save(olga, salon.cut, price_kind="VARIED", price="", **prices).status_code == 303

    assert list(salon.cut.variants.values_list("name", "price")) == [
        ("Short", 5000),
        ("Long", 6050),
    ]
    assert terms(salon.cut)[0] == "VARIED"


def test_a_service_with_variants_is_never_one_price(olga: Client, salon: Salon) -> None:
    short = make_variant(service=salon.cut, name="Short", price=4800)

    page = save(olga, salon.cut, **{f"variant_{short.pk}": "50"})

    assert page.status_code == 422
    assert "Choose one of these kinds of price." in text_of(page)


def test_the_same_form_twice_is_done_once(olga: Client, salon: Salon) -> None:
    answers = [save(olga, salon.cut, price="52").status_code for _tap in range(2)]

    assert answers == [303, 303]
    assert terms(salon.cut)[-1] == 2


def test_bookings_keep_the_price_they_were_made_at(olga: Client, salon: Salon) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    FormerServiceSlug.objects.create(business=salon.business, service=salon.cut, slug="trim")

    save(olga, salon.cut, price="90")

    assert Booking.objects.get(pk=booking.pk).price == 4800
    assert FormerServiceSlug.objects.get().slug == "trim"
    assert "Existing bookings keep their price." in text_of(olga.get(editor(salon.cut)))


def test_a_german_owner_types_and_reads_amounts_as_germans_do(olga: Client, salon: Salon) -> None:
    Business.objects.filter(pk=salon.business.pk).update(locale="de-DE")

    page = save(olga, salon.cut, price="1.048,50", deposit="7,5", pays_online="on", tax_rate="7,7")

    assert page.status_code == 303
    kept = Service.objects.get(pk=salon.cut.pk)
    assert (kept.price, kept.deposit, kept.tax_rate) == (104_850, 750, 770)
    form = olga.get(editor(salon.cut)).context["form"]
    shown = [form[name].value() for name in ("price", "deposit", "tax_rate")]
    assert shown == ["1048,50", "7,50", "7,7"]


# --- Mistakes


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"price": ""}, "price", "Enter the price."),
        ({"price": "0"}, "price", "A fixed price must be more than zero."),
        ({"price": "-1"}, "price", "Enter an amount like 12.50."),
        ({"price": "abc"}, "price", "Enter an amount like 12.50."),
        ({"price": "1e3"}, "price", "Enter an amount like 12.50."),
        ({"price": "1_000"}, "price", "Enter an amount like 12.50."),
        ({"price": "٤٨"}, "price", "Use the digits 0 to 9."),
        ({"tax_rate": "1e1"}, "tax_rate", "Enter a rate from 0 to 50"),
        ({"price": "1.005"}, "price", "Enter an amount with at most 2 decimals."),
        ({"price": "3000000"}, "price", "Enter a smaller amount."),
        ({"price_kind": ""}, "price_kind", "Choose a kind of price."),
        ({"price_kind": "VARIED"}, "price_kind", "Choose one of these kinds of price."),
        ({"price_kind": "CUSTOM", "price_text": "x" * 51}, "price_text", "at most 50 characters"),
        ({"pays_in_person": "-"}, "pays_in_person", "Choose at least one way to pay"),
        ({"price_kind": "FREE", "pays_online": "on"}, "pays_online", "are not paid online"),
        (
            {"price_kind": "CUSTOM", "pays_online": "on"},
            "pays_online",
            "cannot be paid online",
        ),
        ({"deposit": "10"}, "deposit", "A deposit is paid online"),
        ({"deposit": "48", "pays_online": "on"}, "deposit", "less than the lowest price"),
        ({"deposit": "0", "pays_online": "on"}, "deposit", "A deposit must be more than zero."),
        ({"tax_rate": "50.01"}, "tax_rate", "Enter a rate from 0 to 50"),
        ({"tax_rate": "7.777"}, "tax_rate", "Enter a rate from 0 to 50"),
        ({"tax_rate": ""}, "tax_rate", "Enter a rate from 0 to 50"),
    ],
)
def test_mistakes_are_named_beside_their_field_and_nothing_is_kept(
    olga: Client, salon: Salon, typed: dict[str, str], field: str, words: str
) -> None:
    page = save(olga, salon.cut, **typed)

    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert words in " ".join(page.context["form"].errors[field])
    assert words in text_of(page)
    assert terms(salon.cut) == ("FIXED", 4800, True, False, None, True, 0, 1)


def test_what_was_typed_stays_after_a_mistake(olga: Client, salon: Salon) -> None:
    page = text_of(save(olga, salon.cut, price="abc", deposit="12.5", pays_online="on"))

    assert 'value="abc"' in page
    assert 'value="12.5"' in page


@pytest.mark.parametrize("problem", PaymentProblem)
def test_every_problem_has_words_beside_a_field(problem: PaymentProblem) -> None:
    name, words = PROBLEMS[problem]

    assert name in {"price", "price_kind", "price_text", "pays_in_person", "pays_online"} | {
        "deposit",
        "tax_rate",
    }
    assert "%" not in str(words) % {"place": "studio"}
    assert str(words).endswith(".")


def test_what_asks_for_approval_may_be_paid_online_where_money_can_be_authorized(
    olga: Client, salon: Salon
) -> None:
    answer = save(olga, salon.bridal, price="130", pays_online="on", deposit="10")

    assert answer.status_code == 303
    assert terms(salon.bridal) == ("FIXED", 13000, True, True, 1000, True, 0, 2)


@override_settings(PAYMENT_PROVIDER="")
def test_what_asks_for_approval_says_why_it_is_paid_at_the_place(
    olga: Client, salon: Salon
) -> None:
    page = olga.get(editor(salon.bridal))

    fields = [it.name for group in page.context["form"].groups() for it in group.fields]
    ways = ["pays_in_person", "pays_online"]
    assert fields == ["price_kind", "price", "price_text", "tax_rate", *ways]
    assert page.context["form"].fields["pays_online"].disabled
    assert "so it is paid at the studio: no money is taken before you confirm." in text_of(page)


@override_settings(PAYMENT_PROVIDER="")
def test_a_forged_box_does_not_open_what_is_closed(olga: Client, salon: Salon) -> None:
    answer = save(olga, salon.bridal, price="130", pays_online="on", deposit="10")

    assert answer.status_code == 303
    assert terms(salon.bridal) == ("FIXED", 13000, True, False, None, True, 0, 2)


# --- Somebody was faster


def test_a_page_that_grew_old_shows_what_is_stored_and_keeps_what_was_typed(
    olga: Client, salon: Salon
) -> None:
    save(olga, salon.cut, price="50")

    page = save(olga, salon.cut, price="60", deposit="5", pays_online="on")

    assert page.status_code == 409
    assert terms(salon.cut) == ("FIXED", 5000, True, False, None, True, 0, 2)
    words = text_of(page)
    assert "Somebody else has changed this service." in words
    assert "<b>€50.00</b>, At the studio." in words
    for kept in ('value="60"', 'value="5"', 'name="revision" value="2"'):
        assert kept in words
    again = save(olga, salon.cut, price="60", deposit="5", pays_online="on", revision="2")
    assert again.status_code == 303
    assert terms(salon.cut) == ("FIXED", 6000, True, True, 500, True, 0, 3)


def test_a_variant_that_came_meanwhile_is_shown_before_anything_is_kept(
    olga: Client, salon: Salon
) -> None:
    short = make_variant(service=salon.cut, name="Short", price=4800)
    body = {f"variant_{short.pk}": "50"}
    long = make_variant(service=salon.cut, name="Long", price=5800)
    Service.objects.filter(pk=salon.cut.pk).update(revision=2)

    page = save(olga, salon.cut, price_kind="VARIED", **body)

    assert page.status_code == 422  # the new one has no price yet
    assert page.context["form"].errors == {f"variant_{long.pk}": ["Enter the price."]}


def test_a_variant_that_went_meanwhile_changes_nothing(olga: Client, salon: Salon) -> None:
    make_variant(service=salon.cut, name="Short", price=4800)
    gone = make_variant(service=salon.cut, name="Long", price=5800)
    kept = {f"variant_{it.pk}": "50" for it in salon.cut.variants.all()}
    gone.delete()
    Service.objects.filter(pk=salon.cut.pk).update(revision=2)

    page = save(olga, salon.cut, price_kind="VARIED", **kept)

    assert page.status_code == 409
    assert list(salon.cut.variants.values_list("price", flat=True)) == [4800]


# --- Not theirs


def test_a_service_of_another_business_is_not_found(olga: Client, salon: Salon) -> None:
    foreign = make_salon(slug="other").cut

    assert olga.get(editor(foreign)).status_code == 404
    assert save(olga, foreign, price="1").status_code == 404
    assert terms(foreign)[1] == 4800


def test_a_variant_of_another_service_is_left_alone(olga: Client, salon: Salon) -> None:
    foreign = make_variant(service=make_salon(slug="other").cut, name="Short", price=4800)

    save(olga, salon.cut, price="50", **{f"variant_{foreign.pk}": "1"})

    foreign.refresh_from_db()
    assert foreign.price == 4800


# --- What a customer will see


def preview(olga: Client, service: Service, **typed: str) -> Any:
    """What htmx asks for while the owner types."""
    body = {name: it for name, it in {**TYPED, **typed}.items() if it != "-"}
    return olga.get(editor(service), body, headers={"HX-Request": "true"})


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ({}, ("€48.00", "", ("€48.00 at the studio",))),
        (
            {"price": "40", "pays_online": "on", "deposit": "12", "tax_rate": "19"},
            (
                "€40.00",
                "incl. 19 % VAT €6.39",
                ("€12.00 now, €28.00 at the studio", "€40.00 now, online"),
            ),
        ),
        (
            {"price": "40", "pays_online": "on", "deposit": "12", "full_upfront": "-"},
            ("€40.00", "", ("€12.00 now, €28.00 at the studio",)),
        ),
        (
            {"price": "40", "pays_online": "on", "deposit": "12", "any_amount": "on"},
            ("€40.00", "", ("€12.00 or more now, the rest at the studio", "€40.00 now, online")),
        ),
        (
            {"pays_online": "on"},
            ("€48.00", "", ("€48.00 at the studio", "€48.00 now, online")),
        ),
        ({"pays_online": "on", "pays_in_person": "-"}, ("€48.00", "", ("€48.00 now, online",))),
        ({"price_kind": "FREE"}, ("Free", "", ("Nothing to pay",))),
        ({"price_kind": "CUSTOM"}, ("On request", "", ("Paid at the studio",))),
        (
            {"price_kind": "CUSTOM", "price_text": "after a look"},
            ("after a look", "", ("Paid at the studio",)),
        ),
    ],
)
def test_the_preview_says_what_is_paid_when(
    olga: Client, salon: Salon, typed: dict[str, str], line: tuple[str, str, tuple[str, ...]]
) -> None:
    answer = preview(olga, salon.cut, **typed)

    (found,) = answer.context["preview"].lines
    assert (found.amount, found.tax, found.ways) == line
    assert answer.content.decode().lstrip().startswith('<section id="preview"')
    assert terms(salon.cut)[-1] == 1


def test_the_preview_names_every_variant(olga: Client, salon: Salon) -> None:
    child = make_variant(service=salon.cut, name="Child", price=0)
    long = make_variant(service=salon.cut, name="Long", price=5800)
    prices = {f"variant_{child.pk}": "0", f"variant_{long.pk}": "60"}

    lines = preview(olga, salon.cut, price_kind="VARIED", **prices).context["preview"].lines

    assert [(it.name, it.amount, it.ways) for it in lines] == [
        ("Child", "Free", ("Nothing to pay",)),
        ("Long", "€60.00", ("€60.00 at the studio",)),
    ]


def test_tax_comes_on_top_where_prices_are_without_it(olga: Client, salon: Salon) -> None:
    type(salon.business).objects.update(prices_include_tax=False)

    (line,) = preview(olga, salon.cut, tax_rate="19").context["preview"].lines

    assert (line.amount, line.tax) == ("€57.12", "incl. 19 % VAT €9.12")


def test_the_preview_says_what_is_in_the_way(olga: Client, salon: Salon) -> None:
    answer = preview(olga, salon.cut, deposit="10")

    assert (answer.status_code, answer.context["preview"]) == (200, None)
    assert "A deposit is paid online. If nothing is paid online, leave it empty." in text_of(answer)


def test_without_a_provider_the_page_says_that_nobody_takes_money(
    olga: Client, salon: Salon, settings: LazySettings
) -> None:
    settings.PAYMENT_PROVIDER = ""

    answer = preview(olga, salon.cut, pays_online="on")

    assert answer.context["preview"].lines[0].ways == ("€48.00 at the studio",)
    assert "Online payment is switched off for this portal at the moment" in text_of(answer)


def test_an_address_with_foreign_parameters_shows_what_is_stored(
    olga: Client, salon: Salon
) -> None:
    page = olga.get(editor(salon.cut), {"utm_source": "mail"})

    assert (page.status_code, page.context["form"].is_bound) == (200, False)


def test_the_editor_costs_the_same_with_one_variant_and_with_three(
    olga: Client, salon: Salon
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert olga.get(editor(salon.cut)).status_code == 200
        return len(queries)

    make_variant(service=salon.cut, name="Short", price=4800)
    one = cost()
    for number in range(2):
        make_variant(service=salon.cut, name=f"Form {number}", price=4800)

    assert cost() == one


def test_customers_see_the_new_price_at_once(olga: Client, salon: Salon, client: Client) -> None:
    carl = Client()
    assert "€48.00" in text_of(carl.get("/juniper/"))

    save(olga, salon.cut, price="51")

    assert "€51.00" in text_of(carl.get("/juniper/"))


def test_whoever_is_typing_their_details_is_shown_the_new_price_first(
    olga: Client, salon: Salon, clock: time_machine.Traveller
) -> None:
    carl = Client()
    details = hold(carl, salon.cut, salon.at(26, 10).astimezone(salon.business.zone))
    seen = fields_of(carl.get(details))
    save(olga, salon.cut, price="51")
    clock.shift(TYPING)

    page = carl.post(details, {**seen, **DETAILS})

    assert page.status_code == 409
    assert ["€48.00" in text_of(page), "€51.00" in text_of(page)] == [True, True]
