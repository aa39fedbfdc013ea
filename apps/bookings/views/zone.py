"""The page on which a customer of an online service chooses the clock (no script needed)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.bookings.forms.picks import known_zones, read_picks, times_url
from apps.bookings.views.found import service_page
from apps.businesses.pages import frame_of
from apps.catalog.models import Service
from apps.web import formatting
from apps.web.http import render_page
from apps.web.text import clean_line

COMMON = (
    *("Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Paris", "Europe/Athens"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("America/Sao_Paulo", "Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata"),
    *("Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)
MOST = 40
LONGEST = 40


@require_safe
@service_page
def zone(request: HttpRequest, service: Service) -> HttpResponse:
    """List the common zones, or those whose name has the searched words in it."""
    now = timezone.now()
    picks = read_picks(request.GET, now=now)
    search = clean_line(request.GET.get("q", ""), max_length=LONGEST)
    context = {
        **frame_of(business=service.business),
        "service": service,
        "query": search,
        "kept": picks.pairs(),
        "back_url": times_url(service, picks),
        "back_label": service.name,
        "zones": [
            {
                "url": times_url(service, picks.with_zone(name)),
                "city": name.rpartition("/")[2].replace("_", " "),
                "region": name.rpartition("/")[0].replace("_", " ").replace("/", ", "),
                "time": _time_in(name, service, now=now),
                "chosen": name == picks.zone,
            }
            for name in _names(search)
        ],
    }
    return render_page(request, "bookings/zone.html", None, context)


def _names(search: str) -> list[str]:
    if not search:
        return list(COMMON)
    words = search.casefold().replace(" ", "_")
    found = [it for it in known_zones() if words in it.casefold() and "/" in it]
    return sorted(found, key=lambda it: (not _city(it).startswith(words), it))[:MOST]


def _city(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _time_in(name: str, service: Service, *, now: datetime) -> str:
    return formatting.format_weekday_time(now, zone=ZoneInfo(name), locale=service.business.locale)
