"""What an operation refuses is told in words by whatever view asks for it (rule W2): nothing of it
ends as a fault of ours."""

from collections.abc import Iterator
from types import FunctionType

from django.core.exceptions import ObjectDoesNotExist
from django.urls import URLResolver, get_resolver

from apps.availability import operations as availability
from apps.bookings.operations.errors import CannotMove, TimeNotKept
from apps.bookings.states import IllegalTransition
from apps.businesses.accent import NotAColour
from apps.checkout import operations as checkout
from apps.dashboard.classes.views.timetable import new_class
from apps.kernel.refusals import Refusal
from apps.outbox.operations import OutsideTransaction
from apps.web.limits import TooMany
from apps.web.refusals import Busy, NotOpenHere
from tests.architecture.raising import (
    caught_with,
    errors_of,
    is_ours,
    leaving_before,
    name_of,
    plain,
)

ANSWERED_FOR_ALL = (Busy, TooMany, NotOpenHere)
"""What a middleware answers on every page, or the page for all that is not found."""

FAULTS = (TimeNotKept, IllegalTransition, NotAColour, OutsideTransaction, ObjectDoesNotExist)
"""What stays loud: it is never the doing of whoever sits before the page. A row that is not there
is looked for by the view first, or is 404."""

NEVER = {
    # A draft of which money came is finished by whoever heard of the money; a page that moves money
    # of what is booked finishes none.
    ("bookings.finish_draft", "SlotGone"),
    ("bookings.finish_draft", "NoTime"),
    # The plain service, for one person: that is always offered.
    ("bookings.choice_as_booked", "UnknownChoice"),
    ("classes._eligible", "UnknownChoice"),
    # It was chosen a moment ago, on this very page.
    ("bookings.show_lost", "UnknownChoice"),
    ("bookings.write_answers", "UnknownChoice"),
    # The amount was fitted into the bounds before.
    ("checkout._within", "AmountRefused"),
    # All of the money, or nothing in particular, is given back: there is no amount to compare.
    ("checkout.cancel_and_refund", "RefundChanged"),
    ("checkout.cancel_and_refund", "TooMuchToRefund"),
    ("checkout.cancel_and_refund", "TooMuchOfLine"),
    ("prepaid.stop_gift_card", "RefundChanged"),
    ("prepaid.stop_gift_card", "TooMuchOfLine"),
    ("prepaid.cancel_plan", "TooMuchOfLine"),
    # Only customers have to be in a double booking to be given their money.
    ("dashboard._cancel", "NoConflict"),
    # It was made a moment ago, at a price that is not nothing.
    ("prepaid.sell_gift_card", "NotOwed"),
    ("prepaid._take", "NotOwed"),
    ("checkout.book_with_discount", "NotOwed"),
    # Nobody pays anything but with the plan, for what this transaction has made itself.
    ("prepaid.book_with_plan", "AmountRefused"),
    ("prepaid.book_with_plan", "DraftGone"),
    ("prepaid.book_with_plan", "PriceChanged"),
    ("prepaid.book_with_plan", "UnknownChoice"),
    ("prepaid.book_with_plan", "CouponRefused"),
    ("prepaid.book_with_plan", "DetailsMissing"),
    ("prepaid.book_with_plan", "GiftRefused"),
    ("prepaid.book_with_plan", "OpenRefused"),
    ("prepaid.book_with_plan", "PaymentUnderWay"),
    ("prepaid.book_with_plan", "ProviderGone"),
    # The page showed no revision.
    ("prepaid.start_renewal", "StaleRevision"),
    ("prepaid.stop_renewal", "StaleRevision"),
    # The team takes its own word back; only a rule that comes due does not overrule it.
    ("classes.cancel_class", "IsDecided"),
    ("classes.cancel_run", "IsDecided"),
    ("classes.cancel_course_date", "IsDecided"),
}


def views(resolver: URLResolver) -> Iterator[FunctionType]:
    """The functions behind our addresses."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from views(each)
        elif is_ours(each.callback):
            yield plain(each.callback)


def test_every_refusal_is_told_by_the_view_that_meets_it() -> None:
    found = set(views(get_resolver()))
    errors = errors_of(found, never=NEVER)

    untold = [
        f"{view.__module__}.{view.__name__}: {error.__name__}"
        for view in found
        for error in errors[view]
        if not issubclass(error, (*ANSWERED_FOR_ALL, *FAULTS))
    ]

    assert sorted(untold) == []
    assert sorted(NEVER - leaving_before(errors)) == []


def test_nobody_takes_the_wait_of_a_limit_for_a_refusal_of_their_own() -> None:
    """A page that catches every refusal would show itself again instead of the wait (429)."""
    known = errors_of(set(views(get_resolver())))

    assert caught_with(TooMany, Refusal, known) == set()
    assert TooMany in set().union(*known.values())
    assert "self_service.take_session" in caught_with(CannotMove, Refusal, known)


def test_what_is_raised_deep_below_is_seen_and_what_is_caught_is_not() -> None:
    found = errors_of([new_class, availability.open_series, checkout.book_with_discount])

    names = {name_of(it): {error.__name__ for error in errors} for it, errors in found.items()}
    assert "ResourceElsewhere" in names["availability.open_series"]
    assert "ResourceElsewhere" not in names["dashboard.new_class"]
    assert "NotOwed" in names["checkout.book_with_discount"]
