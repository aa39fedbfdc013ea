from apps.bookings.models import Booking
from apps.catalog.models import BookingForm, Question
from apps.catalog.queries import form_of


def questions_of(*, booking: Booking) -> tuple[BookingForm, tuple[Question, ...]]:
    """Return the form of a draft's service with its questions, in order."""
    form = form_of(service=booking.service)
    return form, tuple(form.questions.order_by("position", "pk"))
