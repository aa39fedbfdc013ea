"""Book a class for the holder of a plan with one tap (rule W9)."""

from datetime import datetime

from django.db import transaction

from apps.availability.models import Session
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Details, GivenAnswer, Visitor
from apps.bookings.queries.answered import answers_before
from apps.catalog.models import BookingForm
from apps.catalog.queries import Choice, questions_of
from apps.checkout.models import PlanPurchase
from apps.checkout.operations.check_out import Seen, check_out
from apps.checkout.operations.errors import PlanRefused
from apps.checkout.plans import PlanProblem
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from apps.checkout.queries.passes import refusal_of
from apps.classes import operations as classes
from apps.customers.models import Customer


@transaction.atomic
def book_with_plan(
    *,
    choice: Choice,
    target: Session,
    visitor: Visitor,
    purchase_id: int,
    now: datetime,
    replaces: str | None = None,
) -> Booking:
    """Book places of a class for the holder of a plan with one tap (rule W9).

    The plan has to be the visitor's own: that is the caller's to know. Where the service asks for
    more than name and address, the places are only held: a draft comes back for the details page,
    with what is known of the holder.

    Raises:
        PlanRefused: the plan does not pay for this.
        NotBookable, CannotJoin, HoldsAnother, BusyTryAgain: as ``bookings.hold_seats``.
        CustomerBlocked: the business blocked this person.
        BookedOften: they have booked it as often as one customer may.
    """
    plans = PlanPurchase.objects.select_related("customer").prefetch_related("services")
    purchase = plans.filter(pk=purchase_id, business=choice.service.business).first()
    if purchase is None:
        raise PlanRefused(PlanProblem.OVER)
    bookings.lock_rebooking_over(choice=choice, visitor=visitor)
    draft = classes.hold_seats(
        choice=choice, target=target, visitor=visitor, replaces=replaces, now=now
    )
    refused = refusal_of(purchase, booking=draft, now=now)
    if refused is not None:
        raise PlanRefused(refused)
    details = _details(choice, purchase.customer)
    if details is None:
        bookings.store_draft_text(booking=draft, typed=_known(purchase.customer, draft))
        return draft
    bookings.prepare_draft(
        draft_id=draft.draft_id, details=details, seen_price=draft.price, now=now
    )
    draft.refresh_from_db()
    quote = offer_of(booking=draft, has_plan=True, now=now).quotes.get(Way.PLAN)
    if quote is None:
        raise PlanRefused(PlanProblem.NOT_BY_PLAN)
    seen = Seen(total=quote.total, due_now=quote.due_now, purchase_id=purchase_id)
    return check_out(draft_id=draft.draft_id, way=Way.PLAN, seen=seen, origin="", now=now).booking


def _known(holder: Customer, draft: Booking) -> dict[str, object]:
    """What the details form begins with; what was typed here before stays."""
    contact = {"name": holder.name, "email": holder.email, "phone": holder.phone}
    return {**{name: [value] for name, value in contact.items() if value}, **draft.draft_text}


def _details(choice: Choice, holder: Customer) -> Details | None:
    """What the plan's holder has told before; None where the service asks for more than that."""
    form, questions = questions_of(service=choice.service)
    if form.phone_rule == BookingForm.PhoneRule.REQUIRED and not holder.phone:
        return None
    if choice.party_size > 1 and form.asks_participant_names:
        return None
    known = answers_before(customer_id=holder.pk, questions=questions)
    if any(it.required and it.pk not in known and it.shown_if_id is None for it in questions):
        return None
    return Details(
        name=holder.name,
        email=holder.email,
        phone=holder.phone,
        answers=[GivenAnswer(it, known[it.pk]) for it in questions if it.pk in known],
    )
