"""Waiting for a time of an appointment on the web, and answering the offer by its link."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from apps.availability import operations as availability
from apps.availability.models import DateException, Schedule
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, WaitlistEntry
from apps.outbox.worker import Worker
from apps.waitlists import operations as waitlists
from tests.factories import NOW, Salon
from tests.pages import fields_of, slots_of, text_of
from tests.waitlists.test_times import cancel, fill

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
WAIT = "/juniper/s/cut/wait?date=2026-11-26"
TYPED = {
    "name": "Eva Lindner",
    "email": "eva@example.com",
    "notice": "0",
    "days": "1",
    "hours": "0",
}


def ask(client: Client, path: str = WAIT, **typed: str) -> Any:
    hidden = fields_of(client.get(path))
    kept = {name: value for name, value in hidden.items() if name not in TYPED}
    with time_machine.travel(datetime.now().astimezone() + timedelta(seconds=30), tick=False):
        return client.post(path, {**kept, **TYPED, **typed})


def test_the_picker_leads_to_the_line_for_the_shown_day(client: Client, salon: Salon) -> None:
    picker = "/juniper/s/cut/times?date=2026-11-26"
    assert "Join the waitlist" not in text_of(client.get(picker))
    fill(salon)

    page = client.get(picker)

    assert f'href="{WAIT}"' in text_of(page)
    assert "Join the waitlist" not in text_of(client.get("/juniper/s/bridal/times"))


def test_joining_shows_the_place_and_what_is_waited_for(client: Client, salon: Salon) -> None:
    fill(salon)

    answer = ask(client, hours="1")

    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (answer.status_code, answer["Location"]) == (303, f"/manage/{booking.reference}/")
    page = text_of(client.get(answer["Location"]))
    assert "You’re first on the waitlist." in page
    assert "Thursday 26 November" in page
    assert "before 12:00" in page
    assert "Add to calendar" not in page


def test_where_times_are_free_there_is_nothing_to_wait_for(client: Client, salon: Salon) -> None:
    answer = client.get(WAIT)

    assert (answer.status_code, answer["Location"]) == (
        303,
        "/juniper/s/cut/times?date=2026-11-26",
    )


def test_a_closed_day_invites_nobody(client: Client, salon: Salon) -> None:
    house = Schedule.objects.get(business=salon.business, resource=None, service=None)
    DateException.objects.create(schedule=house, on="2026-11-26", reason="Holiday")

    page = client.get("/juniper/s/cut/times?date=2026-11-26")

    assert "Join the waitlist" not in text_of(page)


def test_only_what_is_full_can_be_waited_for(client: Client, salon: Salon) -> None:
    taken = fill(salon)
    cancel(taken[0], salon)  # nine o'clock is free again

    form = client.get(WAIT).context["form"]

    assert [value for value, _label in form.fields["days"].choices] == [1]
    assert [value for value, _label in form.fields["hours"].choices] == [2, 3]
    assert (form["days"].value(), form["hours"].value()) == (1, 2)


def test_a_full_line_invites_nobody(client: Client, salon: Salon) -> None:
    """The day says so where it has no times: before, its link led back to it without a word."""
    picker = "/juniper/s/cut/times?date=2026-11-26"
    taken = fill(salon)
    salon.policy.waitlist_capacity = 1
    salon.policy.save()
    assert _invitation(client.get(picker)) == WAIT
    assert client.get(WAIT).status_code == 200
    ask(client)

    page = client.get(picker)

    assert (_invitation(page), client.get(WAIT).status_code) == ("", 303)
    assert "The waitlist is full too." in text_of(page)
    cancel(taken[0], salon)
    with_a_time = text_of(client.get(picker))
    assert ("09:00" in with_a_time, "The waitlist is full" in with_a_time) == (True, False)


def test_a_line_of_nobody_is_not_called_full(client: Client, salon: Salon) -> None:
    fill(salon)
    salon.policy.waitlist_capacity = 0
    salon.policy.save()

    page = client.get("/juniper/s/cut/times?date=2026-11-26")

    assert (_invitation(page), "waitlist" in text_of(page)) == ("", False)


@pytest.mark.parametrize("shown", ["?week=2026-11-30", "", "?date=2026-12-01"])
def test_the_invitation_is_for_the_days_that_are_shown(
    client: Client, salon: Salon, *, shown: str
) -> None:
    """Nothing is free from 30 November to the end of what can be booked: who looks at a week of
    it, or at all of it, is led to those days and not to today."""
    salon.policy.horizon_days = 40
    salon.policy.save()
    until = salon.at(24, 0) + timedelta(days=45)
    since = salon.at(30, 0) if shown else salon.at(24, 0)
    availability.block_time(
        business_id=salon.business.pk,
        resource_ids=[salon.ana.resource_id, salon.ben.resource_id],
        starts_at=since,
        ends_at=until,
        note="",
        now=NOW,
    )

    page = client.get(f"/juniper/s/cut/times{shown}")

    assert slots_of(page) == []
    link = _invitation(page)
    first = {"?week=2026-11-30": "2026-11-30", "": "2026-11-24", "?date=2026-12-01": "2026-12-01"}
    assert link == f"/juniper/s/cut/wait?date={first[shown]}"
    assert client.get(link).status_code == 200


def test_where_every_day_is_taken_none_of_them_shows_a_time(client: Client, salon: Salon) -> None:
    """What is taken in the days that are shown is not forgotten by looking at the later ones."""
    salon.policy.horizon_days = 40
    salon.policy.save()
    for day in range(41):
        availability.block_time(
            business_id=salon.business.pk,
            resource_ids=[salon.ana.resource_id, salon.ben.resource_id],
            starts_at=salon.at(24, 9) + timedelta(days=day),
            ends_at=salon.at(24, 18) + timedelta(days=day),
            note="",
            now=NOW,
        )

    page = client.get("/juniper/s/cut/times")

    assert (slots_of(page), page.context["chosen_on"]) == ([], None)
    assert client.get(_invitation(page)).status_code == 200


def _invitation(page: Any) -> str:
    """Where *Join the waitlist* of a page leads."""
    found = re.findall(r'<a href="([^"]*)">Join the waitlist</a>', text_of(page))
    return html.unescape(found[0]) if found else ""


def test_a_week_is_waited_for_from_the_shown_day_on(client: Client, salon: Salon) -> None:
    fill(salon)
    path = f"{WAIT}&staff={salon.ana.resource_id}"

    page = client.get(path)
    answer = ask(client, path, days="7", hours="2")

    assert "26 Nov\u2009–\u20092 Dec" not in text_of(page)
    assert answer.status_code == 409  # Friday is free
    assert 'href="/juniper/s/cut/times?staff=' in text_of(answer)
    assert "Fri 27 Nov, 12:00" in text_of(answer)
    assert not WaitlistEntry.objects.exists()


def test_an_offered_time_is_taken_by_post_alone_and_once(client: Client, salon: Salon) -> None:
    taken = fill(salon)
    manage = ask(client)["Location"]
    cancel(taken[3], salon)
    waitlists.offer_what_came_free(now=NOW)

    page = client.get(manage)
    assert "A time has opened up." in text_of(page)
    assert "11:15" in text_of(page)
    assert client.get(f"{manage}take").status_code == 405
    for _device in range(2):
        answer = client.post(f"{manage}take")
        assert (answer.status_code, answer["Location"]) == (303, manage)

    booking = Booking.objects.get(contact_email="eva@example.com")
    assert (booking.status, booking.starts_at) == ("CONFIRMED", taken[3].starts_at)


def test_refusing_keeps_the_position_in_line(client: Client, salon: Salon) -> None:
    taken = fill(salon)
    manage = ask(client)["Location"]
    cancel(taken[3], salon)
    waitlists.offer_what_came_free(now=NOW)

    assert client.post(f"{manage}refuse").status_code == 303

    page = text_of(client.get(manage))
    assert "You’re first on the waitlist." in page
    assert "Offer not taken" in page
    assert "Thursday 26 November" in page


def test_leaving_is_one_tap(client: Client, salon: Salon) -> None:
    fill(salon)
    manage = ask(client)["Location"]

    client.post(f"{manage}leave")

    assert Booking.objects.get(contact_email="eva@example.com").status == "CANCELED"
    assert client.get(manage).status_code == 200


def test_mistakes_are_named_and_the_text_is_kept(client: Client, salon: Salon) -> None:
    fill(salon)

    page = ask(client, email="eva@", days="99")

    assert page.status_code == 422
    assert 'value="Eva Lindner"' in text_of(page)
    assert not WaitlistEntry.objects.exists()


def test_what_the_team_decides_about_has_no_line(client: Client, salon: Salon) -> None:
    assert client.get("/juniper/s/bridal/wait").status_code == 404


def test_a_booking_that_never_waited_has_no_place_to_answer_for(
    client: Client, salon: Salon
) -> None:
    booking = fill(salon, staff="ana")[0]
    link = bookings.create_access_link(booking=booking, now=NOW)
    client.get(f"/m/{link}/")

    codes = {
        client.post(f"/manage/{booking.reference}/{verb}").status_code
        for verb in ("take", "refuse", "leave")
    }

    assert codes == {404}


def work() -> None:
    """Let a worker do everything that is due, just after the undo window."""
    with time_machine.travel(NOW + timedelta(seconds=45), tick=False):
        Worker(clock=timezone.now, jitter=lambda: 0.0).drain()


@pytest.mark.long
def test_the_mails_name_the_days_and_then_the_time(
    client: Client, salon: Salon, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    taken = fill(salon)
    ask(client)
    work()
    cancel(taken[3], salon)
    waitlists.offer_what_came_free(now=NOW + timedelta(seconds=31))
    work()

    eva = [it for it in mailoutbox if it.to == ["eva@example.com"]]
    assert [it.subject for it in eva] == [
        "On the waitlist: Thursday 26 November, Cut and finish",
        "A place is free: Thu 26 Nov, 11:15, Cut and finish",
    ]
    assert "Thursday 26 November\nany time, Berlin time" in eva[0].body
    assert eva[0].attachments == []


def test_the_same_wish_sent_again_leads_to_it_and_another_one_is_not_lost_in_silence(
    client: Client, salon: Salon
) -> None:
    fill(salon)
    first = ask(client, hours="1")

    again, other = ask(client, hours="1"), ask(client, hours="2")

    assert (again.status_code, again["Location"]) == (303, first["Location"])
    assert other.status_code == 409
    assert "This address is already on the waitlist." in text_of(other)
    assert 'value="eva@example.com"' in text_of(other)
