"""What customers do with times and places, in ``test_any_order``; their money has other files."""

from collections.abc import Mapping
from datetime import timedelta

from apps.availability.models import CourseRun
from apps.bookings import operations as bookings
from apps.bookings.models import Booking, SuggestedTime
from apps.bookings.operations import Details
from apps.bookings.wishes import Wish
from apps.businesses.models import TeamMember
from apps.checkout import operations as checkout
from apps.checkout.queries.party import plan_party
from apps.classes import operations as classes
from apps.classes.queries.party import party_of
from apps.classes.queries.transfer import prices_there
from apps.waitlists import operations as waitlists
from apps.waitlists.operations import WaitingDetails
from tests.factories import make_visitor
from tests.races.stage_of_all import (
    ASTRAY,
    EXPECTED,
    LIVE,
    MANY,
    PLAIN,
    Acts,
    Said,
    Stage,
    service_of,
)


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
            lambda: classes.hold_seats(
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

    def a_draft_goes_to_another_browser(self) -> None:
        if draft := self.a_booking("CREATED"):
            visitor = bookings.Visitor("another", "", draft.time_zone)
            again = bookings.hold_draft_again
            bookings.take_over_draft(draft_id=draft.draft_id, visitor=visitor)
            self.attempt(lambda: again(draft_id=draft.draft_id, now=self.now))

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

    def somebody_cancels_alone(self) -> None:
        if found := self.a_booking("PENDING", "CONFIRMED"):
            self.attempt(
                lambda: bookings.cancel_own(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    revision=found.revision,
                    seen_fee=self.dice.choice((0, 100_000)),
                    now=self.now,
                )
            )

    def a_cancellation_is_taken_back(self) -> None:
        if found := self.a_booking("CANCELED", hold_expires_at__isnull=False):
            self.attempt(
                lambda: bookings.undo_cancellation(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    revision=found.revision,
                    now=self.now,
                )
            )

    def more_people_come(self) -> None:
        if found := self.a_booking(*LIVE, kind__in=MANY):
            more = self.dice.choice((1, 2))
            self.attempt(lambda: checkout.add_people(booking=found, more=more, now=self.now))

    def a_party_changes(self) -> None:
        """Fewer or more come, as the page says, half the time where it was paid; now and then from
        an old page, and often by the team, which may give money back or not."""
        is_paid: Said = {"paid__gt": 0} if self.chance(0.3) else {}
        is_paid = {"payment_option": "MEMBERSHIP"} if self.chance(0.2) else is_paid
        kinds = (*MANY, *MANY, PLAIN)
        if found := self.a_booking(*LIVE, kind=self.dice.choice(kinds), **is_paid):
            wanted = {key: self.dice.choice((0, 1, 2, 3)) for key in party_of(found).names}
            seen, by = found.revision - self.chance(ASTRAY), self.dice.choice((self.member(), None))
            self.attempt(lambda: self._change_party(found, wanted, revision=seen, by=by))

    def _change_party(
        self, found: Booking, wanted: Mapping[int, int], *, revision: int, by: TeamMember | None
    ) -> None:
        planned = plan_party(booking=found, wanted=wanted, is_team=by is not None, now=self.now)
        checkout.change_party(
            booking=found,
            wanted=wanted,
            revision=revision,
            seen_price=planned.money.price,
            by=by,
            refunds=by is None or self.chance(0.7),
            now=self.now,
        )

    def a_party_goes_elsewhere(self) -> None:
        if found := self.a_booking(*LIVE, kind__in=MANY):
            target, by = self.a_target(), self.dice.choice((self.salon.olga, None))
            if by and isinstance(target, CourseRun):
                self.attempt(lambda: self._transfer(found, target))
                return
            self.attempt(
                lambda: classes.move_places(booking=found, target=target, by=by, now=self.now)
            )

    def a_move_is_taken_back(self) -> None:
        """By whoever has just moved it, sooner or later; now and then from an old page."""
        if self.chance(0.5):
            self.dice.choice((self.a_party_goes_elsewhere, self.an_appointment_goes_elsewhere))()
        just = {"history__action": "MOVED", "history__at__gt": self.now - timedelta(minutes=11)}
        if found := self.a_booking(*LIVE, kind__in=(PLAIN, "CLASS"), **just):
            undo = classes.undo_move_of_places if found.kind == "CLASS" else bookings.undo_move
            seen = found.revision - self.chance(ASTRAY)
            of = found.business_id
            self.attempt(
                lambda: undo(booking_id=found.pk, business_id=of, revision=seen, now=self.now)
            )

    def _transfer(self, found: Booking, run: CourseRun) -> None:
        checkout.transfer_course(
            booking=found,
            target=run,
            seen_price=prices_there(booking=found, runs=[run], now=self.now)[run.pk],
            refunds=self.chance(0.8),
            by=self.salon.olga,
            now=self.now,
        )

    def an_appointment_goes_elsewhere(self) -> None:
        """By its customer or the team, with a person or anybody; now and then from an old page."""
        if found := self.a_booking(*LIVE, kind__in=(PLAIN, "CLASS")):
            at, by = self.a_time(), self.dice.choice((self.member(), None, None))
            with_whom = self.dice.choice((None, None, self.salon.ana.resource_id))
            seen = found.revision - self.chance(ASTRAY)
            self.attempt(
                lambda: bookings.move_booking(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    revision=seen,
                    starts_at=at,
                    resource_id=with_whom,
                    by=by,
                    message="We are closed that day" if by else "",
                    now=self.now,
                )
            )

    def somebody_asks_to_move(self) -> None:
        """Where the team agrees to each time; now and then to where they are, or from an old
        page."""
        if found := self.a_booking("CONFIRMED", kind=PLAIN):
            at, seen = self.a_time(), found.revision - self.chance(ASTRAY)
            with_whom = self.dice.choice((None, self.salon.ana.resource_id))
            self.attempt(
                lambda: bookings.ask_to_move(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    revision=seen,
                    starts_at=at,
                    resource_id=with_whom,
                    now=self.now,
                )
            )

    def somebody_asks_for_another_session(self) -> None:
        """Where the team agrees to each one; now and then from an old page."""
        if found := self.a_booking("CONFIRMED", kind="CLASS"):
            target, seen = self.a_target(), found.revision - self.chance(ASTRAY)
            self.attempt(
                lambda: classes.ask_for_session(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    revision=seen,
                    target_id=target.pk,
                    now=self.now,
                )
            )

    def a_request_to_move_is_withdrawn(self) -> None:
        if found := self.a_booking("CONFIRMED", move_requests__state="OPEN"):
            self.attempt(
                lambda: bookings.withdraw_move(
                    booking_id=found.pk,
                    business_id=found.business_id,
                    revision=found.revision,
                    now=self.now,
                )
            )

    def somebody_waits_for_a_class(self) -> None:
        full = [it for it in self.targets() if it.seats_taken + it.seats_offered >= it.capacity]
        target, people, name = self.one(full) or self.a_target(), self.people(), self.somebody()
        self.attempt(
            lambda: waitlists.join_waitlist(
                choice=self.choice(service_of(target), people=people),
                target=target,
                details=who(name),
                visitor=make_visitor(name),
                now=self.now,
            )
        )

    def somebody_waits_for_a_time(self) -> None:
        """Of somebody who has it, most of the time."""
        service, at, name = self.a_service(PLAIN), self.a_time(), self.somebody()
        taken = self.a_booking(*LIVE, kind=PLAIN)
        if taken and self.chance(0.8):
            service, at = taken.service, taken.starts_at
        local = at.astimezone(self.salon.business.zone)
        on, begin = local.date(), local.hour * 60 + local.minute
        self.attempt(
            lambda: waitlists.wait_for_time(
                choice=self.choice(service),
                wish=Wish(on, on, begin, begin + 30),
                details=who(name),
                visitor=make_visitor(name),
                now=self.now,
            )
        )

    def somebody_in_line_answers(self) -> None:
        offered = self.a_booking("WAITING_LIST", waiting__state="OFFERED")
        found = offered or self.a_booking("WAITING_LIST", "CONFIRMED", waiting__isnull=False)
        if found is None:
            return
        acts: Acts = {
            "take": lambda: waitlists.take_offer(booking=found, now=self.now),
            "refuse": lambda: waitlists.refuse_offer(booking=found, now=self.now),
            "leave": lambda: waitlists.leave_waitlist(booking=found, by=None, now=self.now),
        }
        self.attempt(acts[self.dice.choice(("take", "take", "refuse", "leave"))])

    def somebody_would_take_a_better_time(self) -> None:
        """Of somebody who has it, with a person or anybody; now and then they stop looking."""
        found = self.a_booking("CONFIRMED", kind=PLAIN)
        if found is None:
            return
        taken = self.a_booking(*LIVE, kind=PLAIN) or found
        with_whom = self.dice.choice((None, None, self.salon.ana.resource_id))
        local = taken.starts_at.astimezone(self.salon.business.zone)
        on, begin = local.date(), local.hour * 60 + local.minute
        if self.chance(ASTRAY):
            end = waitlists.end_wish
            self.attempt(
                lambda: end(booking_id=found.pk, business_id=found.business_id, now=self.now)
            )
            return
        self.attempt(
            lambda: waitlists.wish_for_better_time(
                booking=found,
                revision=found.revision - self.chance(ASTRAY),
                wish=Wish(on, on, begin, begin + 30),
                resource_id=with_whom,
                now=self.now,
            )
        )

    def a_better_time_is_answered(self) -> None:
        """Swapped, or let pass; now and then from an old mail, or after the wish is over."""
        offered = self.a_booking("CONFIRMED", move_wish__state="OFFERED")
        found = offered or self.a_booking(*EXPECTED, move_wish__isnull=False)
        if found is None:
            return
        offer = found.move_wish.offers - self.chance(ASTRAY)
        acts: Acts = {
            "swap": lambda: waitlists.swap(booking=found, offer=offer, now=self.now),
            "keep": lambda: waitlists.keep_own_time(booking=found, offer=offer, now=self.now),
        }
        self.attempt(acts[self.dice.choice(("swap", "swap", "keep"))])

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
            self.attempt_one(acts)

    def small_things_are_done(self) -> None:
        """A note, a link, an address put right: nothing that takes or gives time or money."""
        found, olga = self.a_booking(*EXPECTED, customer__isnull=False), self.salon.olga
        if found is None:
            return
        said: Said = {
            "booking_id": found.pk,
            "revision": found.revision,
            "by": olga,
            "now": self.now,
        }
        of = found.business
        self.attempt_one(
            {
                "note": lambda: bookings.note_booking(**said, note="Likes it short"),
                "link": lambda: bookings.set_online_link(**said, link="https://meet.example/1"),
                "wait on": lambda: bookings.wait_on(
                    booking_id=found.pk,
                    business_id=of.pk,
                    revision=found.revision,
                    now=self.now,
                ),
                "access": lambda: bookings.exchange_link(
                    token=bookings.create_access_link(booking=found, now=self.now), now=self.now
                ),
                "revoke": lambda: bookings.revoke_links(booking=found, now=self.now),
                "close": lambda: bookings.close_links(
                    booking_id=found.pk,
                    business_id=of.pk,
                    revision=found.revision,
                    asked_by="",
                    sends=True,
                    now=self.now,
                ),
                "link for the customer": lambda: bookings.make_link(
                    booking_id=found.pk, revision=found.revision, by=olga, now=self.now
                ),
                "keep": lambda: bookings.keep_open(booking=found, now=self.now),
                "find": lambda: bookings.ask_for_links(
                    business=of, email=found.contact_email, reference="", now=self.now
                ),
                "address": lambda: bookings.correct_address(
                    booking_id=found.pk, business_id=of.pk, email="new@example.com", now=self.now
                ),
            }
        )
