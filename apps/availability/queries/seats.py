from django.db.models import Sum

from apps.availability.models import CourseRun, Seating, Session


def count_seats(*, target: Session | CourseRun) -> int:
    """Add up what the seatings say is taken; ``seats_taken`` has to be the same (check_ledger)."""
    of = {"session": target} if isinstance(target, Session) else {"course_run": target}
    taken = Seating.objects.filter(released_at=None, **of).aggregate(seats=Sum("seats"))
    return taken["seats"] or 0
