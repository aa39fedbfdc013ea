"""What a mail says and looks like, and that no typed text can turn it into something else."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from icalendar import Calendar

from apps.businesses.accent import contrast
from apps.messages.composing import ComposedMail, compose
from apps.messages.facts import BookingFacts, Kind
from apps.messages.mails import RefusedAddress
from apps.messages.purposes import purpose_of
from tests.messages.facts import EVA_S_CUT

NOW = datetime(2026, 11, 24, 9, 33, tzinfo=UTC)
TOKEN = "T" * 43

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% load x %}",
    "{name.__class__} %(x)s {0}",
    "Eva\r\nBcc: sam@example.com",
    "Eva\u2028Bcc: sam@example.com",
    "Eva%0aBcc: sam@example.com",
    "Win EUR 1000 http://evil.example",
    "\u202egpj.exe",
    "=HYPERLINK(1)",
    "x" * 10_000,
]


def composed(
    facts: BookingFacts = EVA_S_CUT, kind: Kind = Kind.BOOKED, now: datetime = NOW
) -> ComposedMail:
    return compose(
        facts=facts,
        kind=kind,
        to_address="eva@example.com",
        message_id="<booked.1.7KQ4MWXD@book.example>",
        token=TOKEN,
        now=now,
    )


def sent(mail: ComposedMail) -> EmailMessage:
    """The mail as a mail server gets it, parsed again."""
    return message_from_bytes(mail.mail.message().as_bytes(), policy=policy.default)


def part(mail: ComposedMail, kind: str) -> str:
    (found,) = [part for part in sent(mail).walk() if part.get_content_type() == kind]
    return str(found.get_content())


@pytest.mark.parametrize(
    ("kind", "subject", "heading"),
    [
        (Kind.BOOKED, "Booked", "See you on Thursday, Eva."),
        (Kind.REQUESTED, "Request received", "We’ve received your request, Eva."),
        (Kind.CONFIRMED, "Confirmed", "See you on Thursday, Eva."),
        (Kind.DECLINED, "Not possible", "Sorry, this time is not possible, Eva."),
        (Kind.CANCELED, "Cancelled", "Your booking is cancelled, Eva."),
        (Kind.NEW_BOOKING, "New booking", "A new booking."),
        (Kind.NEW_REQUEST, "New request", "A new request."),
        (Kind.TOO_LATE, "Please choose", "Your payment is safe, but your time has gone, Eva."),
        (Kind.NEW_OVERLAP, "Booked twice", "Two bookings are for the same time."),
        (Kind.REFUNDED, "Refund sent", "Your refund is on its way, Eva."),
    ],
)
def test_each_kind_has_its_words(kind: Kind, subject: str, heading: str) -> None:
    mail = composed(kind=kind)
    assert mail.subject == f"{subject}: Thu 26 Nov, 10:15, Cut and finish"
    assert str(mail.mail.body).startswith(f"{heading}\n")
    assert heading in part(mail, "text/html")


def test_a_visit_past_midnight_names_both_days() -> None:
    late = replace(
        EVA_S_CUT,
        starts_at=datetime(2026, 11, 26, 22, 30, tzinfo=UTC),
        ends_at=datetime(2026, 11, 26, 23, 30, tzinfo=UTC),
    )

    mail = composed(late)

    lines = str(mail.mail.body).splitlines()
    assert lines[2:4] == ["Thursday 26 November 2026", "23:30 – Fri 27 Nov, 00:30, Berlin time"]
    assert "Fri 27 Nov, 00:30" in part(mail, "text/html")


def test_text_and_html_and_calendar_tell_the_same_facts() -> None:
    mail = composed()
    text, html = part(mail, "text/plain"), part(mail, "text/html")
    for fact in (
        "Thursday 26 November 2026",
        "10:15",
        "11:00",
        "Berlin time",
        "Cut and finish",
        "Ana Petrović",
        "Kastanienallee 12, 10435 Berlin",
        "€48.00, at the salon",
        "7KQ4MWXD",
        "Free cancellation until Wed 25 Nov, 10:15.",
        "Ring at the courtyard door.",
        f"/m/{TOKEN}",
    ):
        assert fact in text
        assert fact in html
    calendar = Calendar.from_ical(part(mail, "text/calendar"))
    assert str(calendar.walk("VEVENT")[0]["UID"]).startswith("7KQ4MWXD@")


def test_the_calendar_part_names_its_method() -> None:
    (found,) = [p for p in sent(composed()).walk() if p.get_content_type() == "text/calendar"]
    assert found.get_param("method") == "PUBLISH"
    assert found.get_filename() == "booking.ics"
    cancelled = composed(replace(EVA_S_CUT, status="CANCELED"), Kind.CANCELED)
    assert 'method="CANCEL"' in cancelled.mail.message().as_string()


def test_the_secret_link_is_masked_in_what_is_kept() -> None:
    mail = composed()
    assert TOKEN in str(mail.mail.body)
    assert TOKEN not in mail.kept_text


def test_the_time_shown_is_the_zone_the_customer_saw() -> None:
    facts = replace(EVA_S_CUT, time_zone="America/New_York", online=True)
    text = str(composed(facts).mail.body)
    assert "04:15 – 05:00, New York time" in text
    assert "Online" in text
    assert "Kastanienallee" not in text.split("\n-- \n", maxsplit=1)[0]
    assert "10:15 – 11:00, Berlin time" in str(composed(facts, Kind.NEW_BOOKING).mail.body)


def test_a_repeated_hour_says_which_one() -> None:
    starts_at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    facts = replace(EVA_S_CUT, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))
    body = str(composed(facts, now=starts_at - timedelta(days=1)).mail.body)
    assert "02:30\u00a0CEST – 03:00" in body or "02:30\u00a0CEST – 02:00\u00a0CET" in body


def test_a_date_next_month_is_not_just_a_weekday() -> None:
    facts = replace(EVA_S_CUT)
    body = str(composed(facts, now=NOW - timedelta(days=30)).mail.body)
    assert body.startswith("See you on Thursday 26 November, Eva.")


def test_a_request_says_until_when_the_time_is_kept() -> None:
    answer_by = datetime(2026, 11, 24, 17, tzinfo=UTC)
    facts = replace(EVA_S_CUT, status="PENDING", answer_by=answer_by)
    kept = "Juniper Hair answers by Tue 24 Nov, 18:00. We’re holding this time until then."
    assert kept in str(composed(facts, Kind.REQUESTED).mail.body)
    shared = replace(facts, holds_time=False)
    assert "holding this time" not in str(composed(shared, Kind.REQUESTED).mail.body)
    assert "Please answer by Tue 24 Nov, 18:00." in str(composed(facts, Kind.NEW_REQUEST).mail.body)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"free": True}, "Free"),
        ({"price": None}, "On request"),
        ({"price": None, "price_text": "from €90"}, "from €90"),
        ({"pays_in_person": False}, "€48.00\n"),
        ({"price": 500, "currency": "JPY"}, "JP¥500, at the salon"),
    ],
)
def test_prices(changes: dict[str, object], words: str) -> None:
    facts = replace(EVA_S_CUT, **changes)  # type: ignore[arg-type]
    assert f"Price      {words}" in str(composed(facts).mail.body)


def test_who_sends_and_who_is_answered() -> None:
    mail = sent(composed())
    assert str(mail["From"]).startswith("Juniper Hair <bookings@")
    assert mail["Reply-To"] == "hello@juniper.example"
    assert mail["Message-ID"] == "<booked.1.7KQ4MWXD@book.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert sent(composed(kind=Kind.NEW_BOOKING))["Reply-To"] is None


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("kind", [Kind.BOOKED, Kind.NEW_BOOKING])
def test_hostile_names_change_nothing_but_themselves(kind: Kind, typed: str) -> None:
    mail = composed(replace(EVA_S_CUT, customer_name=typed), kind)
    parsed = sent(mail)
    assert parsed["To"] == "eva@example.com"
    assert parsed["Bcc"] is None
    assert mail.mail.recipients() == ["eva@example.com"]
    state = "Booked" if kind is Kind.BOOKED else "New booking"
    assert mail.subject == f"{state}: Thu 26 Nov, 10:15, Cut and finish"
    html = part(mail, "text/html")
    assert "<script" not in html
    assert "<img" not in html
    assert "evil" not in html
    assert "49" not in html.split("</h1>", maxsplit=1)[0].rsplit("<h1", maxsplit=1)[1]
    assert "\u202e" not in str(mail.mail.body)
    assert len(str(mail.mail.body)) < 1500


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_names_of_a_business_stay_text(typed: str) -> None:
    business = replace(EVA_S_CUT.business, name=typed, arrival_note=typed, place_word=typed)
    facts = replace(EVA_S_CUT, business=business, service=typed, staff=typed, address=typed)
    mail = composed(facts)
    parsed = sent(mail)
    assert parsed["To"] == "eva@example.com"
    assert parsed["Bcc"] is None
    assert len(mail.subject) <= 200
    html = part(mail, "text/html")
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "address",
    [
        "eva@example.com\r\nBcc: sam@example.com",
        "eva@example.com, sam@example.com",
        '"x"@example.com',
        "a@b.de,c@d.de",
        "e" * 1000 + "@example.com",
        "",
    ],
)
def test_only_one_plain_address_gets_a_mail(address: str) -> None:
    with pytest.raises(RefusedAddress):
        compose(
            facts=EVA_S_CUT,
            kind=Kind.BOOKED,
            to_address=address,
            message_id="<x@y>",
            token=TOKEN,
            now=NOW,
        )


@pytest.mark.parametrize("accent", ["#1F6152", "#FFFFFF", "#E6B800", "#000000", "red;} x"])
def test_the_button_can_be_read_in_every_accent(accent: str) -> None:
    business = replace(EVA_S_CUT.business, accent=accent)
    html = part(composed(replace(EVA_S_CUT, business=business)), "text/html")
    button = re.search(r'class="button"[^>]*background:(#\w{6});[^>]*;color:(#\w{6});', html)
    assert button is not None
    assert contrast(button[1], button[2]) >= 4.5


def test_a_decline_with_suggestions_names_them_and_leads_to_them() -> None:
    facts = replace(
        EVA_S_CUT,
        status="DECLINED",
        reason="Ana is away that Saturday.",
        suggestions=(
            datetime(2026, 11, 28, 12, tzinfo=UTC),
            datetime(2026, 11, 30, 9, tzinfo=UTC),
        ),
    )

    text = part(composed(facts, Kind.DECLINED), "text/plain")

    assert "Juniper Hair writes: Ana is away that Saturday." in text
    times = "These times are free: Sat 28 Nov, 13:00; Mon 30 Nov, 10:00."
    assert f"{times} Choose one and it’s booked." in text
    assert f"Choose one of these times: http://127.0.0.1:8000/m/time/{TOKEN}" in text


@pytest.mark.parametrize(
    ("kind", "status", "times", "path"),
    [
        (Kind.BOOKED, "CONFIRMED", 0, "/m/"),
        (Kind.OFFERED, "WAITING_LIST", 0, "/m/offer/"),
        (Kind.LET_GO, "CONFIRMED", 0, "/m/pay/"),
        (Kind.LET_GO, "PENDING", 0, "/m/"),
        (Kind.TOO_LATE, "CONFIRMED", 0, "/m/time/"),
        (Kind.DECLINED, "DECLINED", 1, "/m/time/"),
        (Kind.REFUNDED, "CANCELED", 0, "/m/"),
    ],
)
def test_a_mail_that_asks_for_one_thing_has_a_link_for_that(
    kind: Kind, status: str, times: int, path: str
) -> None:
    at = tuple(datetime(2026, 11, 28, 12, tzinfo=UTC) for _time in range(times))
    facts = replace(EVA_S_CUT, status=status, suggestions=at)

    text = part(composed(facts, kind), "text/plain")

    assert f"http://127.0.0.1:8000{path}{TOKEN}" in text
    assert path == f"/m/{purpose_of(facts, kind, now=NOW).lower()}/".replace("manage/", "")


def test_a_cancellation_by_the_team_tells_its_reason() -> None:
    facts = replace(EVA_S_CUT, status="CANCELED", reason="Ana is ill.")

    assert "Juniper Hair writes: Ana is ill." in part(composed(facts, Kind.CANCELED), "text/plain")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "Free cancellation until Wed 25 Nov, 10:15."),
        (0, "Free cancellation until Wed 25 Nov, 10:15."),
        (1, "It is too late to cancel free of charge."),
    ],
)
def test_a_mail_that_leaves_late_names_no_deadline_that_is_over(seconds: int, words: str) -> None:
    until = EVA_S_CUT.cancel_until
    assert until is not None

    body = str(composed(now=until + timedelta(seconds=seconds)).mail.body)

    assert [line for line in body.splitlines() if "free" in line.lower()][-1] == words


@pytest.mark.parametrize(
    ("kind", "seconds", "words"),
    [
        (Kind.REQUESTED, -1, "Juniper Hair answers by Wed 25 Nov, 10:00. We’re holding this time"),
        (Kind.REQUESTED, 0, ""),
        (Kind.REQUESTED, 1, ""),
        (Kind.NEW_REQUEST, -1, "Please answer by Wed 25 Nov, 10:00."),
        (Kind.NEW_REQUEST, 0, "Please answer as soon as you can."),
    ],
)
def test_an_answer_is_not_promised_for_a_time_that_is_over(
    kind: Kind, seconds: int, words: str
) -> None:
    by = datetime(2026, 11, 25, 9, tzinfo=UTC)
    request = replace(EVA_S_CUT, status="PENDING", answer_by=by)

    body = str(composed(request, kind, now=by + timedelta(seconds=seconds)).mail.body)

    found = [line for line in body.splitlines() if "answer" in line.lower()]
    assert [line[: len(words)] for line in found if line[:6] != "Answer"] == [words] * bool(words)


def test_times_that_were_suggested_and_are_over_are_left_out() -> None:
    times = tuple(datetime(2026, 11, day, 9, tzinfo=UTC) for day in (24, 25))
    declined = replace(EVA_S_CUT, status="DECLINED", suggestions=times)

    assert "These times are free: Wed 25 Nov, 10:00." in str(
        composed(declined, Kind.DECLINED).mail.body
    )
    late = str(composed(declined, Kind.DECLINED, now=times[1]).mail.body)
    assert ("These times" in late, "Find another time: " in late) == (False, True)
