"""The demo's outbox: mails that were kept as files instead of sent. Not there in production."""

from pathlib import Path

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.messages.eml_files import KeptMail, list_kept_mails, mail_folder, read_kept_mail
from apps.web.http import render_page

# A mail is somebody else's HTML: it may be looked at, and do nothing. Its links open a new tab.
PREVIEW_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails."""
    mails = list_kept_mails(_folder())
    return render_page(request, "messages/outbox.html", None, {"mails": mails})


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # stubs know views without arguments
@never_cache
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: head, HTML in a frame, text twin, calendar file."""
    return render_page(request, "messages/kept_mail.html", None, {"mail": _find(name)})


@never_cache
@require_safe
def preview(_request: HttpRequest, name: str) -> HttpResponse:
    """Give the HTML part alone, under a policy that lets nothing run (rule S8)."""
    headers = {"Content-Security-Policy": PREVIEW_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(_find(name).html, headers=headers)


@never_cache
@require_safe
def calendar(_request: HttpRequest, name: str) -> HttpResponse:
    """Give the calendar file of one mail as a download."""
    return HttpResponse(
        _find(name).calendar,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="booking.ics"'},
    )


def _folder() -> Path:
    """The folder of mails; 404 unless ``settings.DEMO``: it shows everybody's mail to anybody."""
    if not settings.DEMO:
        raise Http404
    return mail_folder()


def _find(name: str) -> KeptMail:
    try:
        return read_kept_mail(_folder(), name)
    except FileNotFoundError as error:
        raise Http404 from error
