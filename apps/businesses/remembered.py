"""What a process keeps of the setup of businesses, for as long as the setup stays as it is."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, NamedTuple, Protocol, TypeVar

from django.db.models import Model
from django.db.models.base import ModelState

T = TypeVar("T")
M = TypeVar("M", bound=Model)


class Tenant(Protocol):
    """A business, or what stands for one: its id, and the revision of its setup if it was read."""

    @property
    def pk(self) -> int: ...
    @property
    def setup_revision(self) -> int | None: ...


class Revision(NamedTuple):
    """A business of which no more than this was read yet."""

    pk: int
    setup_revision: int | None


def own_copy(row: M) -> M:
    """A remembered row for one request to change: ``copy.copy`` without its way by pickling."""
    mine = row.__class__.__new__(row.__class__)
    mine.__dict__.update(row.__dict__)
    mine._state = ModelState()
    mine._state.db, mine._state.adding = row._state.db, row._state.adding
    mine._state.fields_cache = dict(row._state.fields_cache)
    return mine


class Remembered(Generic[T]):
    """Values read from the setup of businesses, at most so many, the longest unused going first.

    A value counts only under the revision of the setup it was read with (``SetupRevision``), so
    an owner's change is seen by the next request of every process. The same value is handed to
    many requests: nobody may change it.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[int, T]] = OrderedDict()
        self._lock = Lock()

    def get(self, business: Tenant, key: Hashable, read: Callable[[], T]) -> T:
        """Return the value under the key for this business; read it when it is not known.

        The revision has to be older than what is read. A business whose revision was not read
        is asked anew each time. What read raises is not remembered.
        """
        revision = business.setup_revision
        if revision is None:
            return read()
        whole = (business.pk, key)
        with self._lock:
            kept = self._kept.get(whole)
            if kept is not None and kept[0] == revision:
                self._kept.move_to_end(whole)
                return kept[1]
        value = read()
        with self._lock:
            self._kept[whole] = (revision, value)
            self._kept.move_to_end(whole)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value
