"""The form a business made: every kind of question, conditions, and people of a party."""

from typing import Any

import pytest
from django.test import Client

from apps.bookings.models import Answer, Booking, Participant
from apps.catalog.models import Question
from apps.customers.models import Consent
from tests.factories import Salon
from tests.pages import DETAILS, fill, hold, text_of

pytestmark = pytest.mark.django_db
Kind = Question.Kind


def ask(salon: Salon, kind: str, label: str, **columns: Any) -> Question:
    return Question.objects.create(form=salon.form, kind=kind, label=label, **columns)


def address_of(client: Client, salon: Salon, **extra: str) -> str:
    return hold(client, salon.cut, salon.at(26, 10).astimezone(salon.business.zone), extra)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (Kind.SHORT_TEXT, " Fine\r\nhair ", "Fine hair"),
        (Kind.LONG_TEXT, "One\r\ntwo", "One\ntwo"),
        (Kind.CHOICE, "Long", "Long"),
        (Kind.SEVERAL, ["Long", "Grey"], "Long, Grey"),
        (Kind.YES_NO, "no", "No"),
        (Kind.NUMBER, "12.5", "12.5"),
        (Kind.DATE, "2026-12-01", "2026-12-01"),
        (Kind.PHONE, "030 555 0142", "+49305550142"),
        (Kind.CONSENT, "on", "Yes"),
        (Kind.ACKNOWLEDGEMENT, "on", "Yes"),
    ],
)
def test_every_kind_of_question_is_asked_and_kept_with_its_label(
    client: Client, salon: Salon, kind: str, typed: Any, kept: str
) -> None:
    question = ask(salon, kind, "Your hair", choices=["Long", "Grey"])
    address = address_of(client, salon)

    assert "Your hair" in text_of(client.get(address))
    answer = fill(client, address, {**DETAILS, f"q{question.pk}": typed})

    assert answer.status_code == 303
    assert list(Answer.objects.values_list("label", "kind", "value")) == [("Your hair", kind, kept)]


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.SHORT_TEXT, ""),
        (Kind.SHORT_TEXT, "x" * 10_000),
        (Kind.LONG_TEXT, "x" * 10_000),
        (Kind.CHOICE, "Purple"),
        (Kind.SEVERAL, ["Long", "Purple"]),
        (Kind.YES_NO, "perhaps"),
        (Kind.NUMBER, "NaN"),
        (Kind.NUMBER, "Infinity"),
        (Kind.NUMBER, "9" * 400),
        (Kind.NUMBER, "1e9999"),
        (Kind.DATE, "2026-02-30"),
        (Kind.DATE, "99999-01-01"),
        (Kind.PHONE, "call me"),
        (Kind.CONSENT, ""),
        (Kind.ACKNOWLEDGEMENT, ""),
    ],
)
def test_wrong_answers_are_refused_beside_the_question(
    client: Client, salon: Salon, kind: str, typed: Any
) -> None:
    question = ask(salon, kind, "Your hair", choices=["Long"], required=True)

    answer = fill(client, address_of(client, salon), {**DETAILS, f"q{question.pk}": typed})

    assert answer.status_code == 422
    assert f'id="q{question.pk}_error"' in text_of(answer)
    assert Booking.objects.get().status == Booking.Status.CREATED


def test_consents_are_never_ticked_beforehand_and_kept_in_their_words(
    client: Client, salon: Salon
) -> None:
    consent = ask(salon, Kind.CONSENT, "You may photograph my hair.")
    address = address_of(client, salon)

    assert "checked" not in text_of(client.get(address))
    fill(client, address, {**DETAILS, f"q{consent.pk}": "on"})

    assert list(Consent.objects.values_list("wording", flat=True)) == [
        "You may photograph my hair."
    ]


def test_a_hidden_question_is_neither_required_nor_kept(client: Client, salon: Salon) -> None:
    allergic = ask(salon, Kind.YES_NO, "Allergies?", required=True)
    which = ask(
        salon,
        Kind.SHORT_TEXT,
        "Which?",
        required=True,
        shown_if=allergic,
        shown_if_answer="Yes",
        position=1,
    )
    typed = {**DETAILS, f"q{allergic.pk}": "no", f"q{which.pk}": "nuts"}

    answer = fill(client, address_of(client, salon), typed)

    assert answer.status_code == 303
    assert list(Answer.objects.values_list("label", flat=True)) == ["Allergies?"]


