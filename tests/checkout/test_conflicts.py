"""Money that came too late: moved, given back, or kept on purpose; never silent (rule B21)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.availability.models import Occupancy
from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.bookings.queries.suggestions import find_nearest
from apps.checkout import operations as checkout
from apps.checkout.models import Payment, PlanPurchase, SandboxSession
from apps.checkout.operations import Act, Seen
from apps.checkout.pricing import Way
from apps.checkout.queries.offers import offer_of
from apps.ledger.check import find_all
from tests.factories import NOW, Salon
from tests.factories.money import ORIGIN, check_out, make_prepared, pay_in_sandbox, work
from tests.factories.prepaid import make_plan, make_purchase
from tests.factories.studio import join, make_session, make_studio
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TOO_LATE = NOW + timedelta(minutes=40)


def make_conflict(
    salon: Salon,
    *,
    hour: int = 10,
    number: int = 0,
    pays_first: Callable[[Booking], None] | None = None,
) -> Booking:
    """Carl pays for Ana's hour after his hold had ended and Eva had taken it, all of it online;
    pays_first is how she paid instead."""
    ana = salon.ana.resource_id
    late = make_prepared(
        service=salon.cut,
        starts_at=salon.at(26, hour),
        now=NOW,
        name="Carl Vogt",
        email=f"carl{number}@example.com",
        resource_id=ana,
    )
    check_out(late, Way.FULL, now=NOW)
    payment = Payment.objects.latest("pk")
    SandboxSession.objects.update(expires_at=TOO_LATE + timedelta(minutes=5))
    first = make_prepared(
        service=salon.cut,
        starts_at=salon.at(26, hour),
        now=TOO_LATE,
        name="Eva Lindner",
        email=f"eva{number}@example.com",
        resource_id=ana,
    )
    if pays_first:
        pays_first(first)
    else:
        check_out(first, Way.DEPOSIT, now=TOO_LATE)
        pay_in_sandbox(Payment.objects.latest("pk"), Act.PAY, now=TOO_LATE)
    work(TOO_LATE)
    pay_in_sandbox(payment, Act.PAY, now=TOO_LATE)
    work(TOO_LATE)
    late.refresh_from_db()
    assert late.double_booked
    return late


@pytest.fixture
def late(salon: Salon) -> Booking:
    return make_conflict(salon)


@pytest.fixture
def olga(salon: Salon, client: Client) -> Client:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def clean() -> bool:
    return list(find_all(business_id=None, now=TOO_LATE)) == []


def pay_with(purchase: PlanPurchase, draft: Booking, *, now: datetime) -> None:
    quote = offer_of(booking=draft, has_plan=True, now=now).quotes[Way.PLAN]
    seen = Seen(total=quote.total, due_now=quote.due_now, purchase_id=purchase.pk)
    checkout.check_out(draft_id=draft.draft_id, way=Way.PLAN, seen=seen, origin=ORIGIN, now=now)


def eva() -> Booking:
    return Booking.objects.get(contact_email="eva0@example.com")


def iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def test_both_are_kept_and_the_ledger_knows_why(late: Booking) -> None:
    assert (late.status, late.payment_status, late.paid) == ("CONFIRMED", "PAID", 4800)
    enforced = Occupancy.objects.filter(session_id=late.session_id or 0)
    assert list(enforced.values_list("enforced", flat=True)) == [False]
    assert clean()


def test_the_inbox_leads_to_both_sides_with_their_money(olga: Client, late: Booking) -> None:
    with at(TOO_LATE):
        inbox = text_of(olga.get("/own/juniper/requests/"))
        listed = text_of(olga.get("/own/juniper/conflicts/"))
        page = text_of(olga.get(f"/own/juniper/conflicts/{late.reference}/"))

    assert "1 problem to solve" in inbox
    assert f"/own/juniper/conflicts/{late.reference}/" in listed
    for words in ("Carl Vogt", "Eva Lindner", "€48.00 is refunded", "€20.00 is refunded"):
        assert words in page


def test_the_list_costs_the_same_with_one_row_and_with_three(
    olga: Client, salon: Salon, late: Booking
) -> None:
    def cost() -> int:
        with at(TOO_LATE), CaptureQueriesContext(connection) as queries:
            assert olga.get("/own/juniper/conflicts/").status_code == 200
        return len(queries)

    cost()  # the first page after a pause notes that the sign-in is in use
    one = cost()
    for number, hour in ((1, 12), (2, 14)):
        make_conflict(salon, hour=hour, number=number)

    assert cost() == one


def resolve(olga: Client, late: Booking, **body: str) -> Any:
    with at(TOO_LATE):
        return olga.post(f"/own/juniper/conflicts/{late.reference}/", body)


def cancel(olga: Client, late: Booking, side: Booking, **body: str) -> Any:
    """Say yes to what the page asks."""
    sent = {"revision": str(side.revision), "refund": "on", **body}
    with at(TOO_LATE):
        url = f"/own/juniper/conflicts/{late.reference}/cancel/{side.reference}/"
        return olga.post(url, {name: value for name, value in sent.items() if value})


def test_cancelling_asks_first_and_says_who_is_told_and_what_goes_back(
    olga: Client, late: Booking
) -> None:
    with at(TOO_LATE):
        page = text_of(olga.get(f"/own/juniper/conflicts/{late.reference}/"))
        url = f"/own/juniper/conflicts/{late.reference}/cancel/{late.reference}/"
        asked = text_of(olga.get(url))
        old = resolve(olga, late, verb="cancel", side=late.reference)

    late.refresh_from_db()
    assert f'href="{url}"' in page
    assert 'value="cancel"' not in page
    for words in (
        "Cancel the booking of Carl Vogt?",
        "Carl Vogt is told by e-mail, with your reason. Eva Lindner keeps the time.",
        "<b>€48.00 is refunded.</b>",
        "The way it was paid, within a few days.",
        "Yes, cancel",
    ):
        assert words in asked
    assert (old.status_code, late.status) == (422, "CONFIRMED")


def test_money_can_be_kept_and_the_reason_is_told(
    olga: Client, late: Booking, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    cancel(olga, late, eva(), refund="", reason="Eva did not come last time")
    work(TOO_LATE + timedelta(seconds=20))

    late.refresh_from_db()
    assert (eva().status, eva().paid, late.double_booked) == ("CANCELED", 2000, False)
    told = [it for it in mailoutbox if it.to == ["eva0@example.com"]]
    assert any("Eva did not come last time" in str(it.body) for it in told)
    assert clean()


def test_a_side_that_was_changed_meanwhile_is_shown_once_more(olga: Client, late: Booking) -> None:
    answer = cancel(olga, late, eva(), revision=str(eva().revision - 1), reason="No reply")
    again = cancel(olga, late, eva(), reason="x" * 501)

    assert (answer.status_code, again.status_code) == (409, 422)
    assert "Somebody has changed this." in text_of(answer)
    assert "No reply</textarea>" in text_of(answer)
    assert f'name="revision" value="{eva().revision}"' in text_of(answer)
    assert eva().status == "CONFIRMED"


def test_only_the_sides_of_this_overlap_can_be_cancelled_there(olga: Client, late: Booking) -> None:
    with at(TOO_LATE):
        other = olga.get(f"/own/juniper/conflicts/{late.reference}/cancel/NOBODY12/")
        none = olga.get(f"/own/juniper/conflicts/{eva().reference}/cancel/{late.reference}/")

    assert (other.status_code, none.status_code) == (404, 404)


def test_moving_the_late_one_puts_it_in_order(olga: Client, salon: Salon, late: Booking) -> None:
    answer = resolve(olga, late, verb="move", side=late.reference, time=iso(salon.at(26, 11, 0)))

    late.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, "/own/juniper/conflicts/")
    assert (late.double_booked, late.starts_at) == (False, salon.at(26, 11))
    assert Occupancy.objects.get(session_id=late.session_id or 0).enforced
    assert clean()


def test_moving_the_other_puts_the_late_one_in_order(
    olga: Client, salon: Salon, late: Booking
) -> None:
    resolve(olga, late, verb="move", side=eva().reference, time=iso(salon.at(26, 11, 0)))

    late.refresh_from_db()
    assert (late.double_booked, late.starts_at) == (False, salon.at(26, 10))
    assert eva().starts_at == salon.at(26, 11)
    assert clean()


def test_cancelling_the_late_one_gives_its_money_back(olga: Client, late: Booking) -> None:
    cancel(olga, late, late)
    work(TOO_LATE + timedelta(seconds=20))

    late.refresh_from_db()
    assert (late.status, late.payment_status, late.paid) == ("CANCELED", "REFUNDED", 0)
    assert SandboxSession.objects.earliest("pk").refunded == 4800
    assert clean()


def test_cancelling_the_other_gives_theirs_back(olga: Client, late: Booking) -> None:
    cancel(olga, late, eva())
    work(TOO_LATE + timedelta(seconds=20))

    late.refresh_from_db()
    assert (late.status, late.double_booked) == ("CONFIRMED", False)
    assert (eva().status, eva().payment_status) == ("CANCELED", "REFUNDED")
    assert clean()


def test_keeping_both_needs_a_reason_and_never_comes_back(olga: Client, late: Booking) -> None:
    assert resolve(olga, late, verb="keep", reason="").status_code == 422

    assert resolve(olga, late, verb="keep", reason="Ben helps Ana").status_code == 303

    late.refresh_from_db()
    assert (late.double_booked, late.override_reason) == (False, "Ben helps Ana")
    with at(TOO_LATE):
        assert "No problems." in text_of(olga.get("/own/juniper/conflicts/"))
    assert clean()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"verb": "eat"}, 422),
        ({"verb": "move", "time": "soon"}, 422),
        ({"verb": "move", "side": "NOBODY12", "time": "2026-11-26T10:00:00Z"}, 409),
        ({"verb": "move", "time": "2026-11-26T09:00:00Z"}, 409),
    ],
)
def test_anything_else_changes_nothing(
    olga: Client, late: Booking, body: dict[str, str], status: int
) -> None:
    assert resolve(olga, late, **body).status_code == status

    late.refresh_from_db()
    assert late.double_booked


def browser_with_link(booking: Booking) -> Client:
    browser = Client()
    token = bookings.create_access_link(booking=booking, now=TOO_LATE)
    with at(TOO_LATE):
        assert browser.get(f"/m/{token}").status_code == 303
    return browser


def test_the_customer_takes_another_time_for_the_same_money(late: Booking) -> None:
    carl = browser_with_link(late)
    path = f"/manage/{late.reference}/"
    with at(TOO_LATE):
        page = carl.get(path)
        (first, *_others) = page.context["overlap"].times
        assert "Your payment is safe" in text_of(page)
        answer = carl.post(f"{path}another-time", {"time": iso(first)})

    late.refresh_from_db()
    assert (answer.status_code, late.starts_at, late.double_booked) == (303, first, False)
    assert late.paid == 4800
    assert clean()


def test_the_customer_gets_all_of_it_back(late: Booking) -> None:
    carl = browser_with_link(late)
    with at(TOO_LATE):
        for _time in range(2):
            carl.post(f"/manage/{late.reference}/money-back")
    work(TOO_LATE + timedelta(seconds=20))

    late.refresh_from_db()
    assert (late.status, late.payment_status) == ("CANCELED", "REFUNDED")
    assert SandboxSession.objects.earliest("pk").refunded == 4800
    assert clean()


def test_a_booking_in_order_cannot_be_given_back_like_that(late: Booking) -> None:
    other = browser_with_link(eva())
    path = f"/manage/{eva().reference}/"
    with at(TOO_LATE):
        codes = [other.post(f"{path}money-back").status_code]
        codes += [other.post(f"{path}another-time", {"time": iso(eva().starts_at)}).status_code]

    assert codes == [409, 409]
    assert eva().status == "CONFIRMED"


def test_a_class_that_was_paid_for_too_late_is_over_its_places(db: None, at_now: Any) -> None:
    studio = make_studio()
    studio.flow.pays_online = True
    studio.flow.save()
    session = make_session(studio, starts_at=studio.at(26, 18), capacity=1)
    draft = join(session, email="carl@example.com", submits=False)
    bookings.prepare_draft(
        draft_id=draft.draft_id,
        details=bookings.Details(name="Carl", email="carl@example.com"),
        seen_price=draft.price,
        now=NOW,
    )
    draft.refresh_from_db()
    check_out(draft, Way.FULL, now=NOW)
    SandboxSession.objects.update(expires_at=TOO_LATE + timedelta(minutes=5))
    studio.flow.pays_online = False
    studio.flow.save()
    join(session, email="eva@example.com", now=TOO_LATE)

    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=TOO_LATE)
    work(TOO_LATE)

    draft.refresh_from_db()
    session.refresh_from_db()
    assert (draft.status, draft.double_booked) == ("CONFIRMED", True)
    assert (session.seats_taken, session.capacity, session.overridden) == (2, 1, True)
    assert clean()


def test_the_page_of_the_booking_tells_all_of_its_money(
    olga: Client, salon: Salon, late: Booking
) -> None:
    path = f"/own/juniper/bookings/{eva().reference}/"
    with at(TOO_LATE):
        page = text_of(olga.get(path))
        assert "Take €28.00" in page
        assert "€20.00 can be refunded." in page
        revision = str(eva().revision)
        assert olga.post(f"{path}paid/", {"revision": revision}).status_code == 303
        assert "Undo this payment" in text_of(olga.get(path))
        body = {"amount": "12.50", "seen_refunded": "0", "reason": "late"}
        assert olga.post(f"{path}refund/", body).status_code == 303
        stale = olga.post(f"{path}refund/", body)
        assert stale.status_code == 409
        assert "€12.50 has already been refunded." in text_of(stale)
        much = olga.post(f"{path}refund/", {**body, "amount": "40", "seen_refunded": "1250"})
        assert much.status_code == 422
        assert "Only €35.50 can still be refunded." in text_of(much)
        for wrong in ("", "0", "-1", "1e9", "12.505", "abc"):
            answer = olga.post(f"{path}refund/", {**body, "amount": wrong, "seen_refunded": "1250"})
            assert answer.status_code == 422
    work(TOO_LATE + timedelta(seconds=20))
    assert clean()


def test_both_sides_hear_of_it_and_nobody_reads_booked(
    late: Booking, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    told = [it for it in mailoutbox if late.reference in str(it.body)]

    subjects = sorted(it.subject.partition(":")[0] for it in told)
    assert subjects == ["Booked twice", "Please choose"]
    (to_carl,) = (it for it in told if it.to == ["carl0@example.com"])
    assert "Your payment of €48.00 came after the time had gone" in str(to_carl.body)


def test_the_page_after_paying_says_so_too(client: Client, late: Booking) -> None:
    carl = browser_with_link(late)
    with at(TOO_LATE):
        page = text_of(carl.get(f"/manage/{late.reference}/"))

    assert "Your payment is safe, but it came after your time had gone" in page


def test_money_that_goes_back_is_told_with_its_amount(
    olga: Client, late: Booking, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    cancel(olga, late, late)
    work(TOO_LATE + timedelta(seconds=20))

    (told,) = (it for it in mailoutbox if it.subject.startswith("Refund sent"))
    assert told.to == ["carl0@example.com"]
    assert "€48.00 is refunded the way you paid." in str(told.body)


def test_a_request_that_is_moved_out_of_the_way_is_answered_before_its_new_time(
    salon: Salon, olga: Client
) -> None:
    salon.business.answer_within_hours = 72
    salon.business.save()
    late = make_conflict(salon)
    Booking.objects.filter(pk=eva().pk).update(
        status="PENDING", requested_at=TOO_LATE, answer_by=TOO_LATE + timedelta(hours=72)
    )
    starts_at = salon.at(25, 12)

    bookings.move_the_other(
        booking_id=late.pk, other_id=eva().pk, starts_at=starts_at, by=salon.olga, now=TOO_LATE
    )

    moved = eva()
    assert (moved.starts_at, moved.answer_by) == (starts_at, starts_at)


def test_whom_an_unlimited_plan_pays_is_not_moved_to_where_they_are_already(
    olga: Client, salon: Salon
) -> None:
    plan = make_plan(services=[salon.cut], kind="UNLIMITED")
    purchase = make_purchase(plan=plan, by=salon.olga)
    late = make_conflict(salon, pays_first=lambda draft: pay_with(purchase, draft, now=TOO_LATE))
    ben = salon.ben.resource_id
    other = make_prepared(
        service=salon.cut, starts_at=salon.at(26, 11), now=TOO_LATE, email="e", resource_id=ben
    )
    pay_with(purchase, other, now=TOO_LATE)
    first = eva()

    times = find_nearest(booking=first, now=TOO_LATE)
    answer = resolve(olga, late, verb="move", side=first.reference, time=iso(salon.at(26, 11)))

    length = first.ends_at - first.starts_at
    assert times
    assert not [it for it in times if it < other.ends_at and other.starts_at < it + length]
    words = "The plan that pays for this is already in use at that time. Nothing was changed."
    assert (answer.status_code, words in text_of(answer)) == (409, True)
    assert eva().starts_at == first.starts_at
    assert Booking.objects.get(pk=late.pk).double_booked
    after = resolve(olga, late, verb="move", side=first.reference, time=iso(times[0]))
    assert (after.status_code, eva().starts_at) == (303, times[0])
    assert clean()
