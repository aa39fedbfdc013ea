"""How long the business keeps what: said on a page of its own, and told to customers (rule D13)."""

import pytest
from django.test import Client

from apps.privacy.models import PrivacyEntry, Retention
from tests.factories import NOW, Salon
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PAGE = "/own/juniper/privacy/"
TYPED = {
    "contact_months": "24",
    "unmet_months": "3",
    "sensitive_months": "6",
    "mail_months": "EVER",
    "revision": "0",
}


def test_the_page_suggests_and_says_that_nothing_ends_yet(client: Client, salon: Salon) -> None:
    client.force_login(salon.olga.user)

    page = client.get(PAGE)

    assert "Nothing is erased automatically until you save this." in text_of(page)
    assert '<option value="24" selected>' in page.content.decode()
    assert Retention.objects.count() == 0


def test_what_is_saved_is_kept_and_told_to_customers(client: Client, salon: Salon) -> None:
    client.force_login(salon.olga.user)

    done = client.post(PAGE, TYPED)

    kept = Retention.objects.get()
    assert done["Location"] == f"{PAGE}?saved=1"
    assert [getattr(kept, it) for it in Retention.PERIODS] == [24, 3, 6, None]
    assert "Saved." in text_of(client.get(f"{PAGE}?saved=1"))
    told = text_of(client.get("/juniper/privacy/"))
    assert "Name, contact and notes, after the visit: 24 months" in told
    assert "The text of our e-mails: until you have it erased" in told
    assert PrivacyEntry.objects.get().what == "PERIODS"


def test_the_same_page_sent_twice_is_stale_the_second_time(client: Client, salon: Salon) -> None:
    client.force_login(salon.olga.user)
    client.post(PAGE, TYPED)

    again = client.post(PAGE, {**TYPED, "contact_months": "1"})

    assert again.status_code == 409
    assert "Somebody else has changed this." in text_of(again)
    assert Retention.objects.get().contact_months == 24


@pytest.mark.parametrize("months", ["0", "-1", "7", "x"])
def test_another_period_is_refused(client: Client, salon: Salon, months: str) -> None:
    client.force_login(salon.olga.user)

    answer = client.post(PAGE, {**TYPED, "contact_months": months})

    assert answer.status_code == 422
    assert Retention.objects.count() == 0


def test_the_page_says_what_the_periods_have_erased_last(client: Client, salon: Salon) -> None:
    client.force_login(salon.olga.user)
    assert "so far" not in text_of(client.get(PAGE))
    client.post(PAGE, TYPED)
    assert "Nothing has been old enough to be erased so far." in text_of(client.get(PAGE))

    for contacts in (1, 2):
        PrivacyEntry.objects.create(
            business=salon.business,
            what="EXPIRED",
            actor="SYSTEM",
            counts={"people": contacts, "mails": 0},
            at=NOW,
        )

    told = text_of(client.get(PAGE))
    assert "Last erased by these periods, on Tue 24 Nov, 10:42: 2 contacts." in told
    assert "so far" not in told
