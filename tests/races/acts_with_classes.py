"""What becomes of classes and courses in ``test_any_order``: scheduled, changed, called off, grown;
time off of a person; who came."""

from datetime import timedelta

from apps.availability import operations as availability
from apps.availability.engine.series import SeriesRule
from apps.availability.models import CourseRun, Session
from apps.availability.operations import Override, SessionChange, SessionFacts
from apps.availability.queries.scheduling import ProposedSession
from apps.bookings.models import Attendance
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.classes.queries.attending import Scope, seen_of_class, seen_of_date, seen_of_run
from tests.races.stage_of_all import LIVE, MANY, Stage


class Classes(Stage):
    def something_is_scheduled(self) -> None:
        """A class as a series or a run of a course, also although something is there."""
        service, at = self.a_service(*MANY), self.a_time()
        local = at.astimezone(self.salon.business.zone)
        facts = SessionFacts(
            service,
            self.salon.location,
            (self.dice.choice((self.salon.ana, self.salon.ben)).resource_id,),
            capacity=self.dice.choice((1, 2, 3)),
            override=self._anyway(),
        )
        start = int(at.timestamp())
        proposal = ProposedSession(start=start, end=start + service.duration_minutes * 60)
        rule = SeriesRule(
            first_on=local.date(),
            weekdays=(4, 5),
            starts_minute=local.hour * 60 + local.minute,
            duration_minutes=service.duration_minutes,
            count=2,
        )
        if service.kind == "CLASS":
            self.attempt(
                lambda: availability.open_series(
                    rule=rule, facts=facts, skip_closed=True, now=self.now
                )
            )
        else:
            self.attempt(
                lambda: availability.open_course_run(
                    facts=facts, proposals=[proposal], name="", now=self.now
                )
            )

    def _anyway(self) -> Override | None:
        return self.dice.choice((None, Override("A guest teacher", self.salon.olga.user_id)))

    def a_class_is_cancelled(self) -> None:
        if self.dice.random() < 0.6:
            return  # what is cancelled is over for the rest of a run
        if session := self.one(Session.objects.filter(kind="CLASS").order_by("pk")):
            scope = self.dice.choice(list(Scope))
            self.attempt(
                lambda: classes.cancel_class(
                    session_id=session.pk,
                    scope=scope,
                    seen=seen_of_class(session=session, scope=scope, now=self.now),
                    reason="Ill",
                    by=self.salon.olga,
                    now=self.now,
                )
            )

    def a_course_is_cancelled(self) -> None:
        run = self.one(CourseRun.objects.order_by("pk"))
        olga = self.salon.olga
        if self.dice.random() < 0.6:
            return
        if self.dice.random() < 0.2:
            seen = seen_of_run(course_run_id=run.pk)
            self.attempt(
                lambda: classes.cancel_run(
                    course_run_id=run.pk, seen=seen, reason="Ill", by=olga, now=self.now
                )
            )
        elif session := self.one(run.sessions.order_by("pk")):
            seen = seen_of_date(session=session)
            self.attempt(
                lambda: classes.cancel_course_date(
                    session_id=session.pk,
                    seen=seen,
                    reason="Ill",
                    by=olga,
                    now=self.now,
                )
            )

    def a_class_is_changed(self) -> None:
        if session := self.one(Session.objects.filter(kind="CLASS").order_by("pk")):
            person = self.dice.choice((self.salon.ana, self.salon.ben))
            at = self.a_time().astimezone(self.salon.business.zone).time()
            change = SessionChange(
                resource_ids=(person.resource_id,), at=at, override=self._anyway()
            )
            scope = self.dice.choice(list(Scope))
            self.attempt(
                lambda: classes.change_class(
                    session_id=session.pk,
                    scope=scope,
                    change=change,
                    seen=seen_of_class(session=session, scope=scope, now=self.now),
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

    def the_places_of_a_class_change(self) -> None:
        if session := self.one(Session.objects.filter(kind__in=MANY).order_by("pk")):
            places = self.dice.randint(1, 4)
            self.attempt(
                lambda: classes.change_places(session=session, capacity=places, now=self.now)
            )

    def somebody_is_marked(self) -> None:
        """Here, not here, or not known; or all who are left came."""
        found, olga = self.a_booking(*LIVE), self.salon.olga
        if found is None:
            return
        mine = Session.objects.filter(bookings=found)
        if found.course_run:
            mine = found.course_run.sessions.all()
        session, state = self.one(mine.order_by("pk")), self.dice.choice((None, *Attendance.State))
        seat = self.dice.choice((0, 0, 1))
        self.attempt_one(
            {
                "one": lambda: checkout.mark_attendance(
                    session_id=session.pk,
                    reference=found.reference,
                    seat=seat,
                    state=state,
                    by=olga,
                    now=self.now,
                ),
                "all": lambda: classes.mark_all_here(session_id=session.pk, by=olga, now=self.now),
                "words": lambda: classes.message_people(
                    session_id=session.pk, text="Bring a towel", by=olga, now=self.now
                ),
            }
        )
