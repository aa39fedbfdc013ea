"""What happens at the bank in ``test_any_order``: money comes late, twice, never or in another
amount, messages come in any order, and money goes back without our asking."""

from datetime import datetime

from django.db.models import F

from apps.bookings import operations as bookings
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from apps.checkout.models import GiftCard, Payment, ProviderEvent, Refund, SandboxSession
from apps.checkout.operations import Act, WayOut
from apps.prepaid import operations as prepaid
from tests.factories import make_visitor
from tests.races.acts_of_customers import details_of
from tests.races.stage_of_all import PLAIN, Stage, later

PAYS = (Act.PAY, Act.PAY, Act.PAY, Act.PAY_LATE, Act.PAY_TWICE, Act.PAY_SHUFFLED, Act.PAY_SILENTLY)
KINDS = ("payment.created", "payment.failed", "payment.canceled", "payment.succeeded")


class Bank(Stage):
    def somebody_is_at_the_bank(self) -> None:
        """Also where we have given the payment up, or our time for it is over."""
        sessions = SandboxSession.objects.filter(state__in=("OPEN", "DECLINED")).order_by("pk")
        if session := self.one(sessions):
            act = self.dice.choice((*PAYS, Act.DECLINE, Act.CANCEL))
            self.attempt(lambda: checkout.act_in_sandbox(ref=session.ref, act=act, now=self.now))

    def the_bank_tells_it_again(self) -> None:
        """An old message once more, or a new one that says something else."""
        known = ProviderEvent.objects.order_by("pk")
        if event := self.one(known):
            is_new = self.chance(0.5)
            kind = self.dice.choice(KINDS) if is_new else event.kind
            name = f"evt_{self.dice.getrandbits(64):x}" if is_new else event.event_id
            self.attempt(
                lambda: checkout.deliver_sandbox_event(
                    ref=event.payment_ref, kind=kind, event_id=name, now=self.now
                )
            )

    def the_bank_gives_money_back_by_itself(self) -> None:
        """Somebody used the provider's own pages."""
        paid = SandboxSession.objects.filter(captured__gt=F("refunded")).order_by("pk")
        if session := self.one(paid):
            left = session.captured - session.refunded
            session.refunded += self.dice.choice((1, left))
            self.attempt(lambda: session.save(update_fields=["refunded"]))

    def the_bank_refuses_a_refund_days_later(self) -> None:
        """Its word of it comes, or we find it ourselves."""
        if session := self.one(SandboxSession.objects.filter(refunded__gt=0).order_by("pk")):
            act = Act.REFUSE_REFUND
            self.attempt(lambda: checkout.act_in_sandbox(ref=session.ref, act=act, now=self.now))
            if payment := Payment.objects.filter(provider_ref=session.ref).first():
                self.attempt(lambda: checkout.settle_payment(payment_id=payment.pk, now=self.now))

    def the_bank_takes_another_amount(self) -> None:
        """What came is not what we asked for: a person has to look."""
        if session := self.one(SandboxSession.objects.filter(state="OPEN").order_by("pk")):
            session.amount += self.dice.choice((-1, 500))
            self.attempt(lambda: session.save(update_fields=["amount"]))
            if self.chance(0.7):
                self._pay(session.ref)

    def money_comes_too_late(self) -> None:
        """The hold ran out at the bank, somebody else has the time, and then the money comes."""
        pending = Payment.objects.filter(status="PENDING", order__booking__status="CREATED")
        waiting = pending.exclude(order__booking__session=None).exclude(provider_ref="")
        payment = self.one(waiting.select_related("order__booking__service").order_by("pk"))
        if payment is None:
            return
        draft, name = payment.order.booking, self.somebody()
        self.now, self.has_changed = later(self.now, 11 * 60), True
        if draft.kind == PLAIN and self.chance(0.8):
            self.attempt(
                lambda: self._take(draft.service, draft.starts_at, name, draft.resource_id)
            )
        self._pay(payment.provider_ref)

    def _take(self, service: Service, at: datetime, name: str, person: int | None) -> None:
        taken = bookings.place_hold(
            choice=self.choice(service, chosen=person),
            starts_at=at,
            visitor=make_visitor(name),
            now=self.now,
        )
        bookings.submit_draft(
            draft_id=taken.draft_id,
            details=details_of(taken),
            seen_price=taken.price,
            now=self.now,
        )

    def _pay(self, ref: str) -> None:
        """And we ask at once how it stands."""
        self.attempt(lambda: checkout.act_in_sandbox(ref=ref, act=Act.PAY_SILENTLY, now=self.now))
        if payment := Payment.objects.filter(provider_ref=ref).first():
            self.attempt(lambda: checkout.settle_payment(payment_id=payment.pk, now=self.now))

    def the_bank_lets_go(self) -> None:
        """Of what was authorized too long, or of a saved card."""
        if self.chance(0.5):
            aside = SandboxSession.objects.filter(state="AUTHORIZED")
            self.attempt(lambda: aside.update(state="LAPSED", authorized=0))
        else:
            self.attempt(lambda: SandboxSession.objects.update(saved=""))

    def what_the_bank_says_otherwise(self) -> list[str]:
        """Where its money is another than in our books, once everything was asked and done. What
        somebody has to look at is left out."""
        found = []
        for session in SandboxSession.objects.order_by("pk"):
            payment = Payment.objects.filter(provider_ref=session.ref).first()
            ours = (payment.captured, self.back_at_the_bank(payment)) if payment else (0, 0)
            is_unclear = payment is not None and payment.told_amount is not None
            if not is_unclear and ours != (session.captured, session.refunded):
                theirs = f"{session.captured} came, {session.refunded} went back"
                found.append(f"the bank: {theirs}; {payment!r} says {ours}")
        return found

    def back_at_the_bank(self, payment: Payment) -> int:
        """What went back through the bank, which knows nothing of what the team gave by hand; and
        our books end where all that came is gone."""
        hand = sum(payment.refunds.filter(by_hand=True).values_list("amount", flat=True))
        session = SandboxSession.objects.get(ref=payment.provider_ref)
        if hand and payment.refunded == payment.captured:
            return session.refunded
        return payment.refunded - hand

    def the_team_decides_about_a_refused_refund(self) -> None:
        """Also a second time."""
        refused = Refund.objects.filter(status="FAILED").order_by("pk")
        if refund := self.one(refused):
            way, olga = self.dice.choice(list(WayOut)), self.salon.olga
            self.attempt(
                lambda: checkout.decide_refused_refund(
                    refund_id=refund.pk, way=way, by=olga, now=self.now
                )
            )

    def the_team_settles_a_card_that_is_not_covered(self) -> None:
        if card := self.one(GiftCard.objects.filter(uncovered__gt=0).order_by("pk")):
            olga, seen = self.salon.olga, card.uncovered
            self.attempt(
                lambda: prepaid.settle_uncovered(card_id=card.pk, seen=seen, by=olga, now=self.now)
            )

    def the_team_looks_at_another_amount(self) -> None:
        if payment := self.one(Payment.objects.exclude(told_amount=None).order_by("pk")):
            olga = self.salon.olga
            self.attempt(
                lambda: checkout.look_after_unclear(payment_id=payment.pk, by=olga, now=self.now)
            )
