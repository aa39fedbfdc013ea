"""What the owner and operators arrange anew while people book, in ``test_any_order``: the rules and
prices of services, hours, people and rooms, the business itself."""

from collections.abc import Callable
from datetime import date

from apps.availability.engine.rezoning import Keep
from apps.availability.models import DateException, Schedule, WeeklyHours
from apps.bookings.operations import Actor
from apps.bookings.queries.rezoning import find_touched
from apps.businesses import operations as businesses
from apps.businesses.models import Business
from apps.businesses.queries import get_clock
from apps.catalog import operations as catalog
from apps.catalog.models import BookingPolicy, Resource, Service, ServiceRequirement
from apps.catalog.pricing import PaymentTerms, PriceKind
from apps.checkout import operations as checkout
from apps.customers import operations as customers
from apps.customers.models import Customer
from tests.races.stage_of_all import MANY, PLAIN, Said, Stage

UNANSWERED = Service.Unanswered.values


class Arrangers(Stage):
    def a_rule_of_a_service_changes(self) -> None:
        """Approval, several requests for one time, minimum, clean-up, length; as in the admin."""
        dice, service = self.dice, self.a_service(PLAIN, *MANY)
        which = dice.choice(("approval", "approval", "minimum", "minimum", "buffers", "length"))
        if which == "approval":
            service.requires_approval = dice.random() < 0.6
            service.allows_multiple_requests = service.requires_approval and dice.random() < 0.6
        elif which == "minimum":
            service.min_participants = dice.choice((0, 2, 2, 3))
            service.decide_before_minutes = dice.choice((60, 1440))
        elif which == "buffers" and service.kind == PLAIN:
            service.buffer_before_minutes = dice.choice((0, 15))
            service.buffer_after_minutes = dice.choice((0, 15, 30))
        elif which == "length" and service.kind == PLAIN:
            service.duration_minutes = dice.choice((30, 45, 90, 120))
        self.attempt(service.save)

    def a_price_changes(self) -> None:
        """Price, ways to pay, deposit and tax, on the owners' page."""
        service, dice = self.a_service(PLAIN, *MANY), self.dice
        online = dice.random() < 0.7
        deposit = dice.choice((None, 1000)) if online else None
        kind = dice.choice((PriceKind.FREE, *5 * (PriceKind.FIXED,)))
        free = kind is PriceKind.FREE
        terms = PaymentTerms(
            price_kind=kind,
            price=dice.choice((4800, 5000, 7400)),
            pays_in_person=dice.random() < 0.8,
            pays_online=online and not free,
            deposit=None if free else deposit,
            any_amount=bool(deposit) and dice.random() < 0.5,
            full_upfront=dice.random() < 0.7,
            tax_rate=dice.choice((0, 1900)),
        )
        self.attempt(
            lambda: catalog.change_payment(
                business_id=service.business_id,
                service_id=service.pk,
                terms=terms,
                seen_revision=service.revision,
                can_authorize=True,
            )
        )

    def what_becomes_of_the_unanswered_changes(self) -> None:
        service, unanswered = self.a_service(PLAIN), self.dice.choice(UNANSWERED)
        self.attempt(
            lambda: catalog.change_unanswered(
                business_id=service.business_id,
                service_id=service.pk,
                unanswered=Service.Unanswered(unanswered),
                seen_revision=service.revision,
            )
        )

    def the_policy_changes(self) -> None:
        """Until when one may book, cancel and move, and how long an offer stands."""
        dice, policy = self.dice, BookingPolicy.objects.get(pk=self.salon.policy.pk)
        policy.min_notice_minutes = dice.choice((None, 60))
        policy.cancel_until_minutes = dice.choice((None, 60, 1440))
        policy.cancel_allowed = dice.random() < 0.8
        policy.fee_windows = dice.choice(([], [[2880, 5000, None]], [[1440, None, 700]]))
        policy.move_until_minutes = dice.choice((None, 60, 1440))
        policy.waitlist_minutes = dice.choice((5, 60))
        policy.max_participants = dice.choice((2, 3))
        policy.rebooking_limit = dice.choice((None, None, 2, 4))
        policy.rebooking_days = dice.choice((None, 7)) if policy.rebooking_limit else None
        policy.selection = dice.choice(BookingPolicy.Selection.values)
        self.attempt(policy.save)

    def the_hours_change(self) -> None:
        """A day is closed or opens otherwise, for the business, a person or a service; or the rule
        goes again."""
        dice, salon = self.dice, self.salon
        if dice.random() < 0.3:
            gone = self.one(DateException.objects.order_by("pk"))
            self.attempt(lambda: gone and gone.delete())
            return
        owner: Said = dice.choice(
            ({}, {"resource_id": salon.ana.resource_id}, {"service_id": salon.cut.pk})
        )
        on, closed = self.a_day(), dice.random() < 0.4
        minutes = {} if closed else {"starts_minute": 11 * 60, "ends_minute": 17 * 60}
        self.attempt(lambda: self._except(owner, on, minutes))

    def _except(self, owner: Said, on: date, minutes: Said) -> None:
        found: Said = {"resource_id": None, "service_id": None, **owner}
        schedule, is_new = Schedule.objects.get_or_create(business=self.salon.business, **found)
        if is_new:
            WeeklyHours.objects.bulk_create(
                WeeklyHours(schedule=schedule, weekday=day, starts_minute=540, ends_minute=1080)
                for day in range(7)
            )
        DateException.objects.filter(schedule=schedule, on=on).delete()
        DateException.objects.create(schedule=schedule, on=on, **minutes)

    def the_team_changes(self) -> None:
        """A person or the wash station is away or back; somebody learns to do a service."""
        dice = self.dice
        if dice.random() < 0.5:
            resource = self.one(Resource.objects.order_by("pk"))
            resource.active = not resource.active if dice.random() < 0.5 else True
            self.attempt(resource.save)
            return
        need = self.one(ServiceRequirement.objects.filter(resource_type__is_staff=True))
        team = Resource.objects.filter(type__is_staff=True).order_by("pk")
        able = dice.choice(([], list(team), list(team)[:1]))
        self.attempt(lambda: need.eligible.set(able))

    def the_business_changes(self) -> None:
        """How long it holds a time, whether it takes bookings at all and from whom, its address."""
        dice, of = self.dice, self.salon.business.pk
        hold, slug = dice.choice((0, 10, 10)), dice.choice(("juniper", "juniper-hair"))
        rows, person = Business.objects.filter(pk=of), self.one(Customer.objects.order_by("pk"))
        known: Said = {"business_id": of, "customer_id": person.pk if person else 0}
        acts: dict[str, Callable[[], object]] = {
            "hold": lambda: rows.update(hold_minutes=hold),
            "pause": lambda: dice.random() < 0.6 or businesses.pause_business(business_id=of),
            "publish": lambda: businesses.publish_business(business_id=of),
            "rename": lambda: businesses.rename_business(business_id=of, slug=slug),
        }
        if person:
            acts["unblock"] = lambda: customers.unblock_customer(**known)
            acts["block"] = lambda: customers.block_customer(**known, blocked=dice.random() < 0.3)
        self.attempt_one(acts)

    def a_place_gets_another_clock(self) -> None:
        """Its own or the business's; an hour away, so that most that is booked stays in hours."""
        business = Business.objects.get(pk=self.salon.business.pk)
        place = self.dice.choice((None, self.salon.location.pk))
        name = self.dice.choice(("Europe/Berlin", "Europe/Lisbon", "Europe/Athens"))
        keep, actor = self.dice.choice(list(Keep)), Actor.of(self.member())
        clock = get_clock(business=business, location_id=place)
        seen = find_touched(clock=clock, name=name, now=self.now).seal
        self.attempt(
            lambda: checkout.change_zone(
                business_id=business.pk,
                location_id=place,
                name=name,
                keep=keep,
                seen=seen,
                actor=actor,
                now=self.now,
            )
        )
