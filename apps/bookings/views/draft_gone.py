"""The draft of a form that was open for more than 24 hours is deleted: its text, and the way on."""

from django.http import Http404, HttpRequest, HttpResponse

from apps.bookings.forms.way_back import FIELD, NoWayBack, open_way_back
from apps.bookings.models import Booking
from apps.businesses.models import Business
from apps.businesses.pages import frame_of
from apps.web.http import instead_of_the_page, render_page
from apps.web.kept_text import words_typed


def show_draft_gone(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Say that nothing was booked, with the way to the times and the text, to be copied (410).

    Raises:
        Http404: no form of ours knows this draft, or it became a booking.
    """
    try:
        business_id, path = open_way_back(request.POST.get(FIELD, ""), draft_id=draft_id)
        business = Business.objects.get(pk=business_id)
    except (NoWayBack, Business.DoesNotExist) as unknown:
        raise Http404 from unknown
    if Booking.objects.filter(draft_id=draft_id).exists():
        raise Http404
    context = {
        **frame_of(business=business),
        "times_url": path,
        "typed": words_typed(request),
    }
    response = render_page(request, "bookings/draft_gone.html", None, context, status=410)
    response.headers["Cache-Control"] = "no-store"
    return instead_of_the_page(request, response)
