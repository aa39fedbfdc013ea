"""Juniper Hair in Berlin: the salon of the pictures."""

from apps.catalog.models import BookingForm, Service
from apps.demo.plans import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    AddOnPlan,
    BusinessPlan,
    PersonPlan,
    ServicePlan,
    VariantPlan,
    on_days,
)

Hue = Service.Hue
Price = Service.PriceKind

ANA_DAY = (("09:00", "12:15"), ("12:45", "17:00"))
BEN_DAY = (("10:00", "12:30"), ("13:15", "19:00"))
MIA_DAY = (("09:00", "14:15"), ("14:45", "17:00"))

PEOPLE = (
    PersonPlan(
        name="Ana Petrović",
        about="Precise cuts, and brides who want to recognise themselves.",
        week=on_days((TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY), *ANA_DAY),
    ),
    PersonPlan(
        name="Ben Okafor",
        about="Short hair, beards and curls.",
        week=on_days((MONDAY, TUESDAY, WEDNESDAY, FRIDAY, SATURDAY), *BEN_DAY),
    ),
    PersonPlan(
        name="Mia Schulz",
        about="Colour, from quiet to loud.",
        week=on_days((MONDAY, TUESDAY, WEDNESDAY, THURSDAY, SATURDAY), *MIA_DAY),
    ),
    PersonPlan(
        name="Jana Wolf",
        about="Balayage, and whoever is away.",
        # Stands in for Ana on Monday, Ben on Thursday and Mia on Friday.
        week={
            MONDAY: ANA_DAY,
            THURSDAY: BEN_DAY,
            FRIDAY: MIA_DAY,
            SATURDAY: MIA_DAY,
        },
    ),
)

ALL_COLOURISTS = ("Ana", "Ben", "Mia")
COLOUR = {"buffer_after_minutes": 15, "hue": Hue.COPPER}
PAID_AHEAD = {**COLOUR, "pays_online": True, "deposit": 2000, "any_amount": True, "tax_rate": 1900}
WASH = "Wash station"

CUTS = (
    ServicePlan(
        slug="cut-and-finish",
        name="Cut and finish",
        category="cuts",
        minutes=45,
        price=4800,
        columns={
            "summary": "A fresh shape, washed and blow-dried.",
            "description": "We look at how your hair falls before anything is cut. Wash, cut and "
            "blow-dry are included.",
        },
    ),
    ServicePlan(
        slug="long-hair-cut",
        name="Long hair cut",
        category="cuts",
        minutes=60,
        price=6200,
        columns={"summary": "For hair below the shoulders, washed and blow-dried."},
    ),
    ServicePlan(
        slug="fringe-trim",
        name="Fringe trim",
        category="cuts",
        minutes=15,
        price=1200,
        columns={"summary": "Between two cuts, dry and quick."},
    ),
    ServicePlan(
        slug="beard-and-cut",
        name="Beard and cut",
        category="cuts",
        minutes=30,
        price=3600,
        who=("Ben", "Jana"),
        columns={"summary": "Clippers, scissors and a hot towel."},
    ),
)

