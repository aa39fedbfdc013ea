"""O2: what now, what needs me, and one tap to answer (ux.md 2.5, journeys I and J)."""

from django.test import Client

from apps.bookings.models import Booking
from tests.factories import NOW, Salon, make_booking, make_request

TODAY = "/own/juniper/"
HTMX = {"HX-Request": "true"}


def ask(salon: Salon, *, email: str = "lena@example.com", name: str = "Lena Hartmann") -> Booking:
    return make_request(
        service=salon.bridal, starts_at=salon.at(28, 10), now=NOW, email=email, name=name
    )


def test_today_shows_the_day_and_what_needs_olga(olga: Client, salon: Salon) -> None:
    lena = ask(salon)
    eva = make_booking(service=salon.cut, starts_at=salon.at(24, 14), now=NOW, name="Eva Lindner")

    page = olga.get(TODAY)

    text = page.content.decode()
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert f'id="card-{lena.reference}"' in text
    assert f'id="row-{eva.reference}"' in text
    assert "<title>(1) Today" in text


def test_one_tap_confirms_and_leaves_ten_seconds_to_undo(olga: Client, salon: Salon) -> None:
    lena = ask(salon)
    path = f"{TODAY}bookings/{lena.reference}/confirm/?at=today"

    answer = olga.post(path, {"revision": lena.revision}, headers=HTMX)

    lena.refresh_from_db()
    assert answer.status_code == 200
    assert lena.status == Booking.Status.CONFIRMED
    assert "E-mail leaves in 10 s." in answer.content.decode()
