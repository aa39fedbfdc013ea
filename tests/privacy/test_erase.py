"""Somebody is erased: nothing in the whole database tells of her, and nothing is counted otherwise
than before (rules D10, D12)."""

from datetime import timedelta

import pytest
from django.core import mail

from apps.bookings import operations as bookings
from apps.bookings.models import Booking, BookingEvent
from apps.checkout import operations as checkout
from apps.checkout.models import Order
from apps.customers import operations as customers
from apps.customers.models import Customer
from apps.customers.queries import find_blocked
from apps.ledger.check import find_all
from apps.privacy import operations as privacy
from apps.privacy.models import PrivacyEntry
from tests.factories import NOW, Salon, make_booking, make_draft, make_salon
from tests.factories.money import work
from tests.factories.prepaid import make_gift_card, make_plan, make_purchase
from tests.privacy.people import AFTER, EMAIL, NAME, PHONE, Zenobia, traces

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CARL = "carl@example.com"
SOON = AFTER + timedelta(minutes=5)


def erase(zenobia: Zenobia) -> PrivacyEntry | None:
    of = zenobia.customer.business_id
    return privacy.erase_mailbox(business_id=of, email=EMAIL, now=AFTER)


def sums() -> list[tuple[object, ...]]:
    """All that is counted of bookings and orders."""
    booked = Booking.objects.order_by("pk").values_list(
        *("pk", "customer_id", "status", "starts_at", "party_size", "price", "paid", "returned")
    )
    ordered = Order.objects.order_by("pk").values_list("pk", "total", "payment_status", "status")
    return [*booked, *ordered]


def test_what_is_kept_of_her_stands_in_many_places(zenobia: Zenobia) -> None:
    """Or the next test would find nothing and say that all is well."""
    assert len(traces()) >= 25


def test_nothing_tells_of_her_when_the_receipt_has_left(zenobia: Zenobia) -> None:
    erase(zenobia)
    work(SOON)

    assert traces() == []


def test_the_books_add_up_and_count_what_they_counted(zenobia: Zenobia) -> None:
    before = sums()

    erase(zenobia)
    work(SOON)

    assert sums() == before
    assert [str(it) for it in find_all(business_id=None, now=AFTER)] == []


def test_her_bookings_and_her_contact_are_nobodys(zenobia: Zenobia) -> None:
    erase(zenobia)

    zenobia.visit.refresh_from_db()
    zenobia.customer.refresh_from_db()
    assert (zenobia.visit.contact_name, zenobia.visit.contact_email) == ("Erased", "")
    assert (zenobia.customer.name, zenobia.customer.mailbox) == ("Erased", "")
    assert zenobia.visit.history.latest("pk").action == BookingEvent.Action.ERASED


def test_the_receipt_is_the_last_mail(zenobia: Zenobia) -> None:
    mail.outbox.clear()
    entry = erase(zenobia)
    work(SOON)

    assert [(it.to, it.subject) for it in mail.outbox] == [([EMAIL], "Your data has been erased")]
    assert "2 bookings stay in the calendar without a name." in str(mail.outbox[0].body)
    assert entry is not None
    entry.refresh_from_db()
    assert (entry.tell, entry.counts) == ("", {"bookings": 2, "plans": 1, "gift_cards": 1})


def test_sent_twice_it_is_done_once(zenobia: Zenobia) -> None:
    erase(zenobia)

    assert erase(zenobia) is None
    assert PrivacyEntry.objects.count() == 1


def test_money_that_goes_back_later_is_told_to_nobody(zenobia: Zenobia, salon: Salon) -> None:
    erase(zenobia)
    work(SOON)
    mail.outbox.clear()

    checkout.refund_order(
        booking_id=zenobia.visit.pk,
        amount=100,
        seen_refunded=100,
        reason="Sorry",
        by=salon.olga,
        now=SOON,
    )
    work(SOON + timedelta(minutes=20))

    assert mail.outbox == []


def test_a_booking_ahead_has_to_be_cancelled_first(salon: Salon) -> None:
    ahead = make_booking(service=salon.cut, starts_at=salon.at(26, 10), now=NOW, name=NAME)

    with pytest.raises(privacy.StillOpen) as refused:
        privacy.erase_mailbox(business_id=salon.business.pk, email=CARL, now=NOW)

    assert refused.value.in_the_way.bookings == [ahead]
    ahead.refresh_from_db()
    assert ahead.contact_name == NAME


