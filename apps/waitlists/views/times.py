"""Waiting for a time of an appointment, on a day or in a week, without an account."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.bookings import operations as bookings
from apps.bookings.forms.picks import Picks, read_picks, times_url
from apps.bookings.models import Booking
from apps.bookings.operations import Visitor
from apps.bookings.queries.picker import facts_words
from apps.bookings.views.service import service_page
from apps.bookings.visitors import require_room_to_wait, visitor_of
from apps.bookings.wishes import Key, wishes_from
from apps.bookings.wording import length_words
from apps.businesses.pages import and_reach, frame_of
from apps.catalog.models import Service
from apps.catalog.queries import Choice, is_bookable, may_wait_for_a_time, zone_of
from apps.waitlists import operations as waitlists
from apps.waitlists.forms import WishForm
from apps.waitlists.queries.lines import find_in_line
from apps.waitlists.queries.times import find_worth_waiting
from apps.waitlists.views.places import PURPOSE, is_robot
from apps.web.http import HttpResponseSeeOther, go_to, render_page
from apps.web.signed import new_guard

MOST_SHOWN = 3


@require_http_methods(["GET", "HEAD", "POST"])
@service_page
def wait(request: HttpRequest, service: Service) -> HttpResponse:
    """Join the line for a time on the shown day or the days after it."""
    if not may_wait_for_a_time(service):
        raise Http404
    now = timezone.now()
    picks = read_picks(request.POST if request.method == "POST" else request.GET, now=now)
    choice = picks.choose(service)
    if request.method != "POST":
        return _invite(request, choice, picks, now=now)
    form = _form(choice, request.POST, on=_day(choice, picks, now=now))
    if not form.is_valid() or is_robot(request, now=now):
        words = "" if form.errors else _("Please press the button again.")
        return _show(request, choice, picks, form, now=now, notice=words, status=422)
    require_room_to_wait(request, service.business, form.cleaned_data["email"], now=now)
    visitor = visitor_of(request, zone=_venue(choice))
    booking, words, free = _attempt(choice, form, visitor, now=now)
    if booking is None:
        return _show(request, choice, picks, form, now=now, notice=words, free=free, status=409)
    return go_to(request, "self_service:booking", reference=booking.reference)


def _invite(request: HttpRequest, choice: Choice, picks: Picks, *, now: datetime) -> HttpResponse:
    """Ask for what is worth waiting for; where nothing is, the times themselves say why."""
    on = _day(choice, picks, now=now)
    worth = find_worth_waiting(choice=choice, wishes=wishes_from(on), now=now)
    if not worth or not is_bookable(service=choice.service):
        return HttpResponseSeeOther(_day_url(choice.service, picks, on))
    form = _form(choice, None, on=on, worth=worth)
    return _show(request, choice, picks, form, now=now)


def _form(
    choice: Choice,
    data: QueryDict | None,
    *,
    on: date,
    worth: frozenset[Key] | None = None,
) -> WishForm:
    service = choice.service
    return WishForm(
        data, on=on, locale=service.business.locale, worth=worth, asks_address=service.home_visit
    )


def _day(choice: Choice, picks: Picks, *, now: datetime) -> date:
    today = now.astimezone(_venue(choice)).date()
    return max(picks.ask.on or today, today)


def _attempt(
    choice: Choice, form: WishForm, visitor: Visitor, *, now: datetime
) -> tuple[Booking | None, str, Sequence[datetime]]:
    """The booking in line, or why there is none, and the times that are free."""
    try:
        entry = waitlists.wait_for_time(
            choice=choice, wish=form.wish(), details=form.details(), visitor=visitor, now=now
        )
    except waitlists.TimesAreFree as free:
        return None, _("There are free times right now:"), free.starts[:MOST_SHOWN]
    except waitlists.AlreadyInLine as known:
        mine = find_in_line(
            known.reference,
            visitor_hash=visitor.visitor_hash,
            choice=choice,
            notice_minutes=form.wish().notice_minutes,
            wish=form.wish(),
        )
        words = _("This address is already on the waitlist. Our e-mail leads to your place.")
        return mine, "" if mine else words, ()
    except waitlists.LineIsFull:
        return None, _("The waitlist is full too."), ()
    except waitlists.WishIsClosed:
        return None, _("These hours cannot be booked. Please choose others."), ()
    except waitlists.WishIsOver:
        return None, _("These hours have passed. Please choose others."), ()
    except (bookings.NotBookable, bookings.CustomerBlocked):
        words = and_reach(_("This can no longer be booked online."), choice.service.business)
        return None, words, ()
    return entry.booking, "", ()


def _show(
    request: HttpRequest,
    choice: Choice,
    picks: Picks,
    form: WishForm,
    *,
    now: datetime,
    notice: str = "",
    free: Sequence[datetime] = (),
    status: int = 200,
) -> HttpResponse:
    service = choice.service
    venue = _venue(choice)
    context: dict[str, Any] = {
        **frame_of(business=service.business, place=choice.location),
        "now": now,
        "zone": venue,
        "service": service,
        "facts_words": facts_words(choice),
        "staff": choice.chosen_staff.short_name if choice.chosen_staff else "",
        "people": choice.party_size,
        "kept": [*picks.pairs(), ("date", form.on.isoformat())],
        "offer_words": length_words(choice.policy.waitlist_minutes),
        "form": form,
        "notice": notice,
        "free": [(at, _day_url(service, picks, at.astimezone(venue).date())) for at in free],
        "guard": new_guard(purpose=PURPOSE, now=now),
        "back_url": _day_url(service, picks, form.on),
    }
    return render_page(request, "waitlists/wait_for_time.html", None, context, status=status)


def _venue(choice: Choice) -> ZoneInfo:
    return zone_of(service=choice.service, location=choice.location)


def _day_url(service: Service, picks: Picks, on: date) -> str:
    return times_url(service, picks, date=on.isoformat())
