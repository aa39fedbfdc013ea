"""The people somebody books for besides themselves: saved, renamed, removed (rule D14)."""

from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from apps.customers.models import Customer, SavedPerson
from apps.kernel.refusals import Refusal

KEPT = timedelta(days=14)


class TooManySaved(Refusal):
    """There are as many as there may be."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class SavedAlready(Refusal):
    """Somebody else on the list has this name."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class SavedPersonChanged(Refusal):
    """The name was changed since the page was made."""

    status = HTTPStatus.CONFLICT


@transaction.atomic
def save_person(*, email: str, name: str, now: datetime) -> SavedPerson:
    """Put somebody on the list of a proven mailbox (lower case); whoever is on it already, however
    it is capitalised, is returned. Two at once get two places: the row of a place is written once.

    Raises:
        TooManySaved: the list is full.
    """
    for _attempt in range(SavedPerson.MOST + 1):
        saved = list(SavedPerson.objects.filter(email=email))
        known = [it for it in saved if it.name.casefold() == name.casefold()]
        if known:
            return known[0]
        free = set(range(SavedPerson.MOST)) - {it.place for it in saved}
        if not free:
            break
        person = SavedPerson(email=email, name=name, place=min(free), created_at=now)
        SavedPerson.objects.bulk_create([person], ignore_conflicts=True)
    raise TooManySaved


@transaction.atomic
def rename_saved_person(*, person_id: int, email: str, name: str, revision: int) -> None:
    """Change a name on the list of a proven mailbox. The same sent twice is done once; bookings
    keep the name they were made with.

    Raises:
        SavedPerson.DoesNotExist: there is nobody like that on this list.
        SavedAlready: somebody else has this name.
        SavedPersonChanged: the name is another one than the page showed.
    """
    saved = list(SavedPerson.objects.select_for_update().filter(email=email).order_by("pk"))
    person = next((it for it in saved if it.pk == person_id), None)
    if person is None:
        raise SavedPerson.DoesNotExist
    if person.name == name:
        return
    if person.revision != revision:
        raise SavedPersonChanged
    if any(it.name.casefold() == name.casefold() for it in saved if it.pk != person_id):
        raise SavedAlready
    own = SavedPerson.objects.filter(pk=person_id)
    own.update(name=name, revision=F("revision") + 1)


def remove_saved_person(*, person_id: int, email: str) -> bool:
    """Take somebody off the list of a proven mailbox; tell whether they were on it."""
    gone, _of = SavedPerson.objects.filter(pk=person_id, email=email).delete()
    return gone > 0


def forget_saved_people(*, now: datetime) -> int:
    """Delete the people whom mailboxes saved that no business knows (any more), two weeks later at
    the earliest, so that nobody loses them who is about to book; return how many rows."""
    known = Customer.objects.filter(email=OuterRef("email"))
    old = SavedPerson.objects.filter(created_at__lt=now - KEPT)
    gone, _of = old.filter(~Exists(known)).delete()
    return gone
