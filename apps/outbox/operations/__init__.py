"""The verbs of the outbox. ``register`` is here too because every app that enqueues needs both."""

from apps.outbox.operations.enqueue import (
    NewItem,
    OutsideTransaction,
    enqueue,
    enqueue_many,
    withdraw,
)
from apps.outbox.operations.lease import (
    LEASE,
    cancel,
    forget_done,
    give_up,
    give_up_on_killers,
    lease_due,
    mark_done,
    postpone,
    release,
    renew_lease,
    retry_later,
    retry_now,
)
from apps.outbox.registry import (
    GiveUp,
    Postpone,
    register,
    register_hindrance,
    register_periodic,
)

__all__ = [
    "LEASE",
    "GiveUp",
    "NewItem",
    "OutsideTransaction",
    "Postpone",
    "cancel",
    "enqueue",
    "enqueue_many",
    "forget_done",
    "give_up",
    "give_up_on_killers",
    "lease_due",
    "mark_done",
    "postpone",
    "register",
    "register_hindrance",
    "register_periodic",
    "release",
    "renew_lease",
    "retry_later",
    "retry_now",
    "withdraw",
]
