"""What the owner does, an operator in their place, and the settings they change, in
``test_any_order``."""

from datetime import timedelta

from apps.availability import operations as availability
from apps.availability.engine.rezoning import Keep
from apps.availability.models import CourseRun, Session
from apps.availability.operations import Override, SessionChange
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Actor
from apps.bookings.queries.attending import Scope
from apps.bookings.queries.rezoning import find_touched
from apps.bookings.queries.suggestions import find_free_starts
from apps.businesses.models import Business
from apps.businesses.queries import get_clock
from apps.catalog.models import Service
from apps.checkout import operations as checkout
from tests.races.acts_of_customers import PLAIN, who
from tests.races.stage_of_all import EXPECTED, LIVE, MANY, Acts, Stage, service_of


class Team(Stage):
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
                lambda: bookings.let_take_place(
                    session_id=session.pk, by=self.salon.olga, now=self.now
                )
            )

    def the_owner_puts_somebody_in(self) -> None:
        target, people, name = self.a_target(), self.people(), self.somebody()
        self.attempt(
            lambda: bookings.add_booking(
                choice=self.choice(service_of(target), people=people),
                target=target,
                details=who(name),
                by=self.salon.olga,
                now=self.now,
            )
        )

    def the_owner_serves_the_line(self) -> None:
        found = self.a_booking("WAITING_LIST")
        if found is None:
            return
        olga, at = self.salon.olga, self.a_time()
        acts: Acts = {"first": lambda: bookings.move_to_front(booking=found, now=self.now)}
        if found.kind == PLAIN:
            acts = {
                **acts,
                "give": lambda: bookings.give_time(
                    booking=found, starts_at=at, by=olga, now=self.now
                ),
                "offer": lambda: bookings.offer_time(
                    booking=found, starts_at=at, by=olga, now=self.now
                ),
            }
        else:
            acts = {
                **acts,
                "give": lambda: bookings.enrol_from_line(booking=found, by=olga, now=self.now),
            }
        self.attempt(acts[self.dice.choice(sorted(acts))])

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
        self.attempt(acts[self.dice.choice(sorted(acts))])

    def a_class_is_cancelled(self) -> None:
        if self.dice.random() < 0.6:
            return  # what is cancelled is over for the rest of a run
        if session := self.one(Session.objects.filter(kind="CLASS").order_by("pk")):
            live = Booking.objects.filter(session=session, status__in=EXPECTED)
            scope = self.dice.choice((Scope.THIS, Scope.ALL))
            self.attempt(
                lambda: bookings.cancel_class(
                    session_id=session.pk,
                    scope=scope,
                    seen_bookings=live.count(),
                    reason="Ill",
                    by=self.salon.olga,
                    now=self.now,
                )
            )

    def a_course_is_cancelled(self) -> None:
        run = CourseRun.objects.get()
        live, olga = Booking.objects.filter(course_run=run), self.salon.olga
        if self.dice.random() < 0.6:
            return
        if self.dice.random() < 0.2:
            seen = live.filter(status__in=EXPECTED).count()
            self.attempt(
                lambda: bookings.cancel_run(
                    course_run_id=run.pk, seen_bookings=seen, reason="Ill", by=olga, now=self.now
                )
            )
        elif session := self.one(run.sessions.order_by("pk")):
            seen = live.filter(status__in=LIVE).count()
            self.attempt(
                lambda: bookings.cancel_course_date(
                    session_id=session.pk,
                    seen_bookings=seen,
                    reason="Ill",
                    by=olga,
                    now=self.now,
                )
            )

    def a_class_is_changed(self) -> None:
        if session := self.one(Session.objects.filter(kind="CLASS").order_by("pk")):
            live = Booking.objects.filter(session=session, status__in=EXPECTED)
            person = self.dice.choice((self.salon.ana, self.salon.ben))
            at = self.a_time().astimezone(self.salon.business.zone).time()
            anyway = self.dice.choice((None, Override("A guest teacher", self.salon.olga.user_id)))
            change = SessionChange(resource_ids=(person.resource_id,), at=at, override=anyway)
            self.attempt(
                lambda: bookings.change_class(
                    session_id=session.pk,
                    scope=Scope.THIS,
                    change=change,
                    seen_bookings=live.count(),
                    seen_revisions=session.revision,
                    by=self.salon.olga,
                    now=self.now,
                )
            )

    def somebody_takes_time_off(self) -> None:
        at, minutes = self.a_time(), self.dice.choice((30, 120))
        self.attempt(
            lambda: availability.block_time(
                business_id=self.salon.business.pk,
                resource_ids=[self.salon.ben.resource_id],
                starts_at=at,
                ends_at=at + timedelta(minutes=minutes),
                note="Dentist",
                now=self.now,
            )
        )

    def a_place_gets_another_clock(self) -> None:
        """Its own or the business's; an hour away, so that most that is booked stays in hours."""
        business = Business.objects.get(pk=self.salon.business.pk)
        place = self.dice.choice((None, self.salon.location.pk))
        name = self.dice.choice(("Europe/Berlin", "Europe/Lisbon", "Europe/Athens"))
        keep = self.dice.choice(list(Keep))
        clock = get_clock(business=business, location_id=place)
        seen = find_touched(clock=clock, name=name, now=self.now).seal
        self.attempt(
            lambda: bookings.change_zone(
                business_id=business.pk,
                location_id=place,
                name=name,
                keep=keep,
                seen=seen,
                actor=Actor.of(self.member()),
                now=self.now,
            )
        )

    def the_places_of_a_class_change(self) -> None:
        if session := self.one(Session.objects.filter(kind__in=MANY).order_by("pk")):
            places = self.dice.randint(1, 4)
            self.attempt(
                lambda: bookings.change_places(session=session, capacity=places, now=self.now)
            )

    def a_setting_changes(self) -> None:
        """Approval, several requests for one time, minimum, buffers, payment, length of holds."""
        self.has_changed = True
        dice, service = self.dice, self.a_service(PLAIN, *MANY)
        which = dice.choice(
            ("approval", "approval", "minimum", "minimum", "buffers", "pay", "hold")
        )
        if which == "approval":
            service.requires_approval = dice.random() < 0.6
            service.allows_multiple_requests = service.requires_approval and dice.random() < 0.6
            service.unanswered = dice.choice(Service.Unanswered.values)
        elif which == "minimum":
            service.min_participants = dice.choice((0, 2, 2, 3))
            service.decide_before_minutes = dice.choice((60, 1440))
        elif which == "buffers" and service.kind == PLAIN:
            service.buffer_before_minutes = dice.choice((0, 15))
            service.buffer_after_minutes = dice.choice((0, 15, 30))
        elif which == "pay":
            service.pays_online = dice.random() < 0.7
            service.deposit = dice.choice((None, 1000)) if service.pays_online else None
        service.save()
        if which == "hold":
            business = Business.objects.get(pk=self.salon.business.pk)
            business.hold_minutes = dice.choice((0, 10, 10))
            business.save()
