"""A sign-in that ends while somebody types gives the text back, to them and to nobody else."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.web.kept_text import FIELD, _box
from tests.factories import NOW, Salon, make_booking, make_member
from tests.factories.studio import make_class

PASSWORD = "correct horse"
PAGE = "/own/juniper/bookings/{}/"


@pytest.fixture
def eva(salon: Salon) -> Booking:
    return make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)


def page_of(eva: Booking) -> str:
    return PAGE.format(eva.reference)


def type_late(olga: Client, eva: Booking, **more: str) -> Any:
    """Open the page, go home, come back the next morning, press Save."""
    page = page_of(eva)
    fields = {"revision": str(eva.revision), "note": "Allergic to henna", **more}
    return olga.post(f"{page}notes/", fields, headers={"Referer": f"http://testserver{page}"})


def sign_in(browser: Client, salon: Salon, email: str) -> None:
    user = make_member(business=salon.business, email=email).user if email else salon.olga.user
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_a_text_that_an_older_version_kept_is_given_back_after_an_upgrade(
    olga: Client, salon: Salon, eva: Booking
) -> None:
    olga.get(page_of(eva))
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        type_late(olga, eva)
        session = olga.session
        kept = json.loads(_box().decrypt(session[FIELD].encode()))
        del kept["sent_to"]
        session[FIELD] = _box().encrypt(json.dumps(kept).encode()).decode()
        session.save()
        sign_in(olga, salon, "")
        page = olga.get(page_of(eva))

    assert page.status_code == 200
    assert "Allergic to henna</textarea>" in page.content.decode()


def test_the_text_is_in_the_form_again_and_nothing_was_saved(
    olga: Client, salon: Salon, eva: Booking
) -> None:
    olga.get(page_of(eva))
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        away = type_late(olga, eva)
        assert away.status_code == 303
        assert away["Location"].startswith("/own/sign-in/")
        assert "bookings" in away["Location"]
        stored = str(dict(olga.session.items()))
        sign_in(olga, salon, "")
        page = olga.get(page_of(eva)).content.decode()
        later = olga.get(page_of(eva)).content.decode()

    eva.refresh_from_db()
    assert "henna" not in stored
    assert "You were signed out while you were typing." in page
    assert "Allergic to henna</textarea>" in page
    assert eva.owner_note == ""
    assert "henna" not in later


def test_what_was_saved_meanwhile_stands_beside_it(
    olga: Client, salon: Salon, eva: Booking
) -> None:
    olga.get(page_of(eva))
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        type_late(olga, eva)
        Booking.objects.update(owner_note="Likes tea")
        sign_in(olga, salon, "")
        page = olga.get(page_of(eva)).content.decode()

    assert "Likes tea" in page
    assert "Allergic to henna</textarea>" in page


def test_another_account_and_a_later_hour_read_nothing(
    olga: Client, salon: Salon, eva: Booking
) -> None:
    olga.get(page_of(eva))
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        type_late(olga, eva)
        sign_in(olga, salon, "mia@juniper.example")
        assert "henna" not in olga.get(page_of(eva)).content.decode()
        sign_in(olga, salon, "")
        assert "henna" not in olga.get(page_of(eva)).content.decode()


def test_it_is_forgotten_after_half_an_hour(olga: Client, salon: Salon, eva: Booking) -> None:
    olga.get(page_of(eva))
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        type_late(olga, eva)
    with time_machine.travel(NOW + timedelta(hours=13, minutes=31), tick=False):
        sign_in(olga, salon, "")

        assert "henna" not in olga.get(page_of(eva)).content.decode()


def test_it_is_kept_too_when_another_tab_ended_the_sign_in(
    olga: Client, salon: Salon, eva: Booking
) -> None:
    olga.get(page_of(eva))
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        olga.get("/own/juniper/")
        type_late(olga, eva)
        sign_in(olga, salon, "")

        assert "henna</textarea>" in olga.get(page_of(eva)).content.decode()


def test_of_a_stranger_nothing_is_kept(salon: Salon, eva: Booking) -> None:
    sam = Client()
    type_late(sam, eva)
    sign_in(sam, salon, "")

    assert "henna" not in sam.get(page_of(eva)).content.decode()


def test_the_text_comes_back_also_when_the_session_itself_is_gone(
    olga: Client, salon: Salon, eva: Booking
) -> None:
    olga.get(page_of(eva))
    del olga.cookies[settings.SESSION_COOKIE_NAME]
    away = type_late(olga, eva)
    stored = str(dict(olga.session.items()))
    sign_in(olga, salon, "")
    page = olga.get(page_of(eva)).content.decode()

    assert away["Location"].startswith("/own/sign-in/")
    assert "henna" not in stored
    assert "Allergic to henna</textarea>" in page


def test_a_gone_session_gives_nothing_to_somebody_else(
    olga: Client, salon: Salon, eva: Booking
) -> None:
    olga.get(page_of(eva))
    del olga.cookies[settings.SESSION_COOKIE_NAME]
    type_late(olga, eva)
    sign_in(olga, salon, "ben@juniper.example")

    assert "henna" not in olga.get(page_of(eva)).content.decode()


def test_nothing_is_kept_in_a_browser_that_nobody_was_signed_in_with(
    salon: Salon, eva: Booking
) -> None:
    stranger = Client()
    type_late(stranger, eva)
    stranger.cookies["seen"] = "[[1,2],3]:forged"
    type_late(stranger, eva)

    assert "kept_text" not in stranger.session


LATE = NOW + timedelta(hours=13)
PRICE = {
    "price_kind": "FIXED",
    "price": "50.00",
    "price_text": "",
    "pays_in_person": "on",
    "deposit": "",
    "full_upfront": "on",
    "tax_rate": "0",
}


def typed_late(olga: Client, salon: Salon, page: str, typed: dict[str, Any], to: str = "") -> str:
    """Open a page, send its form the next morning, sign in again; the page as it is then."""
    olga.get(page)
    with time_machine.travel(LATE, tick=False):
        away = olga.post(to or page, typed, headers={"Referer": f"http://testserver{page}"})
        assert away["Location"].startswith("/own/sign-in/")
        sign_in(olga, salon, "")
        return str(olga.get(page).content.decode())


def test_what_somebody_else_has_saved_meanwhile_stands_beside_it_also_a_price(
    olga: Client, salon: Salon
) -> None:
    page = f"/own/juniper/services/{salon.cut.pk}/payment/"
    salon.cut.price = 6000
    salon.cut.save()

    told = typed_late(olga, salon, page, {**PRICE, "revision": "1"})

    note = told.partition('id="restored-text"')[2].partition("</div>")[0]
    assert re.findall(r'keep-lines">([^<]*)<', note) == ["60.00"]
    assert 'name="price" value="50.00"' in told


def test_a_tick_that_was_taken_away_stays_away(olga: Client, salon: Salon) -> None:
    salon.cut.pays_online, salon.cut.deposit = True, 2000
    salon.cut.save()
    page = f"/own/juniper/services/{salon.cut.pk}/payment/"
    typed = {**PRICE, "revision": "1", "pays_online": "on", "deposit": ""}
    del typed["pays_in_person"]

    told = typed_late(olga, salon, page, typed)

    boxes = re.findall(r'<input[^>]*name="(pays_in_person|pays_online)"([^>]*)>', told)
    assert [(name, "checked" in rest) for name, rest in boxes] == [
        ("pays_in_person", False),
        ("pays_online", True),
    ]
    assert 'value="20.00"' not in told.partition("<form")[2]


def test_a_discount_comes_back_into_its_own_form_with_all_its_services(
    olga: Client, salon: Salon
) -> None:
    services = [salon.cut.pk, salon.colour.pk, salon.bridal.pk]
    emptied = dict.fromkeys(("min_subtotal", "min_people", "starts_on", "ends_on"), "")
    typed = {"name": "Autumn", "kind": "PERCENT", "value": "10", "services": services, **emptied}

    told = typed_late(olga, salon, "/own/juniper/coupons/", typed, to="/own/juniper/discounts/")

    ticked = re.findall(r'<input[^>]*name="services"[^>]*checked[^>]*>', told)
    assert [re.findall(r'id="([a-z]*)-services', it) for it in ticked] == [["discount"]] * 3


def send_late(olga: Client, salon: Salon, page: str, verb: str, fields: dict[str, str]) -> str:
    """Open the page, go home, press the button the next morning, sign in: the page then."""
    olga.get(page)
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        referer = {"Referer": f"http://testserver{page}"}
        assert olga.post(f"{page}{verb}/", fields, headers=referer).status_code == 303
        sign_in(olga, salon, "")
        return str(olga.get(page).content.decode())


def value_of(page: str, field: str) -> str:
    """What stands in a line, or in a box of several."""
    found = re.search(rf'<(input|textarea)[^>]*\bid="{field}"[^>]*>([^<]*)', page)
    assert found is not None
    if found[1] == "textarea":
        return found[2].strip()
    value = re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else ""


@pytest.mark.parametrize(
    ("verb", "field"), [("cancel", "cancel_reason"), ("refund", "refund-reason")]
)
def test_a_reason_comes_back_into_the_form_it_was_typed_into(
    olga: Client, salon: Salon, verb: str, field: str
) -> None:
    booking = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    checkout.mark_paid(booking_id=booking.pk, revision=booking.revision, by=salon.olga, now=NOW)
    booking.refresh_from_db()
    sent = {"revision": str(booking.revision), "reason": "Ana is ill"}

    page = send_late(olga, salon, page_of(booking), verb, sent)

    (other,) = {"cancel_reason", "refund-reason"} - {field}
    assert (value_of(page, field), value_of(page, other)) == ("Ana is ill", "")


def test_why_a_class_is_cancelled_comes_back(olga: Client, salon: Salon) -> None:
    session = make_class(salon, salon.ana)
    page = f"/own/juniper/classes/{session.pk}/"
    sent = {"scope": "THIS", "seen": "x-y", "reason": "Ana is ill"}

    assert value_of(send_late(olga, salon, page, "cancel", sent), "reason-THIS") == "Ana is ill"