COLOURS = (
    ServicePlan(
        slug="root-colour",
        name="Root colour",
        category="colour",
        minutes=90,
        price=8400,
        price_kind=Price.VARIED,
        who=ALL_COLOURISTS,
        needs=WASH,
        variants=(
            VariantPlan(name="Short", price=7400, minutes=75),
            VariantPlan(name="Shoulder", price=8400, minutes=90),
            VariantPlan(name="Long", price=9800, minutes=120),
        ),
        add_ons=(
            AddOnPlan(name="Gloss", price=1800, minutes=20, text="shine for about six weeks"),
            AddOnPlan(name="Bond care", price=2400, minutes=10),
        ),
        columns={
            **PAID_AHEAD,
            "summary": "Fresh colour on the regrowth, matched to your lengths. Wash and blow-dry "
            "are included.",
            "variant_prompt": "Your hair length",
        },
    ),
    ServicePlan(
        slug="root-touch-up",
        name="Root touch-up",
        category="colour",
        minutes=60,
        price=5800,
        who=ALL_COLOURISTS,
        needs=WASH,
        columns={**PAID_AHEAD, "summary": "The parting and the temples, between two colours."},
    ),
    ServicePlan(
        slug="balayage",
        name="Balayage",
        category="colour",
        minutes=180,
        price=16000,
        price_kind=Price.VARIED,
        who=("Mia", "Jana"),
        needs=WASH,
        variants=(
            VariantPlan(name="Half head", price=16000, minutes=180),
            VariantPlan(name="Full head", price=21000, minutes=240),
        ),
        columns={
            **PAID_AHEAD,
            "summary": "Painted by hand, so that it grows out softly.",
            "variant_prompt": "How much",
        },
    ),
    ServicePlan(
        slug="gloss-and-tone",
        name="Gloss and tone",
        category="colour",
        minutes=45,
        price=4200,
        who=ALL_COLOURISTS,
        columns={**PAID_AHEAD, "summary": "Cools down, warms up, shines."},
    ),
    ServicePlan(
        slug="colour-correction",
        name="Colour correction",
        category="colour",
        minutes=90,
        price=14000,
        who=("Ana", "Mia", "Jana"),
        needs=WASH,
        columns={
            **PAID_AHEAD,
            "any_amount": False,
            "summary": "When something went wrong elsewhere. We read your note first.",
            "requires_approval": True,
        },
    ),
)

OTHERS = (
    ServicePlan(
        slug="scalp-care",
        name="Scalp care",
        category="care",
        minutes=30,
        price=2800,
        columns={"hue": Hue.BLUE, "summary": "Massage, mask, quiet."},
    ),
    ServicePlan(
        slug="video-consultation",
        name="Consultation by video",
        category="care",
        minutes=15,
        price_kind=Price.FREE,
        at_the_place=False,
        columns={
            "hue": Hue.BLUE,
            "online": True,
            "summary": "Show us your hair and ask. The link comes with the confirmation.",
        },
    ),
    ServicePlan(
        slug="bridal-trial",
        name="Bridal trial",
        category="bridal",
        minutes=120,
        price=12000,
        who=("Ana",),
        columns={
            "hue": Hue.VIOLET,
            "requires_approval": True,
            "allows_multiple_requests": True,
            "summary": "We try your wedding hair, with veil and pins.",
            "description": "Bring your veil, pins and a picture or two. Ana answers within a day.",
        },
    ),
)

JUNIPER = BusinessPlan(
    slug="juniper",
    columns={
        "name": "Juniper Hair",
        "headline": "Hair salon in Berlin",
        "promise": "Unhurried cuts and honest colour in Prenzlauer Berg.",
        "place_word": "salon",
        "arrival_note": "Ring at the green door; the salon is in the courtyard.",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "locale": "en-GB",
        "phone": "030 555 0142",
        "email": "hello@juniper.example",
        "sells_gift_cards": True,
        "accent": "#1F6152",
        "slot_step_minutes": 15,
    },
    place={
        "name": "Salon",
        "street": "Kastanienallee 12",
        "postal_code": "10435",
        "country": "DE",
        "city": "Berlin",
    },
    week=on_days(range(MONDAY, SATURDAY + 1), ("09:00", "19:00")),
    people=PEOPLE,
    resources={WASH: ("Wash 1", "Wash 2")},
    categories=(("cuts", "Cuts"), ("colour", "Colour"), ("care", "Care"), ("bridal", "Bridal")),
    services=(*CUTS, *COLOURS, *OTHERS),
    policy={
        "name": "House rules",
        "min_notice_minutes": 120,
        "horizon_days": 90,
        "cancel_until_minutes": 0,
        # Half of the price within a day, all of it within four hours.
        "fee_windows": [[1440, 5000, None], [240, 10000, None]],
        "move_until_minutes": 1440,
        "description": "Free cancellation and changes up to 24 hours before. If you are more than "
        "15 minutes late we may have to shorten the appointment.",
    },
    form={
        "name": "Your details",
        "phone_rule": BookingForm.PhoneRule.OPTIONAL,
        "phone_reason": "Only if we run late.",
        "note_label": "Anything we should know",
    },
)