def test_an_opened_question_is_required(client: Client, salon: Salon) -> None:
    allergic = ask(salon, Kind.YES_NO, "Allergies?")
    ask(salon, Kind.SHORT_TEXT, "Which?", required=True, shown_if=allergic, shown_if_answer="Yes")

    answer = fill(client, address_of(client, salon), {**DETAILS, f"q{allergic.pk}": "yes"})

    assert answer.status_code == 422
    assert "Please answer “Which?”." in text_of(answer)


def test_without_scripts_a_waiting_question_says_when_it_counts(
    client: Client, salon: Salon
) -> None:
    allergic = ask(salon, Kind.YES_NO, "Allergies?")
    which = ask(salon, Kind.SHORT_TEXT, "Which?", shown_if=allergic, shown_if_answer="Yes")
    address = address_of(client, salon)

    page = text_of(client.get(address))
    opened = text_of(
        client.post(
            f"{address}fields",
            {**DETAILS, f"q{allergic.pk}": "yes"},
            headers={"HX-Request": "true"},
        )
    )

    assert "If “Allergies?” is “Yes”: Which?" in page.split("<noscript>")[1]
    assert opened.lstrip().startswith('<div class="fields" id="fields"')
    assert "<noscript>" not in opened
    assert f'name="q{which.pk}"' in opened
    assert 'value="Carl Vogt"' in opened


def test_questions_that_wait_for_each_other_do_not_hang(client: Client, salon: Salon) -> None:
    first = ask(salon, Kind.SHORT_TEXT, "First")
    second = ask(salon, Kind.SHORT_TEXT, "Second", shown_if=first, shown_if_answer="x")
    first.shown_if, first.shown_if_answer = second, "x"
    first.save()

    assert fill(client, address_of(client, salon)).status_code == 303


def test_each_person_of_a_party_is_asked(client: Client, salon: Salon) -> None:
    salon.policy.max_participants = 3
    salon.policy.save()
    salon.form.asks_participant_names = True
    salon.form.save()
    size = ask(salon, Kind.SHORT_TEXT, "Size", asked_of=Question.AskedOf.PARTICIPANT)
    address = address_of(client, salon, people="2")

    page = text_of(client.get(address))
    missing = fill(client, address)
    typed = {
        **DETAILS,
        "p1_name": "Sam Weir",
        f"p0_q{size.pk}": "M",
        f"p1_q{size.pk}": "S",
    }
    answer = fill(client, address, typed)

    assert "About you" in page
    assert "Person 2" in page
    assert missing.status_code == 422
    assert "Enter the name of person 2." in text_of(missing)
    assert answer.status_code == 303
    assert list(Participant.objects.values_list("name", flat=True)) == ["Carl Vogt", "Sam Weir"]
    assert list(Answer.objects.values_list("participant__name", "value")) == [
        ("Carl Vogt", "M"),
        ("Sam Weir", "S"),
    ]
    assert Booking.objects.get().price == 9600


def test_a_phone_is_asked_as_the_business_wishes(client: Client, salon: Salon) -> None:
    salon.form.phone_rule = "REQUIRED"
    salon.form.phone_reason = "Only if Ana runs late."
    salon.form.save()
    address = address_of(client, salon)

    page = text_of(client.get(address))
    answer = fill(client, address)

    assert "Only if Ana runs late." in page
    assert answer.status_code == 422
    assert "Enter your phone number." in text_of(answer)


def test_fields_have_the_names_and_hints_browsers_fill(client: Client, salon: Salon) -> None:
    page = text_of(client.get(address_of(client, salon)))

    for attributes in (
        'name="name"',
        'autocomplete="name"',
        'type="email"',
        'autocomplete="email"',
        'type="tel"',
        'autocomplete="tel"',
    ):
        assert attributes in page
