from django.db import transaction

from apps.availability.models import Occupancy, Session


@transaction.atomic(savepoint=False)
def release_time(*, session_id: int) -> None:
    """Give the time of a session back; the row stays as history. Needs no lock (pretix's rule:
    lock what you use, never what you free)."""
    Occupancy.objects.filter(session_id=session_id).delete()
    Session.objects.filter(pk=session_id).update(
        state=Session.State.CANCELED, seats_taken=0, expires_at=None
    )


def forget_session(*, session_id: int) -> None:
    """Delete the session of a draft that nobody finished, its time with it."""
    Session.objects.filter(pk=session_id).delete()
