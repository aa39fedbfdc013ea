"""The page of the practice provider: it looks like somewhere else, and says what it is."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.checkout import operations as checkout
from apps.checkout.forms import read_act
from apps.checkout.models import PracticeSession
from apps.checkout.operations import Act
from apps.checkout.providers.practice import Practice
from apps.kernel.money import Money
from apps.web.http import HttpResponseSeeOther, render_page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def practice(request: HttpRequest, ref: str) -> HttpResponse:
    """Pay, decline or give up a practice payment, and go back to where it came from."""
    if settings.PORTAL_ORIGIN.startswith("https:") and Practice.name != settings.PAYMENT_PROVIDER:
        raise Http404  # nobody gets anything real for it
    try:
        session = PracticeSession.objects.get(ref=ref)
    except PracticeSession.DoesNotExist as missing:
        raise Http404 from missing
    if request.method != "POST":
        return _show(request, session)
    act = read_act(request.POST)
    if act is None:
        return _show(request, session, status=422)
    try:
        session = checkout.act_in_practice(ref=ref, act=act, now=timezone.now())
    except checkout.SessionOver:
        return _show(request, session, status=409)
    back = session.cancel_url if act is Act.CANCEL else session.return_url
    return HttpResponseSeeOther(back)


def _show(request: HttpRequest, session: PracticeSession, *, status: int = 200) -> HttpResponse:
    is_open = session.state in {PracticeSession.State.OPEN, PracticeSession.State.DECLINED}
    context = {
        "session": session,
        "amount": Money(session.amount, session.currency),
        "is_open": is_open and timezone.now() < session.expires_at,
        "has_refunded": session.refunded > 0,
        "is_stale": status == 409,  # noqa: PLR2004 - conflict
    }
    return render_page(request, "checkout/practice.html", None, context, status=status)
