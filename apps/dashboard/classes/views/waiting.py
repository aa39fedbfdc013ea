"""The people of a session: its waitlist, who is added, a message to all; and the decision that it
takes place (rules B19, B16)."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.availability.models import Session
from apps.availability.operations import BusyTryAgain, NoSeats
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.operations import Visitor
from apps.bookings.queries.joinables import line_of
from apps.businesses.models import TeamMember
from apps.catalog.models import Service
from apps.catalog.queries import choose, get_service_by_id
from apps.checkout import operations as checkout
from apps.classes import operations as classes
from apps.dashboard.access import OwnerRequest
from apps.dashboard.classes.forms.roster import AddPersonForm, MessageForm, WaitingForm
from apps.dashboard.classes.queries.roster import get_session
from apps.dashboard.classes.views.roster import show_roster
from apps.dashboard.frame.views.owner_page import owner_page, to_page
from apps.dashboard.roles import Right
from apps.kernel.refusals import Refusal
from apps.waitlists import operations as waitlists
from apps.web.form_keys import form_key_of


@owner_page(Right.CHECK_IN, "POST")
def waiting(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Enrol somebody from the waitlist, move them to the front, or take them off it."""
    session = get_session(access=request.access, session_id=session_id)
    now, form = timezone.now(), WaitingForm(request.POST)
    if not form.is_valid():
        words = _("Please press the button again.")
        return show_roster(request, session, now=now, problem=words, status=422)
    booking = _booking(session, form.cleaned_data["reference"])
    try:
        _do(form.cleaned_data["verb"], booking, by=request.access.member, now=now)
    except NoSeats:
        words = _("There are no places. Add places first, or wait until one opens up.")
        return show_roster(request, session, now=now, problem=words, status=409)
    except Refusal as refusal:
        words = _("This has changed. Please check again.")
        return show_roster(request, session, now=now, problem=words, status=refusal.status)
    return to_page(request, "roster", session.pk)


@owner_page(Right.DECIDE, "POST")
def takes_place(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Decide before its time that a class takes place, however few come (rule B16)."""
    session = get_session(access=request.access, session_id=session_id)
    classes.let_take_place(session_id=session.pk, by=request.access.member, now=timezone.now())
    return to_page(request, "roster", session.pk)


@owner_page(Right.CHECK_IN, "POST")
def message(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Send a message to everybody booked on a session."""
    session = get_session(access=request.access, session_id=session_id)
    now, form = timezone.now(), MessageForm(request.POST)
    if not form.is_valid():
        return show_roster(request, session, now=now, message=form, status=422)
    classes.message_people(
        session_id=session.pk,
        text=form.cleaned_data["text"],
        by=request.access.member,
        now=now,
        form_key=form_key_of(request, business_id=request.access.business.pk),
    )
    return to_page(request, "roster", session.pk, query={"sent": "1"})


@owner_page(Right.CANCEL, "POST")
def add(request: OwnerRequest, session_id: int) -> HttpResponse:
    """Put somebody into the class, or into the line in front of it."""
    session = get_session(access=request.access, session_id=session_id)
    now, service = timezone.now(), _service(request, session)
    form = AddPersonForm(request.POST, service=service, locale=request.access.business.locale)
    if not form.is_valid():
        return show_roster(request, session, now=now, add=form, status=422)
    try:
        _add(request, session, service, form, now=now)
    except Refusal as refusal:
        form.add_error(*_why_not_added(refusal, form))
        return show_roster(request, session, now=now, add=form, status=409)
    return to_page(request, "roster", session.pk)


def _why_not_added(refusal: Refusal, form: AddPersonForm) -> tuple[str | None, str]:
    """The field that a refusal is about, and the words beside it."""
    match refusal:
        case waitlists.NotFull() | waitlists.CannotWait():
            return form.people_field, _("There are free places: just add them.")
        case waitlists.AlreadyInLine() | waitlists.LineIsFull() | bookings.CustomerBlocked():
            words = _("This address is already on the waitlist, or the waitlist is full.")
            return "email", words
        case NoSeats():
            return form.people_field, _("There are not that many free places.")
        case bookings.NotBookable():
            return None, _("Nobody can join the waitlist now: this is no longer offered.")
        case BusyTryAgain():
            return None, _("Somebody is booking right now. Please press again.")
    return None, _("This has changed. Please check again.")


def _add(
    request: OwnerRequest, session: Session, service: Service, form: AddPersonForm, *, now: datetime
) -> None:
    """Into the class, or, by the other button, into the line in front of it."""
    member = request.access.member
    choice = choose(service=service, party_size=form.party_size, mix=form.mix, is_for_team=True)
    target = session.course_run or session
    form_key = form_key_of(request, business_id=member.business_id)
    if "line" in request.POST:
        waitlists.join_waitlist(
            choice=choice,
            target=target,
            details=form.details(),
            visitor=Visitor("", "", session.zone.key),
            by=member,
            now=now,
            form_key=form_key,
        )
    else:
        details = form.details()
        checkout.book_with_discount(
            book=lambda: classes.add_booking(
                choice=choice,
                target=target,
                details=details,
                by=member,
                now=now,
                form_key=form_key,
            ),
            now=now,
        )


def _service(request: OwnerRequest, session: Session) -> Service:
    return get_service_by_id(business=request.access.business, service_id=session.service_id or 0)


def _do(verb: str, booking: Booking, *, by: TeamMember, now: datetime) -> None:
    if verb == "enrol":
        checkout.book_with_discount(
            book=lambda: waitlists.enrol_from_line(booking=booking, by=by, now=now), now=now
        )
    elif verb == "first":
        waitlists.move_to_front(booking=booking, now=now)
    else:
        waitlists.leave_waitlist(booking=booking, by=by, now=now)


def _booking(session: Session, reference: str) -> Booking:
    line = line_of(session.course_run or session).select_related("booking")
    entry = line.filter(booking__reference=reference).first()
    if entry is None:
        raise Http404
    return entry.booking
