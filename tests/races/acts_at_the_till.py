"""How customers pay for what they booked, in ``test_any_order``: on the page to pay on, in parts,
with a plan, a code or a gift card, and what becomes of a payment that was begun."""

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.gifts import spell_code
from apps.checkout.models import Payment, PlanPurchase
from apps.checkout.operations import Seen, SeenGift
from apps.checkout.pricing import Quote, Way
from apps.checkout.queries.offers import Offer, offer_of
from apps.checkout.queries.passes import passes_for
from apps.waitlists import operations as waitlists
from tests.factories.money import ORIGIN
from tests.races.acts_of_customers import details_of
from tests.races.stage_of_all import LIVE, Stage


class Payers(Stage):
    def somebody_checks_out(self) -> None:
        """What is under way is given up for another payment, or is in its way."""
        if draft := self.a_booking("CREATED"):
            code, gift, instead = self.a_code(), self.a_gift_code(), self.chance(0.5)
            self.attempt(lambda: self._check_out(draft, code, gift, instead=instead))

    def _check_out(self, draft: Booking, code: str, gift: str, *, instead: bool) -> None:
        """As the page does: the details, what it costs, and the amounts that were seen."""
        prepared = bookings.prepare_draft(
            draft_id=draft.draft_id,
            details=details_of(draft),
            seen_price=draft.price,
            now=self.now,
        )
        if prepared.status != "CREATED":
            return
        plan_id = self._plan_for(prepared)
        offer = offer_of(
            booking=prepared, code=code, gift=gift, has_plan=plan_id is not None, now=self.now
        )
        if not offer.ways:
            return
        way = self.dice.choice(offer.ways)
        try:
            self._place(prepared, way, offer, plan_id)
        except checkout.PaymentUnderWay as begun:
            if not instead:
                raise
            self._give_up(Payment.objects.get(pk=begun.payment_id))
            self._place(prepared, way, offer, plan_id)

    def _plan_for(self, draft: Booking) -> int | None:
        own = PlanPurchase.objects.filter(customer__email=draft.contact_email)
        ids = list(own.order_by("pk").values_list("pk", flat=True))
        found = passes_for(booking=draft, purchase_ids=ids, now=self.now)
        return next((it.pk for it in found if it.refused is None), None)

    def _place(self, draft: Booking, way: Way, offer: Offer, plan_id: int | None) -> None:
        quote, card = offer.quotes[way], None if way is Way.PLAN else offer.gift
        by_card = card.pays(quote, way) if card else 0
        seen = Seen(
            total=quote.total,
            due_now=quote.least_now,
            code="" if offer.applied.refused else offer.applied.code,
            most_now=quote.most_now,
            purchase_id=plan_id if way is Way.PLAN else None,
            gift=SeenGift(card.card_id, by_card) if card and by_card else None,
        )
        checkout.check_out(
            draft_id=draft.draft_id,
            way=way,
            seen=seen,
            origin=ORIGIN,
            now=self.now,
            amount=self._amount(quote) if way is Way.DEPOSIT else None,
        )

    def _amount(self, quote: Quote) -> int | None:
        if not quote.takes_any:
            return None
        return self.dice.choice((quote.least_now, quote.least_now + 700, quote.most_now))

    def the_rest_is_paid_online(self) -> None:
        if found := self.a_booking(*LIVE):
            amount = self.dice.choice((None, None, 500, 1000))
            self.attempt(
                lambda: checkout.pay_balance(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    origin=ORIGIN,
                    now=self.now,
                    amount=amount,
                )
            )

    def a_payment_goes_on_or_is_given_up(self) -> None:
        """Asked of payments that are over as well: a page may be old."""
        online = Payment.objects.filter(kind="ONLINE", saved_card="").order_by("pk")
        open_ones = online.filter(status="PENDING") if self.chance(0.8) else online
        if payment := self.one(open_ones):
            order_id = payment.order_id
            self.attempt_one(
                {
                    "go on": lambda: checkout.go_on_paying(
                        order_id=order_id, origin=ORIGIN, now=self.now
                    ),
                    "give up": lambda: self._give_up(payment),
                }
            )

    def _give_up(self, payment: Payment) -> None:
        checkout.give_up_payment(payment_id=payment.pk, order_id=payment.order_id, now=self.now)

    def a_plan_pays_later(self) -> None:
        """What a waitlist offers is taken with it, or it pays at the desk what is owed."""
        offered = self.a_booking("WAITING_LIST", waiting__state="OFFERED")
        found = offered if offered and self.chance(0.5) else self.a_booking(*LIVE)
        purchase = self.one(PlanPurchase.objects.order_by("pk"))
        if found is None or purchase is None:
            return
        if found.status == "WAITING_LIST" and hasattr(found, "waiting"):
            self.attempt(
                lambda: checkout.take_with_plan(
                    take=lambda: waitlists.take_offer(booking=found, now=self.now),
                    purchase_id=purchase.pk,
                    now=self.now,
                )
            )
            return
        self.attempt(
            lambda: checkout.pay_with_plan(
                booking_id=found.pk,
                revision=found.revision,
                purchase_id=purchase.pk,
                by=self.salon.olga,
                now=self.now,
            )
        )

    def a_code_is_used_later(self) -> None:
        """On the page of the booking, or at the desk; a card also pays a fee of what is over."""
        if found := self.a_booking(*LIVE, "CANCELED"):
            card = spell_code(self.a_gift_code())
            code = self.dice.choice((self.a_code(), card, card))
            by = self.dice.choice((None, self.salon.olga))
            self.attempt(
                lambda: checkout.use_code(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    code=code,
                    by=by,
                    now=self.now,
                )
            )
