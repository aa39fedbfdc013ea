"""Plans as a way to pay: which a browser may use, what they say to a draft and to people, and which
plan paid for which booking (rules M5, M16)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.availability.models import Session
from apps.bookings.models import Booking
from apps.bookings.plan_uses import PlanLimits, PlanUse, Span, meet, times_at, times_of
from apps.catalog.queries import Choice
from apps.checkout.models import CreditEntry, Order, PlanPurchase
from apps.checkout.plans import PlanKind, PlanProblem, PlanTerms, Wanted, refusal, visits_for
from apps.checkout.queries.orders import PaymentSummary, waits_for_a_yes
from apps.web import formatting

Entry = CreditEntry.Kind
WHEN = ("starts_at", "ends_at", "course_run_id")
A_MOMENT = timedelta(seconds=1)
LOST = (Booking.Status.CANCELED, Booking.Status.DECLINED)


@dataclass(frozen=True, slots=True)
class Pass:
    """A plan beside a booking: visits is what it would use, refused says why it cannot."""

    purchase: PlanPurchase
    visits: int
    refused: PlanProblem | None

    @property
    def pk(self) -> int:
        return self.purchase.pk


def refusal_of(purchase: PlanPurchase, *, booking: Booking, now: datetime) -> PlanProblem | None:
    """Why a plan cannot pay for a draft, or for a booking that it does not pay for yet; None when
    it can."""
    taken = is_taken(purchase, times=times_of([booking]))
    terms = replace(terms_of_plan(purchase, now=now), is_taken=taken)
    return refusal(terms, wanted_of(booking))


def refusal_of_more(
    purchase: PlanPurchase, *, booking: Booking, more: int, now: datetime
) -> PlanProblem | None:
    """Why the plan that pays for a booking cannot pay for more people on it; None when it can, and
    always where fewer come (more below 0). What is for one person is so whoever else comes."""
    if more <= 0:
        return None
    terms = terms_of_plan(purchase, now=now)
    is_for_one = terms.kind is PlanKind.UNLIMITED
    people = more + 1 if is_for_one else more
    return refusal(terms, replace(wanted_of(booking), people=people))


def terms_of_plan(purchase: PlanPurchase, *, now: datetime) -> PlanTerms:
    """A bought plan as plain facts; one query for the services, unless they are prefetched."""
    lapsed = purchase.ends_at is not None and purchase.ends_at <= now
    return PlanTerms(
        kind=PlanKind(purchase.kind),
        is_active=purchase.status == PlanPurchase.Status.ACTIVE and not lapsed,
        is_paused=purchase.status == PlanPurchase.Status.PAUSED,
        left=purchase.balance,
        starts_at=purchase.starts_at,
        ends_at=purchase.ends_at,
        service_ids=frozenset(service.pk for service in purchase.services.all()),
    )


def is_taken(purchase: PlanPurchase, *, times: Sequence[Span]) -> bool:
    """Whether the holder of an unlimited plan, which is for one person, has a visit with it at one
    of these times; no query for other plans, one for these, and one more for a course in between.
    Under the lock of the plan the answer stays true."""
    if not times:
        return False
    first, last = min(start for start, _end in times), max(end for _start, end in times)
    visits = visits_of_one(purchase).filter(starts_at__lt=last, ends_at__gt=first)
    return meet(times_of(list(visits.only(*WHEN))), times)


def visits_of_one(purchase: PlanPurchase) -> QuerySet[Booking]:
    """The live bookings that an unlimited plan, which is for one person, pays for; none, and no
    query, for other plans."""
    if purchase.kind != PlanKind.UNLIMITED:
        return Booking.objects.none()
    return Booking.objects.filter(
        credits__purchase=purchase,
        credits__kind=Entry.USED,
        status__in=(Booking.Status.PENDING, Booking.Status.CONFIRMED),
    )


def wanted_of(booking: Booking) -> Wanted:
    """What a plan should pay for."""
    return Wanted(
        service_id=booking.service_id,
        needs_approval=booking.asks_first,
        people=booking.party_size,
        starts_at=booking.starts_at,
    )


def passes_for(*, booking: Booking, purchase_ids: Sequence[int], now: datetime) -> tuple[Pass, ...]:
    """The live plans among these of the booking's business, usable ones first; two queries, one
    for a course, and one or two for each that is unlimited; none when there are no ids."""
    found = _live_plans(purchase_ids, business_id=booking.business_id)
    times = times_of([booking]) if purchase_ids else []
    return _judge(found, wanted_of(booking), times=times, now=now)


def passes_of_customer(
    *, booking: Booking, summary: PaymentSummary | None, now: datetime
) -> tuple[Pass, ...]:
    """The live plans of whoever booked, usable ones first, as long as all that was booked is still
    owed (``operations.pay_with_plan``); none, and no query, where nothing is. One query more than
    ``passes_for``."""
    if booking.customer_id is None or not _owes_all(booking, summary):
        return ()
    own = PlanPurchase.objects.filter(customer=booking.customer_id, status__in=PlanPurchase.LIVE)
    held = list(own.values_list("pk", flat=True))
    return passes_for(booking=booking, purchase_ids=held, now=now)


def _owes_all(booking: Booking, summary: PaymentSummary | None) -> bool:
    lives = booking.status in {Booking.Status.PENDING, Booking.Status.CONFIRMED}
    by_plan = booking.payment_option == Booking.PaymentOption.MEMBERSHIP
    if not lives or not booking.price or by_plan or waits_for_a_yes(booking):
        return False
    return summary is None or summary.owes_all


def has_plans_for(*, booking: Booking) -> bool:
    """Whether anybody has a plan that includes the service of a booking; one query. Whose it is,
    nobody learns."""
    plans = PlanPurchase.objects.filter(status__in=PlanPurchase.LIVE, services=booking.service_id)
    return plans.filter(business=booking.business_id).exists()


def passes_for_class(
    *, session: Session, choice: Choice, purchase_ids: Sequence[int], now: datetime
) -> tuple[Pass, ...]:
    """The same for places of a class that nobody has held yet; none where there is no price that a
    plan could pay."""
    if not choice.price.total:
        return ()
    wanted = Wanted(
        service_id=choice.service.pk,
        needs_approval=choice.service.requires_approval,
        people=choice.party_size,
        starts_at=session.starts_at,
    )
    plans = _live_plans(purchase_ids, business_id=session.business_id)
    return _judge(plans, wanted, times=times_at(session), now=now)


def _live_plans(purchase_ids: Sequence[int], *, business_id: int) -> Iterable[PlanPurchase]:
    if not purchase_ids:
        return ()
    plans = PlanPurchase.objects.filter(
        pk__in=purchase_ids, business_id=business_id, status__in=PlanPurchase.LIVE
    )
    return plans.prefetch_related("services").order_by("ends_at", "pk")


def _judge(
    plans: Iterable[PlanPurchase], wanted: Wanted, *, times: Sequence[Span], now: datetime
) -> tuple[Pass, ...]:
    found = []
    for purchase in plans:
        taken = is_taken(purchase, times=times)
        terms = replace(terms_of_plan(purchase, now=now), is_taken=taken)
        visits = visits_for(terms, people=wanted.people)
        found.append(Pass(purchase, visits, refusal(terms, wanted)))
    return tuple(sorted(found, key=lambda it: it.refused is not None))


def last_day_words(purchase: PlanPurchase) -> str:
    """ "24 December 2026", the last whole day on which it is good; "" without end."""
    if purchase.ends_at is None:
        return ""
    last = (purchase.ends_at - A_MOMENT).astimezone(purchase.zone)
    return formatting.format_day(last.date(), locale=purchase.business.locale, year=True)


def left_words(purchase: PlanPurchase) -> str:
    """ "7 visits left", or that nobody counts."""
    if purchase.balance is None:
        return _("Unlimited visits")
    return ngettext("%(n)d visit left", "%(n)d visits left", purchase.balance) % {
        "n": purchase.balance
    }


def card_hint(found: Pass) -> str:
    """What stands on the card of a plan on the pay page: "7 visits left, uses 1"."""
    if found.refused is not None:
        return refused_words(found)
    left = left_words(found.purchase)
    if not found.visits:
        return left
    return _("%(left)s, this uses %(n)d") % {"left": left, "n": found.visits}


def refused_words(found: Pass) -> str:
    """Why a plan does not pay for a booking."""
    return plan_refused_words(found.refused, found.purchase)


def cannot_pay_words(why: str) -> str:
    """That a plan does not pay, with the reason behind it."""
    return _("Your plan cannot pay for this. %(why)s") % {"why": why}


def plan_refused_words(refused: PlanProblem | None, purchase: PlanPurchase | None) -> str:
    """The same without the booking beside it."""
    if refused is PlanProblem.ENDS_BEFORE and purchase is not None:
        return _("It ends on %(day)s, before this.") % {"day": last_day_words(purchase)}
    if refused is PlanProblem.TOO_FEW and purchase is not None:
        return _("Too few visits are left: %(left)s.") % {"left": left_words(purchase)}
    return {
        PlanProblem.NOT_BY_PLAN: _("Requests cannot be paid with a plan."),
        PlanProblem.PAID_ALREADY: _("Part of it has already been paid another way."),
        PlanProblem.OTHER_SERVICE: _("It does not cover this."),
        PlanProblem.PAUSED: _("It is paused."),
        PlanProblem.ONE_PERSON: _("It is for one person."),
        PlanProblem.THERE_ALREADY: _(
            "It is for one person, who already has a booking with it at that time."
        ),
        PlanProblem.TOO_FEW: _("Too few visits are left."),
    }.get(refused or PlanProblem.OVER, _("It has ended."))


def limits_of(booking_id: int, locks: bool) -> PlanLimits:  # noqa: FBT001 - a registered question
    """When what this booking is for may be instead: before its plan ends, and not while an
    unlimited plan pays another visit of its one person; never where the plan is over (rule M16).
    One query, one more for an unlimited plan, and one for its courses."""
    used = PlanPurchase.objects.filter(entries__booking=booking_id, entries__kind=Entry.USED)
    rows = used.select_for_update(of=("self",)) if locks else used
    purchase = rows.order_by("-entries__pk").first()
    if purchase is None:
        return PlanLimits()
    if purchase.status not in PlanPurchase.LIVE:
        return PlanLimits(ends_at=datetime.min.replace(tzinfo=UTC))
    others = visits_of_one(purchase).exclude(pk=booking_id).only(*WHEN)
    return PlanLimits(ends_at=purchase.ends_at, taken=tuple(times_of(list(others))))


def find_plan_uses(booking_ids: Collection[int]) -> Mapping[int, PlanUse]:
    """Return the plans that paid, by the ids of the bookings; one query.

    What the worker is about to give back counts as given back: the mail about a cancellation may
    leave before it.
    """
    entries = CreditEntry.objects.filter(
        booking_id__in=booking_ids, kind__in=(Entry.USED, Entry.RETURNED)
    )
    told = entries.select_related("purchase").annotate(
        is_lost=Exists(lost_uses().filter(pk=OuterRef("pk")))
    )
    back = {it.booking_id for it in told if it.kind == Entry.RETURNED or it.is_lost}
    return {
        it.booking_id: PlanUse(
            name=it.purchase.name,
            left=it.purchase.balance if it.purchase.status in PlanPurchase.LIVE else None,
            is_back=it.booking_id in back,
        )
        for it in told
        if it.booking_id is not None
    }


def lost_uses() -> QuerySet[CreditEntry]:
    """Uses of plans whose bookings are over without anything given back or kept: they go back."""
    returned = CreditEntry.objects.filter(kind=Entry.RETURNED, booking=OuterRef("booking"))
    kept = Order.objects.filter(booking=OuterRef("booking"), kept_at__isnull=False)
    return CreditEntry.objects.filter(
        ~Exists(returned), ~Exists(kept), kind=Entry.USED, booking__status__in=LOST
    ).exclude(booking__in=Booking.objects.cancelled_just_now())
