from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from apps.availability.models import CourseRun, Seating, Session

NOBODY = {"seats_taken": 0, "seats_offered": 0, "overridden": False}


@transaction.atomic(savepoint=False)
def release_all_seats(*, session_ids: Collection[int], now: datetime) -> None:
    """Give back every seat of sessions that do not take place, held and offered ones too.

    The sessions are cancelled, and so locked, in the same transaction (``cancel_sessions``).
    """
    Seating.objects.filter(session_id__in=session_ids, released_at=None).update(released_at=now)
    Session.objects.filter(pk__in=session_ids).update(**NOBODY)


@transaction.atomic(savepoint=False)
def release_run_seats(*, course_run_id: int, now: datetime) -> None:
    """The same for a course run, cancelled in the same transaction (``cancel_course_run``)."""
    Seating.objects.filter(course_run_id=course_run_id, released_at=None).update(released_at=now)
    CourseRun.objects.filter(pk=course_run_id).update(**NOBODY)
