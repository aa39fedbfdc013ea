"""What customers do, and their bank, in ``test_any_order``."""

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, SuggestedTime
from apps.bookings.operations import Details, WaitingDetails
from apps.bookings.wishes import Wish
from apps.checkout import operations as checkout
from apps.checkout.models import Payment
from apps.checkout.operations import Act, Seen
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from tests.factories import make_visitor
from tests.factories.money import ORIGIN
from tests.races.stage_of_all import EXPECTED, LIVE, MANY, Acts, Stage, service_of

PLAIN = "APPOINTMENT"


def who(name: str) -> WaitingDetails:
    return WaitingDetails(name=name.title(), email=f"{name}@example.com")


def details_of(draft: Booking) -> Details:
    name = draft.visitor_hash.removeprefix("visitor-")
    return Details(name=name.title(), email=f"{name}@example.com")


class Customers(Stage):
    def somebody_taps_a_time(self) -> None:
        service, name, at = self.a_service(PLAIN), self.somebody(), self.a_time()
        chosen = self.salon.ana.resource_id if self.dice.random() < 0.3 else None
        self.attempt(
            lambda: bookings.place_hold(
                choice=self.choice(service, chosen=chosen),
                starts_at=at,
                visitor=make_visitor(name),
                now=self.now,
            )
        )

    def somebody_takes_a_suggested_time(self) -> None:
        rows = SuggestedTime.objects.filter(booking__status="DECLINED").order_by("pk")
        if suggested := self.one(rows.select_related("booking__service")):
            service, name = suggested.booking.service, self.somebody()
            self.attempt(
                lambda: bookings.place_hold(
                    choice=self.choice(service),
                    starts_at=suggested.starts_at,
                    visitor=make_visitor(name),
                    suggested=suggested,
                    now=self.now,
                )
            )

    def somebody_taps_a_class(self) -> None:
        target, people, name = self.a_target(), self.people(), self.somebody()
        self.attempt(
            lambda: bookings.hold_seats(
                choice=self.choice(service_of(target), people=people),
                target=target,
                visitor=make_visitor(name),
                now=self.now,
            )
        )

    def somebody_books(self) -> None:
        """A tap and the details at once, so that drafts become more than drafts."""
        if self.dice.random() < 0.7:
            self.somebody_taps_a_time()
        else:
            self.somebody_taps_a_class()
        if draft := Booking.objects.filter(status="CREATED").order_by("-pk").first():
            self._send(draft)

    def details_are_sent(self) -> None:
        if draft := self.a_booking("CREATED", payment_option="UNDEFINED"):
            self._send(draft)

    def _send(self, draft: Booking) -> None:
        self.attempt(
            lambda: bookings.submit_draft(
                draft_id=draft.draft_id,
                details=details_of(draft),
                seen_price=draft.price,
                now=self.now,
            )
        )

    def a_draft_is_held_or_let_go(self) -> None:
        if draft := self.a_booking("CREATED"):
            act = self.dice.choice((bookings.extend_draft_hold, bookings.release_draft))
            self.attempt(lambda: act(booking=draft, now=self.now))

    def somebody_cancels(self) -> None:
        if found := self.a_booking(*EXPECTED):
            by = self.member() if self.dice.random() < 0.5 else None
            self.attempt(
                lambda: bookings.cancel_booking(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    revision=found.revision,
                    by=by,
                    now=self.now,
                )
            )

    def more_people_come(self) -> None:
        if found := self.a_booking(*LIVE, kind__in=MANY):
            more = self.dice.choice((1, 2))
            self.attempt(lambda: bookings.add_people(booking=found, more=more, now=self.now))

    def a_party_goes_elsewhere(self) -> None:
        if found := self.a_booking(*LIVE, kind__in=MANY):
            target, by = self.a_target(), self.dice.choice((self.salon.olga, None))
            self.attempt(
                lambda: bookings.move_places(booking=found, target=target, by=by, now=self.now)
            )

    def somebody_waits_for_a_class(self) -> None:
        target, people, name = self.a_target(), self.people(), self.somebody()
        self.attempt(
            lambda: bookings.join_waitlist(
                choice=self.choice(service_of(target), people=people),
                target=target,
                details=who(name),
                visitor=make_visitor(name),
                now=self.now,
            )
        )

    def somebody_waits_for_a_time(self) -> None:
        service, on, name = self.a_service(PLAIN), self.a_day(), self.somebody()
        self.attempt(
            lambda: bookings.wait_for_time(
                choice=self.choice(service),
                wish=Wish(on, on, 10 * 60, 10 * 60 + 30),
                details=who(name),
                visitor=make_visitor(name),
                now=self.now,
            )
        )

    def somebody_in_line_answers(self) -> None:
        found = self.a_booking("WAITING_LIST", "CONFIRMED", waiting__isnull=False)
        if found is None:
            return
        for_time = found.kind == PLAIN
        take = bookings.take_offered_time if for_time else bookings.take_offered_place
        refuse = bookings.refuse_time if for_time else bookings.refuse_offer
        acts: Acts = {
            "take": lambda: take(booking=found, now=self.now),
            "refuse": lambda: refuse(booking=found, now=self.now),
            "leave": lambda: bookings.leave_waitlist(booking=found, by=None, now=self.now),
        }
        self.attempt(acts[self.dice.choice(("take", "take", "refuse", "leave"))])

    def somebody_checks_out(self) -> None:
        open_ones = Payment.objects.filter(status="PENDING").values("order__booking")
        drafts = Booking.objects.filter(status="CREATED").exclude(pk__in=open_ones)
        if draft := self.one(drafts.order_by("pk")):
            way = self.dice.choice((Way.DEPOSIT, Way.FULL, Way.FULL, Way.IN_PERSON))
            self.attempt(lambda: self._check_out(draft, way))

    def _check_out(self, draft: Booking, way: Way) -> None:
        prepared = bookings.prepare_draft(
            draft_id=draft.draft_id,
            details=details_of(draft),
            seen_price=draft.price,
            now=self.now,
        )
        quote = offer_of(booking=prepared, now=self.now).quotes.get(way)
        if quote is None:
            return
        checkout.check_out(
            draft_id=draft.draft_id, way=way, seen=Seen.of(quote), origin=ORIGIN, now=self.now
        )

    def somebody_is_at_the_bank(self) -> None:
        open_ones = Payment.objects.filter(status__in=("PENDING", "CANCELED", "AUTHORIZED"))
        if payment := self.one(open_ones.exclude(provider_ref="").order_by("pk")):
            act = self.dice.choice((Act.PAY, Act.PAY, Act.PAY, Act.DECLINE, Act.CANCEL))
            self.attempt(
                lambda: checkout.act_in_practice(ref=payment.provider_ref, act=act, now=self.now)
            )

    def a_double_booking_is_answered(self) -> None:
        """Its customer takes another time, or all of the money."""
        if found := self.a_booking(*LIVE, double_booked=True):
            at = self.a_time()
            acts: Acts = {
                "move": lambda: bookings.move_out_of_conflict(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    starts_at=at,
                    by=None,
                    now=self.now,
                ),
                "refund": lambda: checkout.cancel_and_refund(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    reason="",
                    by=None,
                    now=self.now,
                ),
            }
            self.attempt(acts[self.dice.choice(sorted(acts))])
