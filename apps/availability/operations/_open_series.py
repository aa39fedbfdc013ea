from dataclasses import replace
from datetime import datetime

from django.db import transaction

from apps.availability.engine.series import SeriesRule
from apps.availability.models import Session, SessionSeries
from apps.availability.operations._open_sessions import SessionFacts, open_sessions
from apps.availability.queries.plans import plan_series
from apps.businesses.operations import lock_business


@transaction.atomic
def open_series(
    *,
    rule: SeriesRule,
    facts: SessionFacts,
    skip_closed: bool,
    now: datetime,
    form_key: str = "",
) -> list[Session]:
    """Open a class at the same wall time of the venue, all its sessions or none (rule T5).
    The same form_key opens them once.

    skip_closed leaves out the dates on which the business is closed.

    Raises:
        NoEnd, TooManyDates, NoDates: see ``series_dates``.
        ResourceElsewhere: its room is at another place.
        SessionsCollide: with the starts that do not fit; nothing was written.
        BusyTryAgain: the lock did not come in time.
    """
    service, location = facts.service, facts.location
    if form_key:
        lock_business(business_id=service.business_id)
        made = Session.objects.filter(series__form_key=form_key, business_id=service.business_id)
        if earlier := list(made.order_by("starts_at")):
            return earlier
    plans = plan_series(rule=rule, service=service, location=location, skip_closed=skip_closed)
    series = SessionSeries.objects.create(
        business_id=service.business_id,
        service=service,
        location=location,
        rrule=rule.as_rrule(),
        first_on=rule.first_on,
        starts_minute=rule.starts_minute,
        duration_minutes=rule.duration_minutes,
        capacity=facts.capacity,
        created_at=now,
        form_key=form_key or None,
    )
    series.resources.set(facts.resource_ids)
    return open_sessions(facts=replace(facts, series=series), plans=plans, now=now)
