"""The time shown is the time kept: one formatter for pages, mails and calendar files (rule T7)."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.numbers import list_currencies

from apps.kernel.money import unit_of
from apps.web import formatting
from apps.web.formatting import format_time_range

BERLIN = ZoneInfo("Europe/Berlin")
LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
SYDNEY = ZoneInfo("Australia/Sydney")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
AT = datetime(2026, 11, 26, 9, 15, tzinfo=UTC)  # Thursday, 10:15 in Berlin
NOW = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)  # Tuesday
SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("locale", "zone", "words"),
    [
        ("en-GB", BERLIN, "10:15"),
        ("en_GB", LONDON, "09:15"),
        ("de-DE", BERLIN, "10:15"),
        ("en-US", NEW_YORK, f"4:15{SPACE}am"),
        ("en", NEW_YORK, f"4:15{SPACE}am"),
        ("nonsense!", BERLIN, "10:15"),
    ],
)
def test_the_locale_decides_between_12_and_24_hours(
    locale: str, zone: ZoneInfo, words: str
) -> None:
    assert formatting.format_time(AT, zone=zone, locale=locale) == words


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        formatting.format_time(datetime(2026, 1, 1), zone=BERLIN, locale="en-GB")  # noqa: DTZ001


def test_a_repeated_wall_time_carries_its_abbreviation() -> None:
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    words = [
        formatting.format_time(at, zone=NEW_YORK, locale="en-US")
        for at in (first, first + timedelta(hours=1), first + timedelta(hours=2))
    ]
    assert words == [f"1:30{SPACE}am{SPACE}EDT", f"1:30{SPACE}am{SPACE}EST", f"2:30{SPACE}am"]


def test_a_slot_may_leave_the_abbreviation_to_its_own_line() -> None:
    at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    bare = formatting.format_time(at, zone=BERLIN, locale="en-GB", mark_repeats=False)
    assert (bare, formatting.zone_abbreviation(at, BERLIN)) == ("02:30", "CEST")


@pytest.mark.parametrize(
    ("at", "zone", "repeated"),
    [
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), NEW_YORK, False),  # 03:00, just after the gap
        (datetime(2026, 11, 1, 4, 59, tzinfo=UTC), NEW_YORK, False),
        (datetime(2026, 11, 1, 5, 0, tzinfo=UTC), NEW_YORK, True),
        (datetime(2026, 11, 1, 6, 59, tzinfo=UTC), NEW_YORK, True),
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), NEW_YORK, False),
        (datetime(2026, 4, 4, 15, 30, tzinfo=UTC), SYDNEY, True),
        (datetime(2026, 4, 4, 14, 45, tzinfo=UTC), LORD_HOWE, True),  # half an hour comes twice
        (datetime(2026, 4, 4, 15, 30, tzinfo=UTC), LORD_HOWE, False),
    ],
)
def test_only_wall_times_that_come_twice_count_as_repeated(
    at: datetime,
    zone: ZoneInfo,
    repeated: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    assert formatting.is_repeated(at, zone) is repeated


def test_a_clock_without_letters_is_named_by_its_offset() -> None:
    assert formatting.zone_abbreviation(AT, ZoneInfo("America/Sao_Paulo")) == "UTC-03"


def test_a_range_has_one_dash_and_both_ends() -> None:
    end = AT + timedelta(minutes=45)
    words = format_time_range(AT, end, zone=BERLIN, locale="en-GB")
    assert words == "10:15 – 11:00"


def test_a_range_across_a_clock_change_says_so_at_both_ends() -> None:
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    words = format_time_range(start, start + timedelta(hours=3), zone=BERLIN, locale="en-GB")
    assert words == f"01:30{SPACE}CEST – 03:30{SPACE}CET"


@pytest.mark.parametrize(
    ("locale", "long", "with_year", "short"),
    [
        ("en-GB", "Thursday 26 November", "Thursday 26 November 2026", "Thu 26 Nov"),
        ("en-US", "Thursday, November 26", "Thursday, November 26, 2026", "Thu, Nov 26"),
        ("de-DE", "Donnerstag, 26. November", "Donnerstag, 26. November 2026", "Do., 26. Nov."),
        ("es-ES", "jueves, 26 de noviembre", "jueves, 26 de noviembre de 2026", "jue, 26 nov"),
    ],
)
def test_dates_follow_the_order_of_the_locale(
    locale: str, long: str, with_year: str, short: str
) -> None:
    on = date(2026, 11, 26)
    assert formatting.format_day(on, locale=locale) == long
    assert formatting.format_day(on, locale=locale, year=True) == with_year
    assert formatting.format_short_day(on, locale=locale) == short


@pytest.mark.parametrize("first", ["dv", "io", "wa"])
def test_a_language_reads_the_same_whichever_was_printed_before(first: str) -> None:
    """Seen to fail with Babel 2.18: "M11 3일 (화)" for whoever came second."""
    on = date(2026, 11, 3)
    formatting.format_short_day(on, locale=first)

    assert formatting.format_short_day(on, locale="ko") == "11월 3일 (화)"


def test_the_date_of_an_instant_is_the_date_of_its_zone() -> None:
    at = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert formatting.format_datetime(at, zone=BERLIN, locale="en-GB") == "Fri 27 Nov, 00:30"
    assert formatting.format_datetime(at, zone=LONDON, locale="en-GB") == "Thu 26 Nov, 23:30"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), "November 2026"),
        (date(2026, 11, 23), date(2026, 12, 31), "Nov – Dec 2026"),
        (date(2026, 12, 21), date(2027, 1, 31), "Dec 2026 – Jan 2027"),
    ],
)
def test_a_calendar_over_the_end_of_a_month_names_both(first: date, last: date, words: str) -> None:
    assert formatting.format_months(first, last, locale="en-GB") == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 24, 9, 33, tzinfo=UTC), "Today 10:33"),
        (AT, "Thu 10:15"),
        (datetime(2026, 11, 30, 9, 0, tzinfo=UTC), "Mon 10:00"),
        (datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "Tue 1 Dec 10:00"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "Mon 23 Nov 10:00"),
    ],
)
def test_near_times_need_no_date(at: datetime, words: str) -> None:
    assert formatting.format_soon(at, now=NOW, zone=BERLIN, locale="en-GB") == words


def test_today_is_small_inside_a_sentence() -> None:
    words = formatting.format_soon(NOW, now=NOW, zone=BERLIN, locale="en-GB", inside=True)
    assert words == "today 10:42"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "just now"),
        (40, "40 min ago"),
        (185, "3 h ago"),
        (47 * 60, "47 h ago"),
        (49 * 60, "2 days ago"),
    ],
)
def test_ages_are_rounded_down(minutes: int, words: str) -> None:
    assert formatting.format_ago(NOW - timedelta(minutes=minutes), now=NOW) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Berlin time"),
        ("America/New_York", "New York time"),
        ("America/St_Johns", "St John’s time"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_city(zone: str, words: str) -> None:
    assert formatting.zone_label(zone, locale="en-GB") == words


@pytest.mark.parametrize(
    ("minutes", "words", "brief"),
    [
        (15, "15 min", "15 min"),
        (60, "60 min", "60 min"),
        (90, "1 h 30 min", "90 min"),
        (120, "2 h", "2 h"),
        (150, "2 h 30 min", "2 h 30 min"),
    ],
)
def test_lengths_are_said_as_people_say_them(minutes: int, words: str, brief: str) -> None:
    assert formatting.format_duration(minutes) == words
    assert formatting.format_brief_duration(minutes) == brief


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "words"),
    [
        (4800, "EUR", "en-GB", "€48.00"),
        (4800, "EUR", "de-DE", f"48,00{SPACE}€"),
        (-1020, "EUR", "en-GB", f"−{SPACE}€10.20"),
        (0, "USD", "en-US", "$0.00"),
        (500, "JPY", "en-US", "¥500"),
        (1500, "KWD", "en-GB", f"KWD{SPACE}1.500"),
        (99_050, "RSD", "sr-Latn-RS", f"990,50{SPACE}RSD"),
        (12_345, "IQD", "en-GB", f"IQD{SPACE}12.345"),
        (10_050, "MGA", "fr-FR", f"100,50{SPACE}MGA"),
        (1_234_567_50, "INR", "en-IN", "₹12,34,567.50"),
    ],
)
def test_money_has_the_digits_of_its_currency(
    amount: int, currency: str, locale: str, words: str
) -> None:
    assert formatting.format_money(amount, currency, locale) == words


def test_what_is_added_to_a_price_has_a_plus() -> None:
    assert formatting.format_money(500, "EUR", "en-GB", signed=True) == f"+{SPACE}€5.00"


@pytest.mark.parametrize("currency", sorted(list_currencies("en")))
def test_what_is_shown_has_the_decimals_that_are_charged(currency: str) -> None:
    one = unit_of(currency) + 1

    for locale in ("en-GB", "de-DE", "sr-Latn-RS", "en-IN"):
        shown = re.sub("[^0-9]", "", formatting.format_money(one, currency, locale))
        assert shown == str(one)


@pytest.mark.parametrize(
    ("start", "minutes", "zone", "words"),
    [
        (datetime(2026, 11, 26, 22, 30, tzinfo=UTC), 60, BERLIN, "23:30 – Fri 27 Nov, 00:30"),
        (datetime(2026, 11, 26, 22, 30, tzinfo=UTC), 60, LONDON, "22:30 – 23:30"),
        (datetime(2026, 11, 26, 22, 59, tzinfo=UTC), 2, BERLIN, "23:59 – Fri 27 Nov, 00:01"),
        (datetime(2026, 11, 26, 21, 0, tzinfo=UTC), 120, BERLIN, "22:00 – 00:00"),
        (datetime(2026, 11, 25, 23, 0, tzinfo=UTC), 1440, BERLIN, "00:00 – Fri 27 Nov, 00:00"),
        (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), 2880, BERLIN, "10:00 – Sat 28 Nov, 10:00"),
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), 90, BERLIN, "23:30 – Fri 1 Jan, 01:00"),
    ],
)
def test_a_range_that_goes_past_midnight_names_the_second_day(
    start: datetime, minutes: int, zone: ZoneInfo, words: str
) -> None:
    end = start + timedelta(minutes=minutes)
    assert format_time_range(start, end, zone=zone, locale="en-GB") == words


def test_past_midnight_and_a_clock_change_are_both_said() -> None:
    start = datetime(2026, 10, 24, 21, 30, tzinfo=UTC)
    words = format_time_range(start, start + timedelta(hours=5), zone=BERLIN, locale="en-GB")
    assert words == f"23:30{SPACE}CEST – Sun 25 Oct, 03:30{SPACE}CET"
