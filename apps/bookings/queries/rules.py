from apps.bookings.policy import Policy
from apps.catalog.models import BookingPolicy


def policy_of(policy: BookingPolicy) -> Policy:
    """Read the owner's rules as the pure value that decides and is frozen with bookings
    (rule B5)."""
    return Policy(
        cancel_allowed=policy.cancel_allowed,
        cancel_until_minutes=policy.cancel_until_minutes,
        cancel_by_link=policy.cancel_by_link,
        move_allowed=policy.move_allowed,
        move_until_minutes=policy.move_until_minutes,
        move_by_link=policy.move_by_link,
        max_participants=policy.max_participants,
        description=policy.description,
    )
