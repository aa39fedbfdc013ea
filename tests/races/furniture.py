"""What stands on the stage of ``test_any_order`` before anybody acts: a salon of two with a wash
station, a class and a course over two days, codes, gift cards, plans, and a member whose period
ends while all this happens."""

from datetime import datetime, timedelta

import time_machine

from apps.availability import operations as availability
from apps.availability.queries.scheduling import ProposedSession
from apps.catalog.models import PricingPlan, Service
from apps.checkout.models import Payment
from apps.checkout.operations import Act
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer
from tests.factories import NOW, Salon
from tests.factories.catalog import make_service
from tests.factories.coupons import make_coupon, make_discount
from tests.factories.money import ORIGIN, pay_in_sandbox, work
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase

DAYS = (27, 28)
A_MONTH_AGO = NOW - timedelta(days=28)
MEMBER = Buyer(name="Ida", email="ida@example.com")


def furnish(salon: Salon) -> None:
    """Class and course are Ben's, for two people each; parties are of three at most."""
    salon.policy.max_participants = 3
    salon.policy.save()
    braiding = schedule(salon, "Braiding", "CLASS", hour=15)
    basics = schedule(salon, "Basics", "COURSE", hour=16)
    basics.prorates = True
    basics.save()
    for service in (salon.cut, salon.bridal, braiding):
        service.pays_online = True
        service.save()
    salon.business.sells_gift_cards = True
    salon.business.save()
    make_coupon(business=salon.business, max_uses=3)
    make_discount(business=salon.business, ends_at=NOW + timedelta(days=2))
    make_gift_card(by=salon.olga, value=9000)
    sell_plans(salon, [salon.cut, braiding])


def schedule(salon: Salon, name: str, kind: str, *, hour: int) -> Service:
    service = make_service(
        business=salon.business, name=name, slug=name.lower(), kind=kind, form=salon.form
    )
    service.locations.add(salon.location)
    facts = availability.SessionFacts(service, salon.location, (salon.ben.resource_id,), capacity=2)
    starts = [int(salon.at(day, hour).timestamp()) for day in DAYS]
    proposals = [ProposedSession(start=start, end=start + 45 * 60) for start in starts]
    if kind == "CLASS":
        availability.open_sessions(facts=facts, proposals=proposals, now=NOW)
    else:
        availability.open_course_run(facts=facts, proposals=proposals, name="", now=NOW)
    return service


def sell_plans(salon: Salon, services: list[Service]) -> None:
    """Carl has three visits; Ida is a member, and her next month is due within three days."""
    three = make_plan(services=services, name="Three", slug="three", credits=3, valid_days=None)
    make_purchase(plan=three, by=salon.olga, name="Carl")
    monthly = make_plan(
        services=services, name="Monthly", slug="monthly", kind="CREDITS", credits=4, price=4900
    )
    freely = make_plan(services=services, name="Freely", slug="freely", kind="UNLIMITED")
    make_purchase(plan=freely, by=salon.olga, name="Sam", email="sam@example.com")
    join(monthly, at=A_MONTH_AGO)


def join(plan: PricingPlan, *, at: datetime) -> None:
    """Become a member on the page and pay; the bank keeps the card."""
    with time_machine.travel(at, tick=False):
        bought = prepaid.buy_plan(
            plan=plan,
            buyer=MEMBER,
            seen_price=plan.price,
            form_key="ida-joins",
            visitor_hash="visitor-ida",
            origin=ORIGIN,
            now=at,
        )
        pay_in_sandbox(Payment.objects.get(order__purchase=bought.purchase), Act.PAY, now=at)
        work(at)
