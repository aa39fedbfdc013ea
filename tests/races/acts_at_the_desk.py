"""Money in the hands of the team, in ``test_any_order``: taken in person, given back, kept."""

from apps.bookings.cancellation import MoneyChoice
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Order, Payment
from tests.races.stage_of_all import EXPECTED, LIVE, Said, Stage


class Desk(Stage):
    def somebody_pays_at_the_desk(self) -> None:
        """The rest is taken, or one that was recorded by mistake is taken back."""
        if self.chance(0.7):
            if found := self.a_booking(*LIVE):
                by = self.member()
                self.attempt(
                    lambda: checkout.mark_paid(
                        booking_id=found.pk, revision=found.revision, by=by, now=self.now
                    )
                )
            return
        in_person = Payment.objects.filter(kind="IN_PERSON", captured__gt=0)
        if paid := self.one(in_person.exclude(order__booking=None).select_related("order")):
            olga = self.salon.olga
            self.attempt(
                lambda: checkout.undo_mark_paid(
                    booking_id=paid.order.booking_id, payment_id=paid.pk, by=olga, now=self.now
                )
            )

    def money_of_a_booking_goes_back(self) -> None:
        """A part of a line, or an amount besides."""
        order = self.one(Order.objects.exclude(booking=None).order_by("pk"))
        if order is None:
            return
        refunded = sum(order.payments.values_list("refunded", flat=True))
        line = self.one(order.lines.order_by("pk"))
        amount = self.dice.choice((0, 1, 500, order.total))
        of_line = self.dice.choice((0, 0, line.total, line.total // 2)) if line else 0
        self.attempt(
            lambda: checkout.refund_order(
                booking_id=order.booking_id,
                amount=amount,
                seen_refunded=refunded,
                reason="Sorry",
                by=self.salon.olga,
                now=self.now,
                lines={line.pk: of_line} if of_line else None,
            )
        )

    def the_team_cancels(self) -> None:
        """And gives all of the money back, keeps it, or does as the policy says."""
        if found := self.a_booking(*EXPECTED):
            olga, of = self.salon.olga, found.business_id
            said: Said = {"booking_id": found.pk, "revision": found.revision, "reason": "Ill"}
            self.attempt_one(
                {
                    "refund": lambda: checkout.cancel_and_refund(
                        **said, business_id=of, by=olga, now=self.now
                    ),
                    "keep": lambda: checkout.cancel_and_keep(**said, by=olga, now=self.now),
                    "decide": lambda: checkout.cancel_as_decided(
                        **said,
                        choice=self.dice.choice(list(MoneyChoice)),
                        fee=self.dice.choice((None, 0, 500)),
                        seen_fee=100_000,
                        by=olga,
                        now=self.now,
                    ),
                }
            )

    def nobody_came_or_somebody_did(self) -> None:
        begun = Booking.objects.filter(starts_at__lte=self.now)
        if found := self.one(begun.exclude(status="CREATED").order_by("pk")):
            by = self.member()
            said: Said = {"booking_id": found.pk, "revision": found.revision, "now": self.now}
            self.attempt_one(
                {
                    "missed": lambda: checkout.mark_no_show(**said, by=by),
                    "less": lambda: checkout.mark_no_show(**said, by=by, fee=100, reason="Ill"),
                    "came": lambda: checkout.take_no_show_back(**said, by=by),
                }
            )

    def a_fee_is_asked_for_paid_or_waived(self) -> None:
        asked = Order.objects.filter(fee__isnull=False).select_related("booking")
        if order := self.one(asked.order_by("pk")):
            found, by = order.booking, self.member()
            said: Said = {"booking_id": found.pk, "revision": found.revision, "now": self.now}
            self.attempt_one(
                {
                    "take": lambda: checkout.mark_paid(**said, by=by),
                    "ask": lambda: checkout.ask_to_pay(**said, by=by),
                    "waive": lambda: checkout.waive_fee(**said, reason="A regular", by=by),
                    "online": lambda: checkout.pay_balance(
                        booking_id=found.pk,
                        business_id=found.business_id,
                        origin="https://portal.example",
                        now=self.now,
                    ),
                }
            )

    def money_of_what_is_over_is_decided(self) -> None:
        over = Order.objects.filter(booking__status__in=("CANCELED", "DECLINED"))
        if order := self.one(over.order_by("pk")):
            of, olga = order.booking_id, self.salon.olga
            self.attempt_one(
                {
                    "keep": lambda: checkout.keep_money(booking_id=of, by=olga, now=self.now),
                    "back": lambda: checkout.refund_the_rest(booking_id=of, by=olga, now=self.now),
                }
            )
