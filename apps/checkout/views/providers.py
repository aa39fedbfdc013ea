"""Where providers tell us that something happened (who is not one of them learns nothing), and the
page of the one that moves no money."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from apps.checkout import operations as checkout
from apps.checkout.forms import read_act
from apps.checkout.models import SandboxSession
from apps.checkout.operations import Act
from apps.checkout.providers import ForgedEvent
from apps.checkout.providers.sandbox import Sandbox
from apps.kernel.money import Money
from apps.web.http import HttpResponseSeeOther, render_page

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


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sandbox(request: HttpRequest, ref: str) -> HttpResponse:
    """Pay, decline or give up a payment in the sandbox, and go back to where it came from."""
    if settings.PORTAL_ORIGIN.startswith("https:") and Sandbox.name != settings.PAYMENT_PROVIDER:
        raise Http404  # nobody gets anything real for it
    try:
        session = SandboxSession.objects.get(ref=ref)
    except SandboxSession.DoesNotExist as missing:
        raise Http404 from missing
    if request.method != "POST":
        return _show(request, session)
    act = read_act(request.POST)
    if act is None:
        return _show(request, session, status=422)
    try:
        session = checkout.act_in_sandbox(ref=ref, act=act, now=timezone.now())
    except checkout.SessionOver:
        return _show(request, session, status=409)
    back = session.cancel_url if act is Act.CANCEL else session.return_url
    return HttpResponseSeeOther(back)


def _show(request: HttpRequest, session: SandboxSession, *, status: int = 200) -> HttpResponse:
    is_open = session.state in {SandboxSession.State.OPEN, SandboxSession.State.DECLINED}
    context = {
        "session": session,
        "amount": Money(session.amount, session.currency),
        "is_open": is_open and timezone.now() < session.expires_at,
        "has_refunded": session.refunded > 0,
        "is_stale": status == 409,  # noqa: PLR2004 - conflict
    }
    return render_page(request, "checkout/sandbox.html", None, context, status=status)