def test_a_live_plan_has_to_end_first(salon: Salon) -> None:
    make_purchase(plan=make_plan(services=[salon.cut]), by=salon.olga)

    with pytest.raises(privacy.StillOpen) as refused:
        privacy.erase_mailbox(business_id=salon.business.pk, email=CARL, now=NOW)

    assert refused.value.in_the_way.plans == ["Ten classes"]


def test_a_fee_has_to_be_paid_or_waived_first(zenobia: Zenobia) -> None:
    """The row alone, because how a fee comes about has tests of its own."""
    Order.objects.filter(booking=zenobia.visit).update(fee=100, payment_status="NOT_PAID")

    with pytest.raises(privacy.StillOpen) as refused:
        erase(zenobia)

    assert refused.value.in_the_way.owes_fee


def test_another_business_keeps_what_it_has(zenobia: Zenobia) -> None:
    other = make_salon(slug="rosewood")
    make_booking(service=other.cut, starts_at=other.at(26, 10), now=NOW, name=NAME, email=EMAIL)

    erase(zenobia)

    kept = Booking.objects.get(business=other.business)
    assert (kept.contact_name, kept.contact_email) == (NAME, EMAIL)


def test_a_contact_of_another_business_is_not_found(zenobia: Zenobia) -> None:
    other = make_salon(slug="rosewood")

    with pytest.raises(Customer.DoesNotExist):
        privacy.erase_person(
            business_id=other.business.pk,
            customer_id=zenobia.customer.pk,
            by=other.olga,
            reason="She asked",
            now=AFTER,
        )


def test_whoever_was_blocked_stays_blocked(zenobia: Zenobia, salon: Salon) -> None:
    of = salon.business.pk
    customers.block_customer(business_id=of, customer_id=zenobia.customer.pk)

    erase(zenobia)

    spelled = EMAIL.replace("@", "+again@")
    assert find_blocked(business_id=of, email=spelled, phone="") == [zenobia.customer.pk]
    assert find_blocked(business_id=of, email="carl@example.com", phone=PHONE) == []


def test_whoever_books_again_is_kept_anew(zenobia: Zenobia, salon: Salon) -> None:
    erase(zenobia)

    again = make_booking(
        service=salon.cut, starts_at=salon.at(28, 10), now=NOW, name=NAME, email=EMAIL
    )

    assert again.customer_id != zenobia.customer.pk


def test_half_typed_drafts_give_their_time_back(zenobia: Zenobia, salon: Salon) -> None:
    draft = make_draft(service=salon.cut, starts_at=salon.at(28, 9), now=NOW, visitor="zenobia")
    bookings.store_draft_text(booking=draft, typed={"name": [NAME], "email": [EMAIL]})

    erase(zenobia)

    draft.refresh_from_db()
    assert (draft.draft_text, draft.is_held(AFTER)) == ({}, False)


def test_the_team_erases_with_a_reason_and_the_receipt_leaves_all_the_same(
    zenobia: Zenobia, salon: Salon
) -> None:
    mail.outbox.clear()

    entry = privacy.erase_person(
        business_id=salon.business.pk,
        customer_id=zenobia.customer.pk,
        by=salon.olga,
        reason="Asked on the phone",
        now=AFTER,
    )
    work(SOON)

    assert entry is not None
    assert (entry.actor, entry.user, entry.reason) == (
        "TEAM",
        salon.olga.user,
        "Asked on the phone",
    )
    assert [it.to for it in mail.outbox] == [[EMAIL]]
    assert traces() == []


def test_who_only_has_a_gift_card_is_erased_from_it(salon: Salon) -> None:
    card = make_gift_card(by=salon.olga)

    privacy.erase_mailbox(business_id=salon.business.pk, email=card.buyer_email, now=AFTER)

    card.refresh_from_db()
    assert (card.buyer_name, card.buyer_email, card.balance) == ("Erased", "", card.value)


def test_of_an_unknown_address_there_is_nothing_to_erase(salon: Salon) -> None:
    of = salon.business.pk

    assert privacy.erase_mailbox(business_id=of, email="nobody@example.com", now=NOW) is None


def test_a_mail_that_was_on_its_way_is_erased_by_the_worker(zenobia: Zenobia) -> None:
    erase(zenobia)
    work(SOON)
    message = zenobia.visit.messages.latest("pk")
    message.subject, message.body_text = f"Hello {NAME}", f"Dear {NAME}"
    message.save(update_fields=["subject", "body_text"])

    privacy.keep_to_periods(now=SOON)

    assert traces() == []
