"""Harbor Yoga in Portland: a month of classes, two courses, private lessons."""

from datetime import datetime, timedelta

from apps.catalog.models import BookingForm, BookingPolicy, PricingPlan, Question, Service
from apps.demo.build import Shop
from apps.demo.harbor_classes import (
    CLASSES,
    COURSES,
    close_on_thanksgiving,
    days_of_teaching,
    fill_classes,
    schedule_classes,
)
from apps.demo.plans import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    SUNDAY,
    TUESDAY,
    WEDNESDAY,
    AddOnPlan,
    BusinessPlan,
    PersonPlan,
    QuestionPlan,
    ServicePlan,
    VariantPlan,
    on_days,
)
from apps.demo.visits import Routine, address_of, make_visits, silence_outbox, usual_visits
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer

Hue = Service.Hue
HARBOR = BusinessPlan(
    slug="harbor",
    columns={
        "name": "Harbor Yoga",
        "headline": "Yoga studio in Portland, Maine",
        "promise": "Slow, strong practice above the old port.",
        "place_word": "studio",
        "arrival_note": "Third floor, shoes off at the door. Mats are here.",
        "time_zone": "America/New_York",
        "currency": "USD",
        "locale": "en-US",
        "phone": "(207) 555-0118",
        "email": "hello@harbor.example",
        "accent": "#1F5673",
        "slot_step_minutes": 30,
    },
    place={
        "name": "Studio",
        "street": "48 Commercial Street",
        "postal_code": "04101",
        "region": "ME",
        "country": "US",
        "city": "Portland",
    },
    week={
        **on_days(range(MONDAY, FRIDAY + 1), ("06:30", "20:30")),
        **on_days((SATURDAY, SUNDAY), ("08:00", "13:00")),
    },
    people=(
        PersonPlan(
            name="Dana Reyes",
            about="Vinyasa, and patience with stiff shoulders.",
            week=on_days(
                (MONDAY, TUESDAY, WEDNESDAY, FRIDAY), ("07:00", "12:00"), ("16:00", "20:00")
            ),
        ),
        PersonPlan(
            name="Malik Johnson",
            about="Strength, balance, runners' hips.",
            week=on_days(range(MONDAY, FRIDAY + 1), ("10:00", "14:00"), ("15:00", "19:00")),
        ),
        PersonPlan(
            name="Priya Nair",
            about="Restorative and prenatal.",
            week=on_days((WEDNESDAY, FRIDAY, SATURDAY, SUNDAY), ("08:00", "13:00")),
        ),
    ),
    resources={"Room": ("Harbor room", "Loft")},
    categories=(
        ("classes", "Classes"),
        ("courses", "Courses"),
        ("private", "Private lessons"),
        ("online", "Online"),
    ),
    services=(
        *CLASSES,
        *COURSES,
        ServicePlan(
            slug="private-lesson",
            name="Private lesson",
            category="private",
            minutes=60,
            price=9000,
            price_kind=Service.PriceKind.VARIED,
            needs="Room",
            variants=(
                VariantPlan(name="60 minutes", price=9000, minutes=60),
                VariantPlan(name="90 minutes", price=12500, minutes=90),
            ),
            add_ons=(AddOnPlan(name="Sound bath", price=2500, minutes=30, text="to end with"),),
            columns={
                "buffer_after_minutes": 15,
                "summary": "You, or up to three of you, and one teacher.",
                "variant_prompt": "How long",
            },
        ),
        ServicePlan(
            slug="one-to-one-online",
            name="One-to-one online",
            category="online",
            minutes=45,
            price=6000,
            at_the_place=False,
            columns={
                "hue": Hue.BLUE,
                "online": True,
                "summary": "From your own floor, by video. Times are in your own zone.",
            },
        ),
        ServicePlan(
            slug="first-talk",
            name="First talk",
            category="online",
            minutes=15,
            price_kind=Service.PriceKind.FREE,
            at_the_place=False,
            columns={"hue": Hue.BLUE, "online": True, "summary": "What hurts, what you hope for."},
        ),
    ),
    policy={
        "name": "Studio rules",
        "min_notice_minutes": 120,
        "horizon_days": 60,
        "cancel_until_minutes": 720,
        "move_until_minutes": 720,
        "max_participants": 3,
        "late_entry": True,
        "quiet_from_minute": 21 * 60,
        "quiet_to_minute": 7 * 60,
        "selection": BookingPolicy.Selection.FAIR,
        "description": "Free cancellation and changes up to 12 hours before.",
    },
    form={
        "name": "Your details",
        "phone_rule": BookingForm.PhoneRule.OPTIONAL,
        "phone_reason": "In case the ferry is late.",
        "note_label": "Injuries, pregnancy, wishes",
        "asks_participant_names": True,
    },
    questions=(
        QuestionPlan(
            key="experience",
            kind=Question.Kind.CHOICE,
            label="Have you practised before?",
            columns={"choices": ["Never", "A little", "For years"], "required": True},
        ),
    ),
)
ROUTINE = Routine(
    customers=(
        *("June Park", "Walter Beal", "Rosa Medina", "Theo Lund", "June Park", "Imani Clarke"),
        *("Beth Arsenault", "Theo Lund", "Sam Whitcomb", "Rosa Medina"),
    ),
    patterns=(
        (("11:00", "private-lesson", "60 minutes"),),
        (("10:30", "one-to-one-online", ""),),
        (("10:00", "private-lesson", "90 minutes"),),
        (("11:30", "first-talk", ""),),
    ),
    behind=14,
    ahead=7,
    today=True,
)
Kind = PricingPlan.Kind
HOLDERS = (
    ("June Park", "ten-classes", 40),
    ("Walter Beal", "unlimited", 12),
    ("Rosa Medina", "four-a-month", 20),
)
OFFERED = (
    {
        "slug": "ten-classes",
        "name": "Ten classes",
        "kind": Kind.PACKAGE,
        "price": 16000,
        "credits": 10,
        "valid_days": 180,
        "summary": "For when you can make it.",
    },
    {
        "slug": "four-a-month",
        "name": "Four a month",
        "kind": Kind.CREDITS,
        "price": 6400,
        "credits": 4,
        "period_months": 1,
        "summary": "A class a week.",
    },
    {
        "slug": "unlimited",
        "name": "Unlimited",
        "kind": Kind.UNLIMITED,
        "price": 12900,
        "period_months": 1,
        "summary": "For those who live on the mat.",
    },
)


