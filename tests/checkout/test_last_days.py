"""What is good through the end of a day is good through that day by another clock as well."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.availability.engine.rezoning import Keep
from apps.availability.engine.zones import day_bounds
from apps.bookings.models import BookingEvent
from apps.bookings.operations import Actor
from apps.bookings.queries.rezoning import find_touched
from apps.businesses.models import Business
from apps.businesses.queries import get_clock
from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, Discount, PlanPurchase
from apps.checkout.queries.passes import last_day_words
from apps.prepaid import operations as prepaid
from apps.prepaid.renewals import LEAD
from tests.factories import NOW
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.studio import Studio, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]

FAR = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Chicago", "Africa/Cairo"]
DAY = date(2026, 12, 24)


@pytest.fixture
def studio() -> Studio:
    return make_studio()


def change(studio: Studio, name: str, keep: Keep = Keep.CLOCK, *, whole: bool = True) -> None:
    business = Business.objects.get(pk=studio.business.pk)
    location_id = None if whole else studio.location.pk
    clock = get_clock(business=business, location_id=location_id)
    checkout.change_zone(
        business_id=business.pk,
        location_id=location_id,
        name=name,
        keep=keep,
        seen=find_touched(clock=clock, name=name, now=NOW).seal,
        actor=Actor(BookingEvent.Actor.TEAM),
        now=NOW,
    )


def fresh(purchase: PlanPurchase) -> PlanPurchase:
    return PlanPurchase.objects.select_related("business").get(pk=purchase.pk)


def edges_of(studio: Studio, on: date) -> tuple[datetime, datetime]:
    """The first instant of a day of the business, and of the next."""
    low, high = day_bounds(Business.objects.get(pk=studio.business.pk).zone, on)
    return datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)


@pytest.mark.parametrize("keep", list(Keep))
@pytest.mark.parametrize("name", FAR)
def test_a_plan_names_the_same_last_day(studio: Studio, name: str, keep: Keep) -> None:
    package = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    monthly = make_plan(services=[studio.flow], kind="CREDITS", slug="monthly")
    member = make_purchase(plan=monthly, by=studio.olga, email="ida@example.com")
    words = [last_day_words(fresh(it)) for it in (package, member)]

    change(studio, name, keep)

    assert [last_day_words(fresh(it)) for it in (package, member)] == words
    assert words == ["Sunday 23 May 2027", "Wednesday 23 December 2026"]


def test_the_next_period_is_counted_from_the_same_day(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="CREDITS", slug="monthly")
    late = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 24 November 23:30 in New York
    purchase = make_purchase(plan=plan, by=studio.olga, now=late)

    change(studio, "Europe/Berlin")

    it = fresh(purchase)
    prepaid.pause_plan(purchase_id=it.pk, revision=it.revision, by=studio.olga, now=late)
    it = fresh(purchase)
    prepaid.resume_plan(purchase_id=it.pk, revision=it.revision, by=studio.olga, now=late)
    assert fresh(purchase).ends_at == edges_of(studio, DAY)[0]


def test_a_card_is_charged_as_long_before_the_end_as_before(studio: Studio) -> None:
    plan = make_plan(services=[studio.flow], kind="CREDITS", slug="monthly")
    purchase = make_purchase(plan=plan, by=studio.olga)
    end = fresh(purchase).ends_at
    assert end is not None
    PlanPurchase.objects.filter(pk=purchase.pk).update(renews=True, renew_at=end - LEAD)

    change(studio, "Pacific/Auckland")

    it = fresh(purchase)
    assert it.ends_at == edges_of(studio, DAY)[0]
    assert it.renew_at == it.ends_at - LEAD


def test_a_plan_that_rests_over_the_change_rests_no_day_less_than_none(studio: Studio) -> None:
    purchase = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    early = datetime(2026, 11, 24, 6, tzinfo=UTC)  # 24 November 01:00 in New York
    words = last_day_words(fresh(purchase))
    it = fresh(purchase)
    prepaid.pause_plan(purchase_id=it.pk, revision=it.revision, by=studio.olga, now=early)

    change(studio, "America/Los_Angeles")

    it = fresh(purchase)
    prepaid.resume_plan(purchase_id=it.pk, revision=it.revision, by=studio.olga, now=early)
    assert last_day_words(fresh(purchase)) == words


@pytest.mark.parametrize("name", FAR)
def test_codes_and_discounts_keep_their_first_and_their_last_day(studio: Studio, name: str) -> None:
    first, last = edges_of(studio, DAY), edges_of(studio, DAY + timedelta(days=6))
    make_coupon(business=studio.business, starts_at=first[0], ends_at=last[1])
    make_discount(business=studio.business, starts_at=first[0], ends_at=last[1])

    change(studio, name)

    expected = (edges_of(studio, DAY)[0], edges_of(studio, DAY + timedelta(days=6))[1])
    for row in (Coupon.objects.get(), Discount.objects.get()):
        assert (row.starts_at, row.ends_at) == expected


def test_what_was_stopped_stays_stopped(studio: Studio) -> None:
    make_coupon(business=studio.business, ends_at=NOW)
    make_discount(business=studio.business, ends_at=NOW)

    change(studio, "Pacific/Pago_Pago")

    assert [Coupon.objects.get().ends_at, Discount.objects.get().ends_at] == [NOW, NOW]


def test_a_discount_of_today_does_not_end_before_it_began(studio: Studio) -> None:
    today = edges_of(studio, date(2026, 11, 24))
    late = datetime(2026, 11, 24, 20, tzinfo=UTC)
    make_discount(business=studio.business, starts_at=late, ends_at=today[1])

    change(studio, "Pacific/Kiritimati")

    row = Discount.objects.get()
    assert row.ends_at == row.starts_at == late


def test_the_clock_of_one_place_changes_no_day_of_a_plan(studio: Studio) -> None:
    purchase = make_purchase(plan=make_plan(services=[studio.flow]), by=studio.olga)
    before = fresh(purchase)

    change(studio, "Europe/Berlin", whole=False)

    assert fresh(purchase).ends_at == before.ends_at
    assert fresh(purchase).revision == before.revision


def test_plans_of_another_business_stay(studio: Studio) -> None:
    other = make_studio(slug="elsewhere")
    purchase = make_purchase(plan=make_plan(services=[other.flow]), by=other.olga)
    end = fresh(purchase).ends_at

    change(studio, "Europe/Berlin")

    assert fresh(purchase).ends_at == end
