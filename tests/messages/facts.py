"""Eva's cut of the pictures: Thu 26 Nov 2026, 10:15 in Berlin, with Ana."""

from datetime import UTC, datetime

from apps.messages.facts import BookingFacts, BusinessFacts

JUNIPER = BusinessFacts(
    id=1,
    name="Juniper Hair",
    slug="juniper",
    email="hello@juniper.example",
    phone="030 555 0142",
    locale="en-GB",
    time_zone="Europe/Berlin",
    accent="#1F6152",
    place_word="salon",
    arrival_note="Ring at the courtyard door.",
    answer_within_hours=24,
)

EVA_S_CUT = BookingFacts(
    reference="7KQ4MWXD",
    revision=3,
    status="CONFIRMED",
    starts_at=datetime(2026, 11, 26, 9, 15, tzinfo=UTC),
    ends_at=datetime(2026, 11, 26, 10, 0, tzinfo=UTC),
    time_zone="Europe/Berlin",
    service="Cut and finish",
    staff="Ana Petrović",
    address="Kastanienallee 12, 10435 Berlin",
    online=False,
    price=4800,
    currency="EUR",
    price_text="",
    free=False,
    pays_in_person=True,
    party_size=1,
    customer_name="Eva Lindner",
    customer_phone="+49 30 555 0100",
    answer_by=None,
    holds_time=True,
    cancel_until=datetime(2026, 11, 25, 9, 15, tzinfo=UTC),
    business=JUNIPER,
)
