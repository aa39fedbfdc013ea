"""Questions about tenants and who may act in them; and what a process keeps of the setup of
businesses, for as long as the setup stays as it is."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from copy import copy
from threading import Lock
from typing import Generic, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet, Subquery

from apps.businesses.models import Business, Clock, FormerSlug, Location, TeamMember

T = TypeVar("T")


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


_businesses: Remembered[Business] = Remembered(most=1_000)


class BusinessMoved(Exception):
    """The business has a new address (rule B26)."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


def get_public_business(*, slug: str) -> Business:
    """Return a business that the public may see, paused ones too; its setup may be remembered.

    Raises:
        Business.DoesNotExist: there is none, or it is a draft.
        BusinessMoved: it has a newer address.
    """
    found = Business.objects.filter(slug=slug).annotate(read_revision=F("setup__value"))
    business = next(iter(found), None)
    if business is None:
        moved = FormerSlug.objects.filter(slug=slug).values_list("business__slug", flat=True)
        current = moved.first()
        if current is None:
            raise Business.DoesNotExist
        raise BusinessMoved(current)
    business.setup_revision = getattr(business, "read_revision", None)
    if not business.is_public:
        raise Business.DoesNotExist
    return business


def get_business(known: Revision) -> Business:
    """Return the business, with its setup remembered under the revision that was just read.

    Raises:
        Business.DoesNotExist: there is none.
    """
    business = copy(_businesses.get(known, None, lambda: Business.objects.get(pk=known.pk)))
    business.setup_revision = known.setup_revision
    return business


def get_membership(*, user: AbstractBaseUser | AnonymousUser, slug: str) -> TeamMember | None:
    """Return the person's role in the business at this address, or nothing (also for strangers)."""
    if not user.is_authenticated:
        return None
    members = TeamMember.objects.select_related("business")
    return members.filter(user_id=user.pk, business__slug=slug).first()


def list_memberships(*, user: AbstractBaseUser) -> list[TeamMember]:
    """List the businesses a person works in, by name."""
    members = TeamMember.objects.select_related("business").filter(user_id=user.pk)
    return list(members.order_by("business__name"))


def get_main_location(*, business: Business) -> Location | None:
    """Return the first place of a business, in its owner's order."""
    return Location.objects.filter(business=business).order_by("position", "pk").first()


def list_published() -> QuerySet[Business]:
    """List the businesses whose pages are open to everybody, by name."""
    return Business.objects.filter(state=Business.State.PUBLISHED).order_by("name", "pk")


def get_clock(*, business: Business, location_id: int | None) -> Clock:
    """Return the clock of the business, or of one of its locations.

    Raises:
        Location.DoesNotExist: there is no such location in this business.
    """
    if location_id is None:
        return Clock(business)
    return Clock(business, Location.objects.get(pk=location_id, business=business))


def read_zone(*, business_id: int, location_id: int | None) -> ZoneInfo:
    """Read the zone of a place as it is now, in a statement of its own: whoever waited for a lock
    may hold rows that were read before."""
    place = Location.objects.filter(pk=location_id or 0).values("time_zone")
    own, general = (
        Business.objects.filter(pk=business_id)
        .annotate(own=Subquery(place))
        .values_list("own", "time_zone")[0]
    )
    return ZoneInfo(own or general)


def list_places(*, business: Business) -> list[Location]:
    """List the locations of a business, in its owner's order."""
    return list(Location.objects.filter(business=business).order_by("position", "pk"))
