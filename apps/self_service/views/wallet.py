"""A booking in the wallet of a phone (rule S26)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.self_service.queries.wallet import wallet_pass
from apps.self_service.views.booking import granted_booking
from apps.web.pkpass import CONTENT_TYPE


@require_safe
@never_cache
def wallet(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the pass of a booking as it is now, void where that is cancelled or over."""
    booking = granted_booking(request, reference)
    content = wallet_pass(booking=booking, now=timezone.now())
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.pkpass"'
    return response
