from collections.abc import Collection

from apps.availability.operations._door import open_door


def lock_resources(*, resource_ids: Collection[int]) -> None:
    """Lock resources in key order until the caller's transaction ends, before several times are
    taken one after the other: each of those then locks nothing new (rule C2).

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    with open_door(resource_ids=resource_ids):
        pass