def fill_harbor(shop: Shop, *, now: datetime) -> None:
    """Make the classes, the courses and the bookings of the studio around `now`."""
    today = now.astimezone(shop.business.zone).date()
    closed = close_on_thanksgiving(shop, today=today)
    schedule_classes(shop, today=today, now=now)
    teaching = days_of_teaching(closed, today=today)
    visits = usual_visits(shop, ROUTINE, around=today, now=now, taken=teaching)
    make_visits(shop, visits)
    sell_plans(shop, now=now)
    fill_classes(shop, now=now)
    silence_outbox(shop)


def sell_plans(shop: Shop, *, now: datetime) -> None:
    """Offer three plans, and let three regulars have one, bought at the desk."""
    business = shop.business
    covered = [it for it in shop.services.values() if it.kind == it.Kind.CLASS]
    for position, columns in enumerate(OFFERED):
        plan = PricingPlan.objects.create(business=business, position=position, **columns)
        plan.services.set(covered)
    for name, slug, days_ago in HOLDERS:
        plan = PricingPlan.objects.get(business=business, slug=slug)
        prepaid.sell_plan(
            plan_id=plan.pk,
            buyer=Buyer(name=name, email=address_of(name)),
            by=shop.owner,
            now=now - timedelta(days=days_ago),
        )
