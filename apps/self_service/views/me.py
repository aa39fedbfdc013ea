"""*My bookings*: what a browser may call its own, at all businesses, without asking for an address;
and all of an address, once it is signed in."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.bookings.forms.picks import picks_of_booking, times_url
from apps.bookings.models import Booking
from apps.bookings.visitors import browser_of, forget, forget_grants, plans_of, proof_of
from apps.customers import operations as customers
from apps.customers.signed_in import address_of, device_of
from apps.prepaid.queries.of_mailbox import list_cards_of, list_plans
from apps.self_service.queries.mine import list_mine, of_browser
from apps.self_service.views.booking import granted_booking
from apps.web.http import HttpResponseSeeOther, go_to, render_page

LONGEST_PAGE = 9


@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """List what was booked in this browser, opened by its link, or is remembered here; and all of
    the address that it is signed in with."""
    now = timezone.now()

    def opens(booking: Booking) -> bool:
        return proof_of(request, booking) is not None

    address = address_of(request)
    found = list_mine(
        found=of_browser(browser_of(request), address=address),
        opens=opens,
        page=request.GET.get("page", "")[:LONGEST_PAGE],
        now=now,
    )
    context = {
        "mine": found,
        "plans": list_plans(among=plans_of(request)),
        "cards": list_cards_of(email=address),
        "now": now,
        "address": address,
    }
    return render_page(request, "self_service/me.html", None, context)


@require_safe
@never_cache
def again(request: HttpRequest, reference: str) -> HttpResponse:
    """Lead to the times of what was booked, with the same choices made."""
    booking = granted_booking(request, reference)
    return HttpResponseSeeOther(times_url(booking.service, picks_of_booking(booking)))


@require_POST
def forget_me(request: HttpRequest) -> HttpResponse:
    """Forget in this browser whatever it may see as a customer, and sign it out (rule D7)."""
    here = device_of(request)
    if here is not None:
        customers.end_sign_ins(email=here.email, device_id=here.pk, now=timezone.now())
    response = go_to(request, "self_service:me")
    forget(response)
    forget_grants(request)
    return response
