"""The bookings of one mailbox with all that hangs on them, as plain values: who comes, what was
answered, wishes and requests that are still open, what happened, and where it was opened."""

from django.db.models import Prefetch, QuerySet

from apps.bookings.models import (
    AccessLink,
    Answer,
    Attendance,
    Booking,
    MoveRequest,
    MoveWish,
    WaitlistEntry,
)
from apps.self_service.queries.own_money import plain_order
from apps.self_service.queries.plain import Plain, at_words, minutes_words, on_words


def bookings_of_mailbox(email: str) -> QuerySet[Booking]:
    """The finished bookings of an address (lower case), the soonest first, with who comes and what
    they answered."""
    mine = Booking.objects.filter(customer__email=email)
    finished = mine.exclude(status=Booking.Status.CREATED)
    answers = Prefetch("answers", Answer.objects.select_related("participant"))
    return finished.prefetch_related("participants", answers).order_by("starts_at", "pk")


def all_of_bookings(email: str) -> QuerySet[Booking]:
    """The same with every row that hangs on them, in a constant number of queries."""
    asked = MoveRequest.objects.select_related("session", "resource")
    came = Attendance.objects.select_related("session").order_by("session__starts_at", "seat")
    links = AccessLink.objects.prefetch_related("uses").order_by("pk")
    found = bookings_of_mailbox(email)
    found = found.select_related("waiting", "move_wish__resource", "order__receipt")
    found = found.prefetch_related("mix", "add_ons", "history", "suggestions", "order__lines")
    found = found.prefetch_related("order__payments__refunds__lines__line")
    return found.prefetch_related(
        Prefetch("move_requests", asked), Prefetch("attendance", came), Prefetch("links", links)
    )


def plain_booking(booking: Booking) -> Plain:
    """One booking as plain values. Instants are UTC, money is minor units of its currency."""
    return {
        "business": booking.business.name,
        "reference": booking.reference,
        "service": booking.title,
        "extras": [{"name": it.name, "price": it.price} for it in booking.add_ons.all()],
        "status": booking.status,
        "starts_at": at_words(booking.starts_at),
        "ends_at": at_words(booking.ends_at),
        "time_zone": booking.time_zone,
        "people": booking.party_size,
        "people_by_price": [
            {"name": it.name, "people": it.people, "price": it.price} for it in booking.mix.all()
        ],
        "price": booking.price,
        "paid": booking.paid,
        "returned": booking.returned,
        "currency": booking.currency,
        **_typed(booking),
        **_open_wishes(booking),
        **_what_happened(booking),
        "order": plain_order(getattr(booking, "order", None)),
    }


def _typed(booking: Booking) -> Plain:
    return {
        "name": booking.contact_name,
        "email": booking.contact_email,
        "phone": booking.contact_phone,
        "address_of_visit": booking.visit_address,
        "note": booking.customer_note,
        "who_comes": [it.name for it in booking.participants.all()],
        "answers": [_answer(it) for it in booking.answers.all()],
    }


def _answer(answer: Answer) -> Plain:
    of = answer.participant.name if answer.participant else ""
    return {"question": answer.label, "answer": answer.value, "about": of}


def _open_wishes(booking: Booking) -> Plain:
    waiting = getattr(booking, "waiting", None)
    wish = getattr(booking, "move_wish", None)
    return {
        "waits_for": _place_in_line(waiting) if waiting else None,
        "earlier_please": _earlier(wish) if wish else None,
        "asked_to_move": [_asked(it) for it in booking.move_requests.all()],
        "suggested_times": [at_words(it.starts_at) for it in booking.suggestions.all()],
    }


def _place_in_line(entry: WaitlistEntry) -> Plain:
    """A place in the line of a class or course, or a wish for a time (then with days)."""
    return {
        "state": entry.state,
        "people": entry.people,
        **(_wanted(entry) if entry.wanted_first_on else {}),
        "notice_minutes": entry.notice_minutes,
        "joined_at": at_words(entry.joined_at),
        "offers": entry.offers,
        "offer_ends_at": at_words(entry.offer_ends_at),
        "times_let_pass": entry.let_pass,
    }


def _wanted(wish: WaitlistEntry | MoveWish) -> Plain:
    return {
        "first_day": on_words(wish.wanted_first_on),
        "last_day": on_words(wish.wanted_last_on),
        "from": minutes_words(wish.wanted_from_minute),
        "to": minutes_words(wish.wanted_to_minute),
    }


def _earlier(wish: MoveWish) -> Plain:
    return {
        "state": wish.state,
        **_wanted(wish),
        "with": wish.resource.name if wish.resource else "",
        "notice_minutes": wish.notice_minutes,
        "asked_at": at_words(wish.asked_at),
        "offers": wish.offers,
        "offered_starts_at": at_words(wish.offered_starts_at),
        "offer_ends_at": at_words(wish.offer_ends_at),
        "times_let_pass": wish.let_pass,
    }


def _asked(asked: MoveRequest) -> Plain:
    return {
        "state": asked.state,
        "starts_at": at_words(asked.session.starts_at),
        "with": asked.resource.name if asked.resource else "",
        "asked_at": at_words(asked.asked_at),
        "answer_by": at_words(asked.answer_by),
        "closed_at": at_words(asked.closed_at),
    }


def _what_happened(booking: Booking) -> Plain:
    return {
        "booked_at": at_words(booking.created_at),
        "history": [
            {"at": at_words(it.at), "what": it.action, "by": it.actor}
            for it in booking.history.all()
        ],
        "attendance": [
            {"starts_at": at_words(it.session.starts_at), "person": it.seat + 1, "what": it.state}
            for it in booking.attendance.all()
        ],
        "opened": [
            {
                "purpose": link.purpose,
                "browser": it.browser,
                "system": it.system,
                "first_at": at_words(it.first_at),
                "last_at": at_words(it.last_at),
                "times": it.times,
            }
            for link in booking.links.all()
            for it in link.uses.all()
        ],
    }
