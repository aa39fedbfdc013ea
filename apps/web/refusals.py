"""What any page can refuse: too many, a form that is not ours, no such page (429, 403, 404)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from apps.web.http import instead_of_the_page, render_page
from apps.web.kept_text import AROUND, page_around, typed_again, words_typed

MINUTE = 60


def too_many(request: HttpRequest, retry_after: int) -> HttpResponse:
    """Render the 429 page or fragment, with what was typed to be copied. ``retry_after`` is in
    seconds."""
    words = words_typed(request) if request.method == "POST" else []
    response = render_page(
        request,
        "429.html",
        "web/_too_many.html",
        {"wait_words": wait_in_words(retry_after), "typed": words},
        status=429,
    )
    response.headers["Retry-After"] = str(retry_after)
    response.headers["Cache-Control"] = "no-store"
    return response


def wait_in_words(seconds: int) -> str:
    """Say a wait in whole minutes, rounded up, or in hours from two hours on."""
    minutes = max(1, -(-seconds // MINUTE))
    if minutes < 2 * MINUTE:
        return ngettext("%d minute", "%d minutes", minutes) % minutes
    hours = -(-minutes // MINUTE)
    return ngettext("%d hour", "%d hours", hours) % hours


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token (settings.CSRF_FAILURE_VIEW): 403, and what to do.

    A page of our own that grew old, as by a sign-in in another tab, or whose cookie went, gives
    back what was typed: a button sends it to the same address with a token that fits. What another
    site sent is not shown. A part of a page that htmx asks for gives way to this page as a whole.
    """
    del reason  # for developers only: it would tell a person nothing
    context = {"typed": typed_again(request), "around": page_around(request), "field": AROUND}
    response = render_page(request, "403.html", None, context, status=403)
    response.headers["Cache-Control"] = "no-store"
    return instead_of_the_page(request, response)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not there (handler404), or not for this browser, whose cookie may have gone
    while somebody typed: what they typed is there to be copied."""
    del exception  # what was looked for is nobody's business
    words = words_typed(request) if request.method == "POST" else []
    response = render_page(request, "404.html", None, {"typed": words}, status=404)
    response.headers["Cache-Control"] = "no-store"
    return response
