"""Money that goes back for a line of the order, and never more than the line."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.bookings import operations as bookings
from apps.bookings.models import Booking
from apps.checkout import operations as checkout
from apps.checkout.models import Order, OrderLine, Payment, Refund, RefundLine, SandboxSession
from apps.checkout.operations import Act
from apps.checkout.pricing import Way
from apps.checkout.states import assign, split
from apps.ledger.check import find_all
from tests.factories import NOW, Salon
from tests.factories.money import check_out, make_prepared, pay_in_sandbox, work
from tests.pages import fields_of, text_of

LATER = NOW + timedelta(minutes=1)
AMOUNTS = st.lists(st.integers(1, 5000), max_size=6)


@given(wanted=st.integers(0, 40_000), lefts=AMOUNTS)
def test_an_amount_is_taken_from_one_after_the_other(wanted: int, lefts: list[int]) -> None:
    parts = split(wanted, over=list(enumerate(lefts)))

    assert sum(part for _pk, part in parts) == min(wanted, sum(lefts))
    assert all(0 < part <= lefts[pk] for pk, part in parts)
    assert all(part == lefts[pk] for pk, part in parts[:-1])


@given(lines=AMOUNTS, refunds=AMOUNTS)
def test_lines_are_shared_among_refunds_without_losing_a_unit(
    lines: list[int], refunds: list[int]
) -> None:
    found = assign(dict(enumerate(lines)), to=list(enumerate(refunds)))

    for refund, parts in found.items():
        assert sum(part for _line, part in parts) <= refunds[refund]
    told = [
        sum(part for parts in found.values() for pk, part in parts if pk == line)
        for line in range(len(lines))
    ]
    assert all(part <= line for part, line in zip(told, lines, strict=True))
    assert sum(told) == min(sum(lines), sum(refunds))


@pytest.fixture
def booking(salon: Salon) -> Booking:
    """Carl's cut of €48.00: €30.00 for the cut and €18.00 for a wash; €20.00 paid online, the rest
    at the salon."""
    draft = make_prepared(service=salon.cut, starts_at=salon.at(26, 10), now=NOW)
    check_out(draft, Way.DEPOSIT, now=NOW)
    order = Order.objects.get()
    OrderLine.objects.update(name="Cut", amount=3000, total=3000)
    OrderLine.objects.create(order=order, name="Wash", amount=1800, total=1800, position=1)
    pay_in_sandbox(Payment.objects.get(), Act.PAY, now=LATER)
    work(LATER)
    draft.refresh_from_db()
    checkout.mark_paid(booking_id=draft.pk, revision=draft.revision, by=salon.olga, now=LATER)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def olga(salon: Salon, client: Client) -> Client:
    client.force_login(salon.olga.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def lines() -> dict[str, OrderLine]:
    return {line.name: line for line in OrderLine.objects.all()}


def refund(salon: Salon, booking: Booking, wanted: dict[str, int], *, besides: int = 0) -> None:
    named = lines()
    checkout.refund_order(
        booking_id=booking.pk,
        amount=besides,
        lines={named[name].pk: amount for name, amount in wanted.items()},
        seen_refunded=sum(Payment.objects.values_list("refunded", flat=True)),
        reason="",
        by=salon.olga,
        now=LATER,
    )


def went() -> dict[str, int]:
    return {name: line.refunded for name, line in lines().items()}


def clean() -> bool:
    return list(find_all(business_id=None, now=LATER)) == []


@pytest.mark.django_db
def test_what_goes_back_for_a_line_is_kept(salon: Salon, booking: Booking) -> None:
    refund(salon, booking, {"Wash": 1800, "Cut": 1200}, besides=100)

    assert went() == {"Cut": 1200, "Wash": 1800}
    told = Refund.objects.order_by("pk").values_list("payment__kind", "amount")
    assert list(told) == [("IN_PERSON", 2800), ("ONLINE", 300)]
    assert sum(RefundLine.objects.values_list("amount", flat=True)) == 3000
    assert clean()


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [1801, -1])
def test_a_line_gives_no_more_than_it_has(salon: Salon, booking: Booking, amount: int) -> None:
    with pytest.raises(checkout.TooMuchOfLine) as much:
        refund(salon, booking, {"Wash": amount}, besides=10)
    assert much.value.left == 1800
    refund(salon, booking, {"Wash": 1000})
    with pytest.raises(checkout.TooMuchOfLine):
        refund(salon, booking, {"Wash": 801})

    assert went() == {"Cut": 0, "Wash": 1000}
    assert clean()


@pytest.mark.django_db
def test_lines_together_give_no_more_than_came(salon: Salon, booking: Booking) -> None:
    refund(salon, booking, {}, besides=4000)

    with pytest.raises(checkout.TooMuchToRefund):
        refund(salon, booking, {"Wash": 801})

    assert went() == {"Cut": 0, "Wash": 0}
    assert clean()


@pytest.mark.django_db
def test_a_line_of_another_order_is_refused(salon: Salon, booking: Booking) -> None:
    other = make_prepared(service=salon.cut, starts_at=salon.at(27, 10), now=NOW)
    check_out(other, Way.DEPOSIT, now=NOW)
    foreign = OrderLine.objects.get(order__booking=other)

    with pytest.raises(checkout.TooMuchOfLine):
        checkout.refund_order(
            booking_id=booking.pk,
            amount=0,
            lines={foreign.pk: 100},
            seen_refunded=0,
            reason="",
            by=salon.olga,
            now=LATER,
        )


@pytest.mark.django_db
def test_a_refund_that_fails_gives_the_line_its_money_again(salon: Salon, booking: Booking) -> None:
    refund(salon, booking, {"Cut": 3000})
    SandboxSession.objects.update(captured=100)
    checkout.do_refund(refund_id=Refund.objects.get(status="PENDING").pk, now=LATER)

    assert went() == {"Cut": 2800, "Wash": 0}
    assert clean()


@pytest.mark.django_db
def test_the_form_lists_the_lines_and_tells_what_it_would_do(
    olga: Client, booking: Booking
) -> None:
    path = f"/own/juniper/bookings/{booking.reference}/"
    cut, wash = lines()["Cut"].pk, lines()["Wash"].pk
    page = olga.get(path)
    fields = {**fields_of(page), f"line_{wash}": "18.00", f"line_{cut}": "12"}

    effect = olga.post(f"{path}refund/", {**fields, "preview": "1"}, headers={"HX-Request": "true"})
    whole = olga.post(f"{path}refund/", {**fields, "preview": "1"}, follow=True)
    assert Refund.objects.count() == 0
    done = olga.post(f"{path}refund/", fields)

    for words in ("Up to €30.00", "Up to €18.00", "€48.00 can be refunded."):
        assert words in text_of(page)
    for shown in (effect, whole):
        assert "€30.00 is refunded." in text_of(shown)
        assert "€2.00 the way it was paid; €28.00 from your till" in text_of(shown)
        assert "€18.00 stays with you." in text_of(shown)
    assert text_of(effect).lstrip().startswith('<div id="refund-effect"')
    assert f'name="line_{wash}" value="18.00"' in text_of(whole)
    assert done.status_code == 303
    assert "€12.00 refunded" in text_of(olga.get(path))
    assert went() == {"Cut": 1200, "Wash": 1800}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wash", "amount", "words"),
    [
        ("18.01", "", "Up to €18.00 of this can be refunded."),
        ("x", "", "Enter an amount like 12.50."),
        ("", "", "Enter the amount to refund."),
        ("0.001", "", "Enter an amount with at most 2 decimals."),
        ("", "48.01", "€48.00"),
    ],
)
def test_what_cannot_go_back_is_a_422_that_keeps_the_text(
    olga: Client, booking: Booking, wash: str, amount: str, words: str
) -> None:
    path = f"/own/juniper/bookings/{booking.reference}/"
    fields = {**fields_of(olga.get(path)), f"line_{lines()['Wash'].pk}": wash, "amount": amount}

    page = olga.post(f"{path}refund/", fields)

    assert page.status_code == 422
    assert words in text_of(page)
    assert f'value="{wash or amount}"' in text_of(page) or not wash + amount
    assert Refund.objects.count() == 0


@pytest.mark.django_db
def test_a_stale_page_is_a_409_that_keeps_the_text_and_can_be_sent_again(
    olga: Client, salon: Salon, booking: Booking
) -> None:
    path = f"/own/juniper/bookings/{booking.reference}/"
    wash = f"line_{lines()['Wash'].pk}"
    fields = {**fields_of(olga.get(path)), wash: "10.00"}
    refund(salon, booking, {"Cut": 500})

    stale = olga.post(f"{path}refund/", fields)
    assert stale.status_code == 409
    assert "€5.00 has already been refunded." in text_of(stale)
    assert f'name="{wash}" value="10.00"' in text_of(stale)
    assert went() == {"Cut": 500, "Wash": 0}

    assert olga.post(f"{path}refund/", fields_of(stale)).status_code == 303
    assert went() == {"Cut": 500, "Wash": 1000}
    assert clean()


@pytest.mark.django_db
def test_the_receipt_says_what_went_back_for_each_line(salon: Salon, booking: Booking) -> None:
    refund(salon, booking, {"Wash": 700})
    carl = Client()
    carl.get(f"/m/{bookings.create_access_link(booking=booking, now=NOW)}")

    assert "€7.00 refunded" in text_of(carl.get(f"/manage/{booking.reference}/receipt"))
