"""Journey F: a regular books a class with one tap, by the plan this browser holds."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.views.drafts import no_longer_bookable, to_done, try_again
from apps.bookings.views.hold import asking_first, replaced_draft
from apps.bookings.visitors import plans_of, require_room_to_hold, visitor_of
from apps.businesses.models import Business
from apps.businesses.pages import public_page
from apps.catalog.queries import Choice
from apps.checkout import operations as checkout
from apps.checkout.pricing import Way
from apps.checkout.queries.passes import (
    Pass,
    cannot_pay_words,
    card_hint,
    passes_for_class,
    plan_refused_words,
    refused_words,
)
from apps.classes.views.sessions import choice_of_party, session_or_404, show_session
from apps.prepaid import operations as prepaid
from apps.web.http import go_to, render_page

CONFLICT, UNPROCESSABLE = 409, 422
CHANGED = (
    *(bookings.CannotJoin, bookings.SlotGone),
    *(checkout.QuoteChanged, checkout.WayNotOffered),
)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public_page
@asking_first
def book(request: HttpRequest, business: Business, session: int) -> HttpResponse:
    """Say what the plan gives for this class (a fragment); with POST, book with it."""
    now = timezone.now()
    found = session_or_404(business, session)
    fields = request.POST if request.method == "POST" else request.GET
    choice, notice = choice_of_party(found, fields)
    held = plans_of(request, business_id=business.pk)
    passes = passes_for_class(session=found, choice=choice, purchase_ids=held, now=now)
    if request.method != "POST":
        words = [(it.purchase, it.refused is None, card_hint(it)) for it in passes]
        return render_page(request, "prepaid/_class_plans.html", None, {"plans": words})
    if notice:
        return show_session(request, found, choice, now=now, notice=notice, status=UNPROCESSABLE)
    require_room_to_hold(request, business, now=now)
    return _book(request, found, choice, passes, now=now)


def _book(
    request: HttpRequest, found: Session, choice: Choice, passes: tuple[Pass, ...], *, now: datetime
) -> HttpResponse:
    usable = next((it for it in passes if it.refused is None), None)
    if usable is None:
        words = _no_plan_words(choice, passes)
        return show_session(request, found, choice, now=now, notice=words, status=UNPROCESSABLE)
    try:
        booking = prepaid.book_with_plan(
            choice=choice,
            target=found,
            visitor=visitor_of(request, zone=found.zone),
            purchase_id=usable.pk,
            replaces=replaced_draft(request),
            now=now,
        )
    except checkout.PlanRefused as no:
        words = _refused_now_words(no, usable)
        return show_session(request, found, choice, now=now, notice=words, status=CONFLICT)
    except CHANGED:
        found.refresh_from_db()
        return show_session(request, found, choice, now=now, status=CONFLICT)
    except (bookings.NotBookable, bookings.TurnedAway):
        return no_longer_bookable(request, choice.service)
    except BusyTryAgain:
        return try_again(request, choice.service)
    return _to_what_comes_next(request, booking, usable)


def _to_what_comes_next(request: HttpRequest, booking: Booking, plan: Pass) -> HttpResponse:
    if booking.status == Booking.Status.CREATED:  # the service asks for more than a name
        way = {"way": f"{Way.PLAN.value}-{plan.pk}"}
        return go_to(request, "bookings:details", draft=booking.draft_id, query=way)
    return to_done(request, booking)


def _refused_now_words(no: checkout.PlanRefused, used: Pass) -> str:
    """Somebody used the plan since this page looked at it."""
    used.purchase.refresh_from_db()
    return cannot_pay_words(plan_refused_words(no.refused, used.purchase))


def _no_plan_words(choice: Choice, passes: tuple[Pass, ...]) -> str:
    if not choice.price.total:
        return _("This cannot be paid with a plan.")
    return cannot_pay_words(
        refused_words(passes[0]) if passes else _("You don’t have a plan here.")
    )
