"""One customer's claim on a session."""

from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.availability.models import CourseRun, Seating, Session
from apps.bookings.policy import ServiceSnapshot
from apps.businesses.models import Business, Location
from apps.catalog.models import Resource, Service, Variant
from apps.customers.models import Customer


def reading_of(at: datetime, zone: ZoneInfo) -> str:
    """What the clock of a place reads at an instant, as a booking keeps it: "2026-11-26T10:15"."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


class Bookings(models.QuerySet["Booking"]):
    """Bookings, asked by what counts of them."""

    def held(self, now: datetime) -> Self:
        """Drafts whose hold has not run out (rule C5)."""
        return self.filter(status=Booking.Status.CREATED, hold_expires_at__gt=now)

    def cancelled_just_now(self) -> Self:
        """Those whose customers may still take their cancellation back, or whose end is not written
        yet: no money moves (rule B34)."""
        return self.filter(status=Booking.Status.CANCELED, hold_expires_at__isnull=False)


class Booking(models.Model):
    """Instants are UTC, price is minor units of the business's currency as it was sealed.

    A CREATED booking is the customer's draft, its hold and the idempotency key in one. `reference`
    is for people and is no secret; `draft_id` is the address of the draft and works only in the
    browser that made it (visitor_hash).
    """

    class Status(models.TextChoices):
        CREATED = "CREATED", _("Not finished")
        PENDING = "PENDING", _("Request")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        WAITING_LIST = "WAITING_LIST", _("On the waitlist")
        DECLINED = "DECLINED", _("Declined")
        CANCELED = "CANCELED", _("Cancelled")

    class PaymentStatus(models.TextChoices):
        UNDEFINED = "UNDEFINED", _("Open")
        NOT_PAID = "NOT_PAID", _("Not paid")
        PARTIALLY_PAID = "PARTIALLY_PAID", _("Partly paid")
        PAID = "PAID", _("Paid")
        REFUNDED = "REFUNDED", _("Refunded")
        EXEMPT = "EXEMPT", _("Free")

    class PaymentOption(models.TextChoices):
        UNDEFINED = "UNDEFINED", _("Not chosen")
        OFFLINE = "OFFLINE", _("In person")
        ONLINE = "ONLINE", _("Online")
        MEMBERSHIP = "MEMBERSHIP", _("Plan")

    class Selection(models.TextChoices):
        ANY_RESOURCE = "ANY_RESOURCE", _("Anyone")
        SPECIFIC_RESOURCE = "SPECIFIC_RESOURCE", _("Chosen")

    class Source(models.TextChoices):
        WEB = "WEB", _("Booking page")
        OWNER = "OWNER", _("Dashboard")

    reference = models.CharField(max_length=8, unique=True)
    draft_id = models.CharField(max_length=32, unique=True)
    visitor_hash = models.CharField(max_length=64, blank=True)
    network_hash = models.CharField(max_length=64, blank=True)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="bookings")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bookings")
    variant = models.ForeignKey(
        Variant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    session = models.ForeignKey(
        Session, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    course_run = models.ForeignKey(
        CourseRun, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    seating = models.OneToOneField(
        Seating, null=True, blank=True, on_delete=models.PROTECT, related_name="booking"
    )
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    selection = models.CharField(max_length=20, choices=Selection, default=Selection.ANY_RESOURCE)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    contact_name = models.CharField(max_length=120, blank=True)
    contact_email = models.CharField(max_length=254, blank=True)
    contact_phone = models.CharField(max_length=32, blank=True)
    visit_address = models.CharField(
        max_length=300, blank=True, help_text=_("Where the customer wants a home visit")
    )
    kind = models.CharField(max_length=12, choices=Service.Kind)
    status = models.CharField(max_length=12, choices=Status, default=Status.CREATED)
    payment_status = models.CharField(
        max_length=16, choices=PaymentStatus, default=PaymentStatus.UNDEFINED
    )
    payment_option = models.CharField(
        max_length=12, choices=PaymentOption, default=PaymentOption.UNDEFINED
    )
    party_size = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=250, help_text=_("Name of the service when booked"))
    price = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Minor units; empty when on request")
    )
    paid = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Minor units that came and did not go back")
    )
    returned = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Minor units that came and went back again")
    )
    authorized = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("Minor units on the customer's card, not taken yet")
    )
    currency = models.CharField(max_length=3)
    price_text = models.CharField(max_length=50, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64, help_text=_("The zone the customer saw"))
    wall_time = models.CharField(max_length=16, help_text=_("The venue's local time as promised"))
    tzdata_version = models.CharField(max_length=12)
    hold_expires_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_(
            "Until when a draft keeps its time, or a cancelled booking its place for an undo"
        ),
    )
    cancellation_fee = models.PositiveIntegerField(
        default=0,
        db_default=0,
        help_text=_("Minor units that cancelling or not coming costs the customer"),
    )
    answer_by = models.DateTimeField(null=True, blank=True)
    customer_note = models.TextField(max_length=2000, blank=True)
    owner_note = models.TextField(max_length=2000, blank=True)
    draft_text = models.JSONField(default=dict, blank=True)
    policy_snapshot = models.JSONField(default=dict)
    service_snapshot = models.JSONField(default=dict)
    double_booked = models.BooleanField(default=False)
    skip_availability_validation = models.BooleanField(default=False)
    skip_business_confirmation = models.BooleanField(default=False)
    override_reason = models.CharField(max_length=250, blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.WEB)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    requested_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when it says no more whose it was")
    )

    objects = Bookings.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="booking_target_fits_its_kind",
                condition=Q(kind="COURSE", session__isnull=True, course_run__isnull=False)
                | Q(
                    kind__in=("APPOINTMENT", "CLASS"),
                    session__isnull=False,
                    course_run__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="classes_and_courses_have_seats",
                condition=Q(kind="APPOINTMENT", seating__isnull=True)
                | Q(kind__in=("CLASS", "COURSE"), seating__isnull=False)
                | Q(
                    kind__in=("CLASS", "COURSE"),
                    status__in=("WAITING_LIST", "DECLINED", "CANCELED"),
                ),
            ),
            models.UniqueConstraint(
                name="one_hold_per_draft", fields=["session"], condition=Q(kind="APPOINTMENT")
            ),
            models.CheckConstraint(
                name="only_a_draft_has_no_customer",
                condition=Q(status="CREATED") | Q(customer__isnull=False),
            ),
            models.CheckConstraint(
                name="draft_payment_is_undefined",
                condition=~Q(status="CREATED") | Q(payment_status="UNDEFINED"),
            ),
            models.CheckConstraint(
                name="booking_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(name="booking_is_for_somebody", condition=Q(party_size__gte=1)),
            models.CheckConstraint(
                name="only_what_was_missed_has_a_fee",
                condition=Q(cancellation_fee=0)
                | Q(status__in=("CANCELED", "CONFIRMED"), cancellation_fee__lte=F("price")),
            ),
            models.CheckConstraint(
                name="erased_booking_names_nobody",
                condition=Q(erased_at__isnull=True)
                | Q(
                    contact_email="",
                    contact_phone="",
                    visit_address="",
                    customer_note="",
                    visitor_hash="",
                    network_hash="",
                ),
            ),
            models.CheckConstraint(
                name="override_gives_a_reason",
                condition=Q(skip_availability_validation=False) | ~Q(override_reason=""),
            ),
        ]
        indexes = [
            # For all of them: SQLite uses an index of "status in (...)" only for literal values.
            models.Index(fields=["business", "starts_at"], name="booking_by_business_start"),
            models.Index(
                fields=["business", "requested_at"],
                name="booking_requests",
                condition=Q(status="PENDING"),
            ),
            models.Index(
                fields=["created_at"], name="booking_drafts", condition=Q(status="CREATED")
            ),
            # A tap asks for the visitor's last draft, the timetable for their places; without it
            # SQLite reads a whole business.
            models.Index(
                fields=["visitor_hash"],
                name="booking_by_visitor",
            ),
            models.Index(
                fields=["network_hash", "hold_expires_at"],
                name="booking_holds_by_network",
                condition=Q(status="CREATED"),
            ),
            models.Index(fields=["customer", "-starts_at"], name="booking_by_customer"),
            models.Index(fields=["business", "-id"], name="booking_newest"),
            models.Index(
                fields=["business", "starts_at"],
                name="booking_conflicts",
                condition=Q(double_booked=True),
            ),
            models.Index(
                fields=["hold_expires_at"],
                name="booking_cancelled_just_now",
                condition=Q(status="CANCELED", hold_expires_at__isnull=False),
            ),
            models.Index(
                fields=["business"],
                name="booking_over_with_money",
                condition=Q(status__in=("CANCELED", "DECLINED"), paid__gt=0),
            ),
            models.Index(
                fields=["business"],
                name="booking_missed_with_fee",
                condition=Q(status="CONFIRMED", cancellation_fee__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def is_held(self, now: datetime) -> bool:
        """Whether the hold of a draft has not run out (rule C5)."""
        return self.hold_expires_at is not None and self.hold_expires_at > now

    @property
    def is_cancelled_just_now(self) -> bool:
        """Whether its customer may still take its cancellation back, or its end is not written yet:
        nothing is decided about its money (rule B34)."""
        return self.status == self.Status.CANCELED and self.hold_expires_at is not None

    @property
    def is_at_the_till(self) -> bool:
        """Whether a payment was begun for a draft; it has an order then."""
        is_draft = self.status == self.Status.CREATED
        return is_draft and self.payment_option == self.PaymentOption.ONLINE

    @property
    def asked_at(self) -> datetime:
        """Since when a request waits; of one that the team made, when it did."""
        return self.requested_at or self.created_at

    @property
    def is_explained(self) -> bool:
        """Whether it says why its time may lie beside the constraint: somebody of the team gave a
        reason, or it was paid for after its time had gone."""
        overridden = self.skip_availability_validation and bool(self.override_reason)
        return self.double_booked or overridden

    @property
    def asks_first(self) -> bool:
        """Whether the team has to say yes: to a time it suggested itself it did already."""
        return self.service.requires_approval and not self.skip_business_confirmation

    @property
    def was_asked_for(self) -> bool:
        """The same of what is booked, as its customer was told (rule B5)."""
        return self.as_booked.requires_approval and not self.skip_business_confirmation

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def as_booked(self) -> ServiceSnapshot:
        """The service as it was when this was booked."""
        return ServiceSnapshot.from_snapshot(self.service_snapshot)
