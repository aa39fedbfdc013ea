"""What went back because it was more than the bill is told apart from what was given back."""

from django.db import migrations, models
from django.db.models import F, Q

TOLD = {
    (True, True, False): "PARTIALLY_PAID",
    (True, True, True): "PARTIALLY_PAID",
    (True, False, False): "PAID",
    (True, False, True): "PARTIALLY_REFUNDED",
    (False, True, True): "FULLY_REFUNDED",
    (False, False, True): "FULLY_REFUNDED",
}
OF_A_BOOKING = {
    "NOT_PAID": "NOT_PAID",
    "PENDING": "NOT_PAID",
    "PARTIALLY_PAID": "PARTIALLY_PAID",
    "PAID": "PAID",
    "PARTIALLY_REFUNDED": "PAID",
    "FULLY_REFUNDED": "REFUNDED",
}
UNDECIDED = ("PENDING", "UNCLEAR")


def tell_apart(apps, schema_editor):
    """Play the money of each order that gave something back once more, in the order in which it
    moved: what went back while more than the bill was here was too much."""
    Order = apps.get_model("checkout", "Order")
    given_back = Order.objects.filter(payments__refunded__gt=0).values_list("pk", flat=True)
    for pk in sorted(set(given_back)):
        _tell(apps, Order.objects.get(pk=pk))


def _tell(apps, order):
    Payment, Refund = (apps.get_model("checkout", it) for it in ("Payment", "Refund"))
    payments = {it.pk: it for it in Payment.objects.filter(order=order).order_by("pk")}
    moves = [(it.settled_at or it.created_at, 0, it.pk, it) for it in payments.values()]
    refunds = Refund.objects.filter(payment__order=order).exclude(status="FAILED")
    moves += [(it.created_at, 1, it.pk, it) for it in refunds]
    came = here = 0
    for _at, is_refund, _pk, it in sorted(moves, key=lambda move: move[:3]):
        if not is_refund:
            came, here = came + it.captured, here + it.captured
            continue
        too_much = max(0, min(it.amount, here, came - order.total))
        came, here = came - too_much, here - it.amount
        if too_much:
            Refund.objects.filter(pk=it.pk).update(excess=too_much)
            payments[it.payment_id].excess += too_much
    if any(it.excess for it in payments.values()):
        _write(apps, order, list(payments.values()))


def _write(apps, order, payments):
    Payment, Order, Booking = (
        apps.get_model(*it.split("."))
        for it in ("checkout.Payment", "checkout.Order", "bookings.Booking")
    )
    for it in payments:
        Payment.objects.filter(pk=it.pk).update(excess=it.excess)
    came = sum(it.captured - it.excess for it in payments)
    back = sum(it.refunded - it.excess for it in payments)
    is_open = any(it.status in UNDECIDED or it.authorized for it in payments)
    nothing = "PENDING" if is_open else "NOT_PAID"
    status = TOLD.get((came > back, came < order.total, back > 0), nothing)
    Order.objects.filter(pk=order.pk).update(payment_status=status)
    told = OF_A_BOOKING[status] if order.total else "EXEMPT"
    bookings = Booking.objects.filter(pk=order.booking_id).exclude(status="CREATED")
    bookings.update(returned=back, payment_status=told)


class Migration(migrations.Migration):
    dependencies = [("checkout", "0018_phone_of_a_plan")]

    operations = [
        migrations.AddField("payment", "excess", models.PositiveIntegerField(default=0)),
        migrations.AddField("refund", "excess", models.PositiveIntegerField(default=0)),
        migrations.RunPython(tell_apart, migrations.RunPython.noop),
        migrations.AddConstraint(
            "payment",
            models.CheckConstraint(
                name="excess_within_refunded", condition=Q(excess__lte=F("refunded"))
            ),
        ),
        migrations.AddConstraint(
            "refund",
            models.CheckConstraint(
                name="refund_excess_within_amount", condition=Q(excess__lte=F("amount"))
            ),
        ),
    ]
