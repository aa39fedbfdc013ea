"""What the owner does, or an operator in their place, with requests, lines and overlaps, in
``test_any_order``."""

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.suggestions import find_free_starts
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.waitlists import operations as waitlists
from tests.races.acts_of_customers import Customers, who
from tests.races.stage_of_all import LIVE, PLAIN, Acts, Said, service_of


class Team(Customers):
    def a_request_is_confirmed(self) -> None:
        if found := self.a_booking("PENDING"):
            by, why = self.member(), self.dice.choice(("", "", "A promise"))
            self.attempt(
                lambda: bookings.confirm_request(
                    booking_id=found.pk,
                    revision=found.revision,
                    by=by,
                    now=self.now,
                    override_reason=why,
                )
            )
            self._perhaps_take_back(found)

    def a_request_is_declined(self) -> None:
        if found := self.a_booking("PENDING"):
            by = self.member()
            self.attempt(
                lambda: bookings.decline_request(
                    booking_id=found.pk, revision=found.revision, by=by, now=self.now
                )
            )
            self._perhaps_take_back(found)

    def another_time_is_suggested(self) -> None:
        if found := self.a_booking("PENDING", kind=PLAIN):
            self.attempt(
                lambda: bookings.suggest_times(
                    booking_id=found.pk,
                    revision=found.revision,
                    by=self.salon.olga,
                    starts=find_free_starts(booking=found, now=self.now)[:2],
                    now=self.now,
                )
            )
            self._perhaps_take_back(found)
            if self.chance(0.5):
                self.somebody_takes_a_suggested_time()

    def a_request_to_move_is_answered(self) -> None:
        if found := self.a_booking("CONFIRMED", move_requests__state="OPEN"):
            said: Said = {"booking_id": found.pk, "revision": found.revision, "now": self.now}
            by, of = self.member(), found.business_id
            is_class = found.kind == "CLASS"
            accept = classes.accept_session if is_class else bookings.accept_move
            self.attempt_one(
                {
                    "yes": lambda: accept(**said, business_id=of, by=by),
                    "no": lambda: bookings.decline_move(**said, business_id=of, by=by),
                }
            )

    def an_answer_is_taken_back(self) -> None:
        if found := self.a_booking("CONFIRMED", "DECLINED"):
            self._take_back(found)

    def _perhaps_take_back(self, found: Booking) -> None:
        """Most answers stand; some are taken back within the ten seconds."""
        if self.dice.random() < 0.3:
            found.refresh_from_db()
            self._take_back(found)

    def _take_back(self, found: Booking) -> None:
        by = self.member()
        self.attempt(
            lambda: bookings.undo_decision(
                booking_id=found.pk, revision=found.revision, by=by, now=self.now
            )
        )

    def the_owner_lets_it_take_place(self) -> None:
        if session := self.one(Session.objects.filter(bookings__status="PENDING").order_by("pk")):
            self.attempt(
                lambda: classes.let_take_place(
                    session_id=session.pk, by=self.salon.olga, now=self.now
                )
            )

    def the_owner_puts_somebody_in(self) -> None:
        target, people, name = self.a_target(), self.people(), self.somebody()
        self.attempt(
            lambda: checkout.book_with_discount(
                book=lambda: classes.add_booking(
                    choice=self.choice(service_of(target), people=people),
                    target=target,
                    details=who(name),
                    by=self.salon.olga,
                    now=self.now,
                ),
                now=self.now,
            )
        )

    def the_owner_serves_the_line(self) -> None:
        found = self.a_booking("WAITING_LIST")
        if found is None:
            return
        olga, at = self.salon.olga, self.a_time()
        acts: Acts = {"first": lambda: waitlists.move_to_front(booking=found, now=self.now)}
        if found.kind == PLAIN:
            acts = {
                **acts,
                "give": lambda: waitlists.give_time(
                    booking=found, starts_at=at, by=olga, now=self.now
                ),
                "offer": lambda: waitlists.offer_time(
                    booking=found, starts_at=at, by=olga, now=self.now
                ),
            }
        else:
            acts = {
                **acts,
                "give": lambda: waitlists.enrol_from_line(booking=found, by=olga, now=self.now),
            }
        self.attempt_one(acts)

    def a_double_booking_is_resolved(self) -> None:
        found = self.a_booking(*LIVE, double_booked=True)
        other = self.a_booking(*LIVE, kind=PLAIN)
        if found is None or other is None:
            return
        olga, at = self.salon.olga, self.a_time()
        acts: Acts = {
            "keep": lambda: bookings.keep_both(
                booking_id=found.pk, reason="Both come", by=olga, now=self.now
            ),
            "move": lambda: bookings.move_out_of_conflict(
                booking_id=found.pk,
                business_id=found.business_id,
                starts_at=at,
                by=olga,
                now=self.now,
            ),
            "other": lambda: bookings.move_the_other(
                booking_id=found.pk, other_id=other.pk, starts_at=at, by=olga, now=self.now
            ),
            "end": lambda: checkout.cancel_the_other(
                booking_id=found.pk, other_id=other.pk, by=olga, now=self.now
            ),
        }
        self.attempt_one(acts)
