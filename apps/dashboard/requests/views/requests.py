"""The inbox of requests, the most urgent first."""

from django.http import HttpResponse
from django.utils import timezone

from apps.dashboard.access import OwnerRequest
from apps.dashboard.bookings.queries.inbox import get_inbox
from apps.dashboard.classes.queries.wishes import count_wishes
from apps.dashboard.frame.views.owner_page import owner_page, show
from apps.dashboard.roles import Right

MOST_PAGES = 1000


@owner_page(Right.DECIDE)
def requests(request: OwnerRequest) -> HttpResponse:
    """Show requests grouped by the time they want, with what can still be taken back."""
    now = timezone.now()
    page = _page_number(request.GET.get("page", ""))
    inbox = get_inbox(access=request.access, page=page, now=now)
    waiting = count_wishes(access=request.access) if request.access.may(Right.WAITLIST) else 0
    context = {
        "wishes": waiting,
        "inbox": inbox,
        "page_number": page,
        "before": page - 1,
        "after": page + 1,
    }
    return show(request, "dashboard/requests.html", None, context, now=now, current="requests")


def _page_number(asked: str) -> int:
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1  # noqa: PLR2004
    return min(max(number, 1), MOST_PAGES)
