"""Where providers tell us that something happened; who is not one of them learns nothing."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.checkout import operations as checkout
from apps.checkout.providers import ForgedEvent

LONGEST = 256 * 1024


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str) -> HttpResponse:
    """Store a signed message and answer at once; the worker asks for the truth (rule M6)."""
    if len(request.body) > LONGEST:
        return HttpResponse(status=413)
    try:
        checkout.receive_event(
            provider=provider, body=request.body, headers=request.headers, now=timezone.now()
        )
    except ForgedEvent:
        return HttpResponse(status=400)
    return HttpResponse(status=200)
