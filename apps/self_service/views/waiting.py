"""A place in line, by its link: take what is offered, let it go, leave; only by POST."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.availability.operations import BusyTryAgain, NoSeats
from apps.bookings import operations as bookings
from apps.bookings.models import AccessLink, Booking
from apps.bookings.queries.stub import stub_of
from apps.bookings.views.turned_away import reached_at, turned_away_words
from apps.bookings.visitors import plans_of
from apps.businesses.pages import frame_of
from apps.checkout import operations as checkout
from apps.checkout.models import PlanPurchase
from apps.checkout.operations import PlanRefused
from apps.checkout.plans import PlanProblem
from apps.checkout.pricing import Way
from apps.checkout.queries.passes import cannot_pay_words, plan_refused_words
from apps.checkout.queries.pay_page import LATER
from apps.kernel.refusals import Refusal
from apps.self_service.views.booking import granted_booking, position_of, show_booking
from apps.waitlists import operations as waitlists
from apps.waitlists.queries import wish_words_of
from apps.web.http import go_to, render_page


@require_POST
def take(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the place that is offered; taken twice it is the same booking."""
    booking = granted_booking(request, reference, AccessLink.Purpose.OFFER)
    return _answer(request, booking, partial(_take, request))


@require_POST
def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    """Let the offer go to the next and stay in line."""
    booking = granted_booking(request, reference, AccessLink.Purpose.OFFER)
    return _answer(request, booking, waitlists.refuse_offer)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def leave(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once what leaving means, then leave the line."""
    booking, now = granted_booking(request, reference), timezone.now()
    if request.method == "POST":
        return _answer(request, booking, _leave)
    waiting = position_of(booking=booking, now=now)
    if waiting is None:
        return go_to(request, "self_service:booking", reference=reference)
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "zone": booking.zone,
        "now": now,
        "reference": reference,
        "kind": booking.kind,
        "waiting": waiting,
        "wish": wish_words_of(booking=booking),
        "stub": stub_of(booking=booking),
    }
    return render_page(request, "self_service/leave.html", None, context)


def _take(request: HttpRequest, *, booking: Booking, now: datetime) -> None:
    take = partial(waitlists.take_offer, booking=booking, now=now)
    plan = _chosen_plan(request, booking)
    if plan is None:
        checkout.book_with_discount(book=take, now=now)
    else:
        checkout.take_with_plan(take=take, purchase_id=plan, now=now)


def _chosen_plan(request: HttpRequest, booking: Booking) -> int | None:
    """The plan of this browser that was chosen to pay, None where another way was.

    Raises:
        PlanRefused: it is no plan of this browser.
    """
    way = request.POST.get("way", LATER)
    if not way.startswith(f"{Way.PLAN.value}-"):
        return None
    held = plans_of(request, business_id=booking.business_id)
    named = (pk for pk in held if way == f"{Way.PLAN.value}-{pk}")
    plan = next(named, None)
    if plan is None:
        raise PlanRefused(PlanProblem.OVER)
    return plan


def _leave(*, booking: Booking, now: datetime) -> None:
    waitlists.leave_waitlist(booking=booking, by=None, now=now)


def _answer(request: HttpRequest, booking: Booking, verb: Callable[..., object]) -> HttpResponse:
    now = timezone.now()
    if not hasattr(booking, "waiting"):
        raise Http404
    try:
        verb(booking=booking, now=now)
    except Refusal as no:
        words = _why(no, request, booking, now=now)
        return show_booking(request, booking, now=now, problem=words, status=no.status)
    return go_to(request, "self_service:booking", reference=booking.reference)


def _why(no: Refusal, request: HttpRequest, booking: Booking, *, now: datetime) -> str:
    """Why nothing was done."""
    if isinstance(no, PlanRefused):
        return _plan_words(no, request, booking)
    if isinstance(no, bookings.TurnedAway):
        return turned_away_words(request, booking, **reached_at(booking), now=now)
    return _words(no)


def _words(no: Refusal) -> str:
    """The same of what is no matter of money or of who it is."""
    if isinstance(no, waitlists.OfferGone):
        return _("The offer went to the next person. You keep your place on the waitlist.")
    if isinstance(no, bookings.TooFewSoFar):
        return _(
            "Some people have left, so there are now too few for it to go ahead. "
            "We’re holding your place until the offer ends: please try again later."
        )
    if isinstance(no, waitlists.NotInLine | NoSeats):
        return _("You are no longer on the waitlist for this.")
    if isinstance(no, BusyTryAgain):
        return _("Lots of people are booking right now. Please press the button again.")
    return _("There is nothing left to pay at the moment.")


def _plan_words(no: PlanRefused, request: HttpRequest, booking: Booking) -> str:
    """Why the plan that was chosen does not pay, as it is now."""
    named = request.POST.get("way", "").removeprefix(f"{Way.PLAN.value}-")
    held = [pk for pk in plans_of(request, business_id=booking.business_id) if str(pk) == named]
    plan = PlanPurchase.objects.select_related("business").filter(pk__in=held).first()
    if plan is None:
        return cannot_pay_words(_("You don’t have a plan here."))
    return cannot_pay_words(plan_refused_words(no.refused, plan))
