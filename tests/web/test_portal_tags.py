"""The template words: one clock and one language per page, taken from its context."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone

AT = datetime(2026, 11, 26, 9, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Price:
    amount: int
    currency: str


class Details(forms.Form):
    name = forms.CharField(label="Full name", help_text="As on the door bell.")
    phone = forms.CharField(label="Phone", required=False)
    colour = forms.ChoiceField(choices=[("a", "Red"), ("b", "Blue")], widget=forms.RadioSelect)


def render(text: str, **context: Any) -> str:
    page = {"zone": "Europe/Berlin", "locale": "en-GB", **context}
    return Template("{% load portal %}" + text).render(Context(page)).strip()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{% clock at %}", "10:15"),
        ("{% day at %}", "Thursday 26 November"),
        ("{% day on %}", "Thursday 26 November"),
        ("{% day_and_year at %}", "Thursday 26 November 2026"),
        ("{% short_day at %}", "Thu 26 Nov"),
        ("{% month_word on %}", "November"),
        ("{% months_words on later %}", "Nov – Dec 2026"),
        ("{% moment at %}", "Thu 26 Nov, 10:15"),
        ("{% soon at %}", "Thu 10:15"),
        ("{% zone_words %}", "Berlin time"),
        ("{% money price %}", "€48.00"),
        ("{% extra_money price %}", "+\u00a0€48.00"),
        ("{{ 90|minutes }}", "1 h 30 min"),
        ("{{ 90|brief_minutes }}", "90 min"),
        ("{{ at|iso }}", "2026-11-26T09:15:00Z"),
        ("{{ on|iso }}", "2026-11-26"),
        ("{{ 2|counted }}", "Two"),
        ("{{ 12|counted }}", "12"),
        ("{% repeat_mark at %}", ""),
        ("{% clock_range at end %}", "10:15 – 11:00"),
        ("{% clock_range late past %}", "23:30 – Fri 27 Nov, 00:30"),
        ("{% later_day late past %}{% later_day at end %}", "Fri 27 Nov"),
        ("{% until_clock at end %}", "to 11:00"),
        ("{% until_clock late past %}", "to Fri 00:30"),
        ("{% clock_beside end at %}", "11:00"),
        ("{% clock_beside past at %}", "Fri 27 Nov, 00:30"),
        ("{% clock_beside at %}", "Thu 26 Nov, 10:15"),
        ("{% day_and_times on 5 5 %}", "Thursday 26 November, 5 times, morning and evening"),
        ("{% day_and_times on 1 2 %}", "Thursday 26 November, 1 time, afternoon"),
        ("{% day_and_times on 0 0 %}", "Thursday 26 November, no times"),
    ],
)
def test_each_word_is_formatted_by_the_one_formatter(text: str, words: str) -> None:
    found = render(
        text,
        at=AT,
        end=datetime(2026, 11, 26, 10, 0, tzinfo=UTC),
        late=datetime(2026, 11, 26, 22, 30, tzinfo=UTC),
        past=datetime(2026, 11, 26, 23, 30, tzinfo=UTC),
        on=date(2026, 11, 26),
        later=date(2026, 12, 31),
        now=datetime(2026, 11, 24, 9, 42, tzinfo=UTC),
        price=Price(4800, "EUR"),
    )
    assert found == words


def test_a_page_without_a_zone_uses_the_active_one() -> None:
    with timezone.override("America/New_York"):
        assert render("{% clock at %}", at=AT, zone=None, locale="en-US") == "4:15\u00a0am"


def test_an_icon_says_nothing_to_a_screen_reader() -> None:
    assert 'aria-hidden="true"' in render("{% icon 'check' %}")


def test_an_arrow_turns_with_the_direction_of_writing() -> None:
    assert render("{% icon 'next' 's' %}").startswith('<svg class="icon s turns"')


def test_a_field_names_its_hint_and_only_optional_fields_say_so() -> None:
    html = render("{% for bound in form %}{% field bound %}{% endfor %}", form=Details())
    assert 'id="id_name_helptext">As on the door bell.' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert html.count("(optional)") == 1


def test_a_wrong_field_is_tied_to_its_error() -> None:
    html = render("{% for bound in form %}{% field bound %}{% endfor %}", form=Details({}))
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert "id_name_error" in html.split('aria-describedby="', 1)[1].split('"', 1)[0]


def test_choices_are_one_group_with_a_legend() -> None:
    html = render("{% field form.colour %}", form=Details())
    assert "<fieldset" in html
    assert html.count('type="radio"') == 2


def test_hostile_text_in_a_label_or_value_stays_text() -> None:
    class Hostile(forms.Form):
        note = forms.CharField(label="<script>alert(1)</script>", initial='"><img src=x>')

    html = render("{% field form.note %}", form=Hostile())
    assert "<script>" not in html
    assert "<img" not in html


def test_the_summary_counts_in_words_and_leads_to_the_first_choice() -> None:
    html = render('{% include "components/_error_summary.html" %}', form=Details({}))
    assert "Two things need your attention" in html
    assert 'href="#id_colour_0"' in html
