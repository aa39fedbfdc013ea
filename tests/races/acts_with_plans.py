"""Plans in ``test_any_order``: offered, bought, sold, used, paused, paid for again and ended."""

from collections.abc import Callable
from dataclasses import replace

from apps.availability.models import Session
from apps.catalog import operations as catalog
from apps.catalog.models import PricingPlan, Service
from apps.catalog.operations import PlanFacts
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment, PlanPurchase
from apps.checkout.pricing import Way
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Buyer
from apps.prepaid.queries.plan_offer import price_plan
from tests.factories import make_visitor
from tests.factories.money import ORIGIN
from tests.races.stage_of_all import Said, Stage, service_of

KINDS: dict[str, Said] = {
    "PACKAGE": {"credits": 2, "valid_days": 30, "period_months": None},
    "CREDITS": {"credits": 3, "valid_days": None, "period_months": 1},
    "UNLIMITED": {"credits": None, "valid_days": None, "period_months": 1},
}


def buyer(name: str) -> Buyer:
    return Buyer(name=name.title(), email=f"{name}@example.com")


class Holders(Stage):
    def a_purchase(self, *statuses: str) -> PlanPurchase | None:
        rows = PlanPurchase.objects.filter(status__in=statuses or PlanPurchase.Status.values)
        found: PlanPurchase | None = self.one(rows.select_related("customer").order_by("pk"))
        return found

    def somebody_buys_a_plan(self) -> None:
        """On its page, at the desk, once more where the payment came to nothing, or given up."""
        plan = self.one(PricingPlan.objects.select_related("business").order_by("pk"))
        name, olga, key = self.somebody(), self.salon.olga, f"{self.dice.getrandbits(64):x}"
        owed = price_plan(plan.price, plan.tax_rate, plan.name, plan.business, way=Way.FULL).total
        draft, is_paid = self.a_purchase("DRAFT"), self.chance(0.7)
        self.attempt_one(
            {
                "online": lambda: prepaid.buy_plan(
                    plan=plan,
                    buyer=buyer(name),
                    seen_price=owed,
                    form_key=key,
                    visitor_hash=make_visitor(name).visitor_hash,
                    origin=ORIGIN,
                    now=self.now,
                ),
                "at the desk": lambda: (
                    plan.retired_at
                    or prepaid.sell_plan(
                        plan_id=plan.pk, buyer=buyer(name), by=olga, now=self.now, is_paid=is_paid
                    )
                ),
                "again": lambda: (
                    draft
                    and prepaid.pay_for_plan(purchase_id=draft.pk, origin=ORIGIN, now=self.now)
                ),
                "the next period": lambda: (
                    (held := self.a_purchase())
                    and prepaid.pay_for_plan(
                        purchase_id=held.pk,
                        origin=ORIGIN,
                        now=self.now,
                        gift_code=self.dice.choice((None, "", self.a_gift_code())),
                    )
                ),
                "given up": lambda: (
                    draft and prepaid.let_go_of_plan(purchase_id=draft.pk, now=self.now)
                ),
            }
        )

    def a_plan_pays_with_one_tap(self) -> None:
        session = self.one(Session.objects.filter(kind="CLASS").order_by("pk"))
        purchase, people = self.a_purchase(), self.people()
        if purchase is None:
            return
        name = purchase.customer.email.split("@")[0]
        self.attempt(
            lambda: prepaid.book_with_plan(
                choice=self.choice(service_of(session), people=people),
                target=session,
                visitor=make_visitor(name),
                purchase_id=purchase.pk,
                now=self.now,
            )
        )

    def a_plan_is_changed(self) -> None:
        """Rest, go on, more or fewer visits, or its end with some of the money back."""
        purchase = self.a_purchase("ACTIVE", "PAUSED", "ACTIVE", "ENDED")
        if purchase is None:
            return
        pk, olga, visits = purchase.pk, self.salon.olga, self.dice.choice((-2, -1, 1, 2))
        said: Said = {"purchase_id": pk, "revision": purchase.revision}
        said |= {"by": olga, "now": self.now}
        amount, back = self.dice.choice((0, 0, 100, purchase.price)), self._went_back(pk)
        self.attempt_one(
            {
                "rest": lambda: prepaid.pause_plan(**said),
                "go on": lambda: prepaid.resume_plan(**said),
                "visits": lambda: prepaid.adjust_plan(**said, visits=visits, reason="Thanks"),
                "end": lambda: (
                    self.chance(0.5)
                    or prepaid.cancel_plan(
                        **said, amount=amount, seen_refunded=back, reason="Moved"
                    )
                ),
            }
        )

    def _went_back(self, purchase_id: int) -> int:
        """What had gone back of its last order that was placed."""
        orders = Order.objects.filter(purchase_id=purchase_id, status="APPROVED")
        last = orders.order_by("-pk").first()
        return sum(Payment.objects.filter(order=last).values_list("refunded", flat=True))

    def a_membership_stops_or_goes_on(self) -> None:
        if purchase := self.a_purchase():
            pk, of = purchase.pk, purchase.business_id
            self.attempt_one(
                {
                    "stop": lambda: prepaid.stop_renewal(
                        purchase_id=pk, business_id=of, now=self.now
                    ),
                    "go on": lambda: prepaid.start_renewal(
                        purchase_id=pk, business_id=of, now=self.now
                    ),
                }
            )

    def a_period_is_paid_at_the_desk(self) -> None:
        """The next one, one that was sold on trust, or a mistake is taken back."""
        purchase, olga = self.a_purchase(), self.salon.olga
        if purchase is None:
            return
        pk, revision = purchase.pk, purchase.revision
        order = self.one(purchase.orders.order_by("pk"))
        paid = self.one(
            Payment.objects.filter(order__purchase=pk, kind="IN_PERSON", captured__gt=0)
        )
        self.attempt_one(
            {
                "next": lambda: prepaid.renew_in_person(
                    purchase_id=pk, revision=revision, by=olga, now=self.now
                ),
                "this": lambda: (
                    order
                    and checkout.mark_plan_paid(
                        purchase_id=pk, order_id=order.pk, by=olga, now=self.now
                    )
                ),
                "by a code": lambda: (
                    order
                    and checkout.use_code_for_plan(
                        purchase_id=pk,
                        business_id=purchase.business_id,
                        order_id=order.pk,
                        code=self.dice.choice((self.a_code(), self.a_gift_code())),
                        by=self.dice.choice((None, olga)),
                        now=self.now,
                    )
                ),
                "back": lambda: (
                    paid
                    and checkout.undo_plan_paid(
                        purchase_id=pk,
                        order_id=paid.order_id,
                        payment_id=paid.pk,
                        by=olga,
                        now=self.now,
                    )
                ),
            }
        )

    def what_is_offered_changes(self) -> None:
        """A plan on other terms, a new one, or one that is sold no more."""
        olga, kind, facts = self.salon.olga, self.dice.choice(sorted(KINDS)), self._facts()
        plan = self.one(PricingPlan.objects.filter(retired_at=None).order_by("pk"))
        changed = replace(facts, **KINDS[plan.kind]) if plan else facts
        new = replace(facts, **KINDS[kind])
        acts: dict[str, Callable[[], object]] = {
            "new": lambda: catalog.make_plan(kind=kind, facts=new, by=olga)
        }
        if plan:
            said: Said = {"plan_id": plan.pk, "revision": plan.revision, "by": olga}
            acts["change"] = lambda: catalog.change_plan(**said, facts=changed)
            acts["retire"] = lambda: self.chance(0.7) or catalog.retire_plan(**said, now=self.now)
        self.attempt_one(acts)

    def _facts(self) -> PlanFacts:
        services = Service.objects.order_by("pk")
        if self.chance(0.8):
            services = services.exclude(kind="COURSE").filter(requires_approval=False)
        ids = list(services.values_list("pk", flat=True))
        return PlanFacts(
            name="Offer",
            summary="",
            price=self.dice.choice((0, 3000, 9900)),
            tax_rate=self.dice.choice((0, 1900)),
            credits=None,
            valid_days=None,
            period_months=None,
            max_per_customer=self.dice.choice((None, 1)),
            hidden=self.chance(0.1),
            service_ids=tuple(self.dice.sample(ids, min(2, len(ids)))),
        )
