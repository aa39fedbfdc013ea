"""How long a business keeps what, and the worker that keeps to it (rule D13)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.bookings.models import Answer, Booking
from apps.bookings.operations import Actor
from apps.bookings.queries.ahead import still_ahead
from apps.businesses.models import Business, TeamMember
from apps.checkout.models import GiftCard, PlanPurchase
from apps.customers.models import Customer
from apps.kernel.refusals import Refusal
from apps.messages.models import Message
from apps.outbox.sweeping import each, keys_in_order, sweep
from apps.privacy.models import PrivacyEntry, Retention
from apps.privacy.operations.erase import erase_names_of_cards, erase_quietly
from apps.privacy.queries.whose import Whose

MONTH = timedelta(days=30)
BATCH = 500
OVER = (Booking.Status.DECLINED, Booking.Status.CANCELED)


class PeriodsChanged(Refusal):
    """Somebody of the team has changed the periods since the page was made."""


@transaction.atomic
def set_periods(
    *, periods: Mapping[str, int | None], revision: int, by: TeamMember, now: datetime
) -> Retention:
    """Let a business keep each class of data for so many months (30 days each), or (None) until
    somebody is erased. Until this was done once nothing ends by itself. revision is what the page
    showed, 0 before the first time.

    Raises:
        PeriodsChanged: the page was stale. Nothing was changed.
    """
    kept, _new = Retention.objects.get_or_create(business_id=by.business_id)
    found = Retention.objects.select_for_update().get(pk=kept.pk)
    if found.revision != revision:
        raise PeriodsChanged
    for name in Retention.PERIODS:
        setattr(found, name, periods[name])
    found.revision += 1
    found.save()
    PrivacyEntry.objects.create(
        business_id=by.business_id,
        what=PrivacyEntry.What.PERIODS,
        actor=PrivacyEntry.Actor.TEAM,
        user_id=by.user_id,
        at=now,
    )
    return found


def keep_to_periods(*, now: datetime) -> int:
    """Erase what is older than its business keeps it, and leave an entry for each business of how
    much that was; return how many entries. What fails is passed over and has its turn next time;
    done twice it is done once."""
    _erase_late_mails()
    return sweep(Retention.objects.exclude(revision=0), partial(_keep_to, now=now))


def _erase_late_mails() -> None:
    """A mail that was on its way while somebody was erased is written down after that."""
    late = Message.objects.filter(booking__erased_at__isnull=False)
    late.exclude(subject="", body_text="", error="").update(subject="", body_text="", error="")


def _keep_to(retention_id: int, *, now: datetime) -> int:
    kept = Retention.objects.select_related("business").get(pk=retention_id)
    ends = {name: _end(getattr(kept, name), now) for name in Retention.PERIODS}
    counts = {
        "answers": _expire_answers(kept.business, ends["sensitive_months"]),
        "mails": _expire_mails(kept.business, ends["mail_months"]),
        "bookings": _expire_bookings(kept.business, ends, now=now),
        "gift_cards": _expire_cards(kept.business, ends["contact_months"]),
        "people": _expire_people(kept.business, ends["contact_months"], now=now),
    }
    found = {name: n for name, n in counts.items() if n}
    if not found:
        return 0
    PrivacyEntry.objects.create(
        business=kept.business,
        what=PrivacyEntry.What.EXPIRED,
        actor=PrivacyEntry.Actor.SYSTEM,
        counts=found,
        at=now,
    )
    return 1


def _end(months: int | None, now: datetime) -> datetime | None:
    return None if months is None else now - months * MONTH


def _expire_answers(business: Business, before: datetime | None) -> int:
    if before is None:
        return 0
    old = Answer.objects.filter(
        booking__business=business, sensitive=True, booking__ends_at__lt=before
    )
    done = 0
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        Answer.objects.filter(pk__in=keys).delete()
        done += len(keys)
    return done


def _expire_mails(business: Business, before: datetime | None) -> int:
    if before is None:
        return 0
    old = Message.objects.filter(business=business, created_at__lt=before)
    told = old.exclude(status=Message.Status.QUEUED).exclude(subject="", body_text="")
    done = 0
    while keys := list(told.values_list("pk", flat=True)[:BATCH]):
        Message.objects.filter(pk__in=keys).update(subject="", body_text="")
        done += len(keys)
    return done


def _expire_bookings(
    business: Business, ends: Mapping[str, datetime | None], *, now: datetime
) -> int:
    old = Q(pk__in=[])
    if (visited := ends["contact_months"]) is not None:
        old |= Q(starts_at__lt=visited, ends_at__lt=visited)
    if (unmet := ends["unmet_months"]) is not None:
        # Whoever is told no in March for a day in July may still ask about it in March.
        old |= Q(status__in=OVER, starts_at__lt=unmet, ends_at__lt=unmet, created_at__lt=unmet)
    rows = Booking.objects.filter(old, business=business, erased_at=None)
    due = rows.exclude(status=Booking.Status.CREATED).exclude(still_ahead(now=now))
    return sweep(due, partial(_erase_booking, business=business, now=now))


def _erase_booking(booking_id: int, *, business: Business, now: datetime) -> int:
    theirs = Whose(business_id=business.pk, email="", booking_ids=[booking_id])
    return erase_quietly(theirs, business=business, actor=Actor.system(), now=now)["bookings"]


def _expire_cards(business: Business, before: datetime | None) -> int:
    """Cards that have nothing on them any more."""
    if before is None:
        return 0
    empty = GiftCard.objects.filter(business=business, made_at__lt=before, balance=0)
    named = empty.exclude(buyer_email="", to_email="", words="", to_name="")
    return erase_names_of_cards(cards=named, business=business)


def _expire_people(business: Business, before: datetime | None, *, now: datetime) -> int:
    """Contacts of whom nothing is left that names them, and nothing is still open."""
    if before is None:
        return 0
    busy = Booking.objects.filter(business=business, erased_at=None, customer__isnull=False)
    recent = PlanPurchase.objects.filter(business=business).filter(
        Q(status__in=(*PlanPurchase.LIVE, PlanPurchase.Status.DRAFT))
        | Q(made_at__gte=before)
        | Q(over_at__gte=before)
    )
    due: QuerySet[Customer] = (
        Customer.objects.filter(business=business, erased_at=None, created_at__lt=before)
        .exclude(pk__in=busy.values("customer"))
        .exclude(pk__in=recent.values("customer"))
    )
    return each(keys_in_order(due), partial(_erase_contact, business=business, now=now))


def _erase_contact(customer_id: int, *, business: Business, now: datetime) -> int:
    customer = Customer.objects.get(pk=customer_id, business=business)
    plans = list(customer.plans.order_by("pk").values_list("pk", flat=True))
    theirs = Whose(business.pk, customer.email, booking_ids=[], plan_ids=plans)
    system = Actor.system()
    done = erase_quietly(theirs, business=business, actor=system, now=now, customer=customer)
    return done["people"]
