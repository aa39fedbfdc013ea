"""Nobody books a service oftener than its policy lets one customer, however many taps come at once
(rule B46)."""

from datetime import datetime

from apps.availability import operations as availability
from apps.bookings.models import Booking
from apps.bookings.operations.drafts import Visitor, last_draft
from apps.bookings.operations.errors import BookedOften
from apps.bookings.queries.rebooking import list_made, rebooking_limit_of, times_of
from apps.bookings.rebooking import RebookingLimit, may_book_again
from apps.catalog.models import BookingPolicy
from apps.catalog.queries import Choice


def lock_rebooking(*, policy: BookingPolicy) -> RebookingLimit | None:
    """Let nobody else book under a policy that has a limit until the transaction ends, and return
    the limit; without one nothing is locked. After the booking and before any time or money
    (rule C2): one lock for all, because one person may spell their address in several ways.

    Raises:
        BusyTryAgain: the lock did not come in time.
    """
    limit = rebooking_limit_of(policy)
    if limit is not None:
        with availability.saying_busy():
            rows = BookingPolicy.objects.select_for_update(no_key=True).filter(pk=policy.pk)
            list(rows.values_list("pk"))
    return limit


def lock_rebooking_over(*, choice: Choice, visitor: Visitor) -> None:
    """As ``lock_rebooking``, for whoever may let the visitor's newest draft go under that lock: a
    draft is a booking, so it is locked before (rule C2), as its details lock it.

    Raises:
        BusyTryAgain: a lock did not come in time.
    """
    if rebooking_limit_of(choice.policy) is None:
        return
    if previous := last_draft(choice, visitor=visitor):
        with availability.saying_busy():
            list(Booking.objects.select_for_update().filter(pk=previous.pk).values_list("pk"))
    lock_rebooking(policy=choice.policy)


def require_may_book_again(
    *, booking: Booking, policy: BookingPolicy, email: str, phone: str, now: datetime
) -> None:
    """Refuse a locked booking that is not booked yet where its customer (mailbox in lower case,
    phone in E.164) is at the limit of the policy of today; itself it does not count.

    Raises:
        BookedOften: they are.
        BusyTryAgain: the lock did not come in time.
    """
    limit = lock_rebooking(policy=policy)
    if limit is None:
        return
    made = list_made(
        business_id=booking.business_id,
        service_id=booking.service_id,
        email=email,
        phone=phone,
        besides=[booking.pk],
        now=now,
    )
    if not may_book_again(limit, made=times_of(made), now=now).allowed:
        raise BookedOften
