"""How many statements a hold and a submission send (docs/benchmarks.md)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.bookings import operations as bookings
from apps.bookings.operations import Details
from apps.businesses.queries import get_public_business
from apps.catalog.queries import choose, get_service
from tests.factories import NOW, Salon, make_salon, make_visitor


def hold_and_submit(salon: Salon, hour: int) -> tuple[int, int]:
    with CaptureQueriesContext(connection) as of_hold:
        business = get_public_business(slug=salon.business.slug)
        choice = choose(
            service=get_service(business=business, slug="cut"), resource_id=salon.ana.resource_id
        )
        draft = bookings.place_hold(
            choice=choice,
            starts_at=salon.at(25, hour),
            visitor=make_visitor(str(hour)),
            now=NOW,
        )
    with CaptureQueriesContext(connection) as of_submission:
        bookings.submit_draft(
            draft_id=draft.draft_id,
            details=Details(name="Carl Vogt", email="carl@example.com"),
            seen_price=draft.price,
            now=NOW,
        )
    plain = ("SAVEPOINT", "RELEASE")
    return tuple(  # type: ignore[return-value]
        sum(not it["sql"].startswith(plain) for it in queries.captured_queries)
        for queries in (of_hold, of_submission)
    )


@pytest.mark.django_db
def test_a_hold_and_a_submission_send_few_statements_once_the_setup_is_known() -> None:
    salon = make_salon()
    hold_and_submit(salon, 10)

    found = hold_and_submit(salon, 12)

    # The same on both databases. PostgreSQL got several writes as one ``WITH`` (6 and 7) until the
    # second path to the database went (ADR 29).
    assert found == (8, 10)
