"""Small answers that pages of every app ask for."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.web.http import render_page
from apps.web.text import suggest_address

LONGEST = 254


@csrf_exempt  # it reads nothing and changes nothing, and must not stop a form whose cookie went
@require_POST
def did_you_mean(request: HttpRequest) -> HttpResponse:
    """Ask whether a mistyped address was meant otherwise; the one field that is sent holds it."""
    sent = next((it for it in map(str, request.POST.values()) if "@" in it), "")
    typed = sent[:LONGEST]
    context = {"suggestion": suggest_address(typed), "typed": typed}
    return render_page(request, "web/_address.html", None, context)
