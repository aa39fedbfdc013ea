"""The mail went to a mistyped address: say so where it can be seen, and let it be corrected
once."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.drafts import get_booking
from apps.bookings.views.details_page import mask_address
from apps.bookings.visitors import Proof, proof_of
from apps.businesses.pages import frame_of
from apps.businesses.reaching import and_reach
from apps.messages.queries import is_undeliverable
from apps.self_service.forms import AddressForm
from apps.web.http import client_network, go_to, render_page
from apps.web.limits import Hit, require_room, rules


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def address(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the right address, and send the mail there; only in the browser that booked."""
    booking = _made_here(request, reference)
    if request.method != "POST":
        return _show(request, booking, AddressForm())
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _show(request, booking, form, status=422)
    now = timezone.now()
    require_room(hits=[Hit(rules.LINKS_PER_NETWORK, client_network(request))], now=now)
    try:
        bookings.correct_address(
            booking_id=booking.pk,
            business_id=booking.business_id,
            email=form.cleaned_data["email"],
            now=now,
        )
    except bookings.AlreadyCorrected:
        words = and_reach(_("The address was corrected before."), booking.business)
        form.add_error("email", words)
        return _show(request, booking, form, status=409)
    except bookings.NotAllowed:
        form.add_error("email", _("This booking can no longer be changed here."))
        return _show(request, booking, form, status=409)
    return go_to(request, "self_service:done", reference=reference)


def _made_here(request: HttpRequest, reference: str) -> Booking:
    try:
        booking = get_booking(reference=reference)
    except Booking.DoesNotExist as missing:
        raise Http404 from missing
    if proof_of(request, booking) is not Proof.MADE:
        raise Http404
    return booking


def _show(
    request: HttpRequest, booking: Booking, form: AddressForm, *, status: int = 200
) -> HttpResponse:
    """The whole page, or for the done page a line that shows only when the mail came back."""
    context = {
        **frame_of(business=booking.business, place=booking.location),
        "reference": booking.reference,
        "contact": mask_address(booking.contact_email),
        "undeliverable": is_undeliverable(booking_id=booking.pk, email=booking.contact_email),
        "form": form,
    }
    page, fragment = "self_service/address.html", "self_service/_undeliverable.html"
    return render_page(request, page, fragment, context, status=status)
