"""A week of 200 classes, and five hundred people who want one of twenty places."""

from datetime import date, datetime, timedelta

from apps.availability import operations as availability
from apps.availability.models import Session
from apps.availability.operations import Override, SessionFacts
from apps.availability.queries.scheduling import ProposedSession
from apps.catalog.models import Service
from apps.kernel.spans import week_name
from benchmarks.browser import Browser
from benchmarks.clients import Load, Phase, run_clients
from benchmarks.pages import Page, measure_page
from benchmarks.stage import Troupe

SESSIONS, PLACES = 200, 20
FLASH_CLIENTS, TAPS_EACH = 20, 25
WEEK = timedelta(weeks=1)
STATEMENT = (
    "SELECT * FROM availability_session WHERE business_id = %s AND kind = 'CLASS' "
    "AND starts_at >= %s AND starts_at < %s ORDER BY starts_at"
)


def set_up_week(troupe: Troupe, *, now: datetime) -> list[Session]:
    """Open 200 classes in the week after next, spread over its days and the team."""
    service = Service.objects.create(
        business=troupe.business,
        category=troupe.service.category,
        policy=troupe.service.policy,
        form=troupe.service.form,
        name="Braiding",
        slug="braiding",
        kind=Service.Kind.CLASS,
        duration_minutes=60,
        price=1800,
    )
    monday = first_day(now=now)
    midnight = datetime.combine(monday, datetime.min.time(), tzinfo=troupe.business.zone)
    sessions: list[Session] = []
    for number, resource_id in enumerate(troupe.resource_ids):
        share = range(number, SESSIONS, len(troupe.resource_ids))
        starts = [midnight + timedelta(days=it % 7, hours=9 + it // 7 % 9) for it in share]
        proposals = [
            ProposedSession(int(at.timestamp()), int(at.timestamp()) + 3600) for at in starts
        ]
        at_any_hour = Override("The bench asks nobody for their hours.")
        facts = SessionFacts(service, None, (resource_id,), PLACES, override=at_any_hour)
        sessions += availability.open_sessions(facts=facts, proposals=proposals, now=now)
    return sessions


def first_day(*, now: datetime) -> date:
    """The Monday of the week after next: nothing in it has begun, whenever the bench runs."""
    today = now.date()
    return today - timedelta(days=today.weekday()) + 2 * WEEK


def measure_timetable(troupe: Troupe, *, now: datetime, seconds: float) -> Page:
    """The week as htmx asks for it, beside a bare read of its sessions."""
    monday = first_day(now=now)
    return measure_page(
        f"/{troupe.business.slug}/classes/?week={week_name(monday, week_starts=0)}",
        statement=STATEMENT,
        parameters=[troupe.business.pk, f"{monday} 00:00+00:00", f"{monday + WEEK} 00:00+00:00"],
        seconds=seconds,
    )


def measure_flash(troupe: Troupe, session: Session, *, port: int) -> Load:
    """Twenty clients with twenty-five people each tap one class of twenty places."""
    path = f"/{troupe.business.slug}/classes/{session.pk}/"

    def make(_number: int) -> list[Phase]:
        browser = Browser(port)
        browser.get(path)
        return [_taps(browser, path)]

    (load,) = run_clients(make, clients=FLASH_CLIENTS, seconds=60)
    return load


def _taps(browser: Browser, path: str) -> Phase:
    left = TAPS_EACH

    def tap() -> str:
        nonlocal left
        if not left:
            raise StopIteration
        left -= 1
        browser.forget_visit()
        answer = browser.post(f"{path}hold", {"people": "1"})
        return "held" if answer.location.startswith("/book/") else f"{answer.status}"

    return tap
