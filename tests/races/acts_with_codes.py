"""Codes, discounts and gift cards in ``test_any_order``: made, bought, sold, changed and stopped.
Who pays with them stands in ``acts_at_the_till``."""

from collections.abc import Callable
from datetime import timedelta

from apps.checkout import operations as checkout
from apps.checkout.models import Coupon, Discount, GiftCard
from apps.checkout.operations import CouponFacts, DiscountFacts
from apps.checkout.promotions import PromotionKind
from apps.prepaid import operations as prepaid
from apps.prepaid.operations import Gift
from tests.factories.money import ORIGIN
from tests.races.acts_with_plans import buyer
from tests.races.stage_of_all import Stage

SHARES = (1000, 5000, 10_000)
SUMS = (500, 20_000)


class CodeMakers(Stage):
    def a_code_is_made_or_stopped(self) -> None:
        coupon = self.one(Coupon.objects.order_by("pk"))
        facts, olga = self._coupon(), self.salon.olga
        self.attempt_one(
            {
                "make": lambda: checkout.make_coupon(facts=facts, by=olga),
                "stop": lambda: checkout.stop_coupon(coupon_id=coupon.pk, by=olga, now=self.now),
            }
        )

    def _coupon(self) -> CouponFacts:
        kind = self.dice.choice(list(PromotionKind))
        value = self.dice.choice(SHARES if kind is PromotionKind.PERCENT else SUMS)
        return CouponFacts(
            name="A code",
            code=f"CODE{self.dice.randint(1, 9)}",
            kind=kind,
            value=value,
            starts_at=self.now,
            max_uses=self.dice.choice((None, 1)),
            max_per_customer=self.dice.choice((None, 1)),
            min_subtotal=self.dice.choice((0, 0, 6000)),
        )

    def a_discount_is_made_or_stopped(self) -> None:
        discount, olga = self.one(Discount.objects.order_by("pk")), self.salon.olga
        kind = self.dice.choice(list(PromotionKind))
        facts = DiscountFacts(
            name="A discount",
            kind=kind,
            value=self.dice.choice(SHARES if kind is PromotionKind.PERCENT else SUMS),
            starts_at=self.now,
            ends_at=self.dice.choice((None, self.now + timedelta(hours=5))),
            min_people=self.dice.choice((1, 2)),
        )
        self.attempt_one(
            {
                "make": lambda: checkout.make_discount(facts=facts, by=olga),
                "stop": lambda: checkout.stop_discount(
                    discount_id=discount.pk, by=olga, now=self.now
                ),
            }
        )

    def somebody_buys_a_gift_card(self) -> None:
        """On the page, at the desk, or once more where the payment came to nothing."""
        name, olga, key = self.somebody(), self.salon.olga, f"{self.dice.getrandbits(64):x}"
        gift = Gift(value=self.dice.choice((1000, 5000)), buyer=buyer(name))
        draft = self.one(GiftCard.objects.filter(status="DRAFT").order_by("pk"))
        self.attempt_one(
            {
                "online": lambda: prepaid.buy_gift_card(
                    business=self.salon.business,
                    gift=gift,
                    form_key=key,
                    visitor_hash=f"visitor-{name}",
                    origin=ORIGIN,
                    now=self.now,
                ),
                "at the desk": lambda: prepaid.sell_gift_card(gift=gift, by=olga, now=self.now),
                "again": lambda: (
                    draft
                    and prepaid.pay_for_gift_card(card_id=draft.pk, origin=ORIGIN, now=self.now)
                ),
            }
        )

    def a_gift_card_is_changed(self) -> None:
        """Something is put on it or taken off, or nobody pays with it any more."""
        olga, sells = self.salon.olga, self.chance(0.8)
        card = self.one(GiftCard.objects.filter(status="ACTIVE").order_by("pk"))
        acts: dict[str, Callable[[], object]] = {
            "offer": lambda: prepaid.offer_gift_cards(offered=sells, by=olga)
        }
        if card:
            amount, back = self.dice.choice((-500, 500)), self.chance(0.5)
            acts["adjust"] = lambda: prepaid.adjust_gift_card(
                card_id=card.pk,
                amount=amount,
                seen_balance=card.balance,
                reason="A mistake",
                by=olga,
                now=self.now,
            )
            acts["stop"] = lambda: (
                self.chance(0.5)
                or prepaid.stop_gift_card(
                    card_id=card.pk,
                    gives_back=back,
                    seen_balance=card.balance,
                    by=olga,
                    now=self.now,
                )
            )
        self.attempt_one(acts)
