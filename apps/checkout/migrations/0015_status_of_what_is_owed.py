"""Orders of which a part went back say again what is still owed, and bookings what went back."""

from django.db import migrations
from django.db.models import Sum

OF_A_BOOKING = {
    "PARTIALLY_PAID": "PARTIALLY_PAID",
    "PARTIALLY_REFUNDED": "PAID",
    "FULLY_REFUNDED": "REFUNDED",
}


def tell_again(apps, schema_editor):
    Order = apps.get_model("checkout", "Order")
    Booking = apps.get_model("bookings", "Booking")
    given_back = Order.objects.filter(payments__refunded__gt=0).values_list("pk", flat=True)
    rows = Order.objects.filter(pk__in=set(given_back)).annotate(
        came=Sum("payments__captured"), back=Sum("payments__refunded")
    )
    for order in rows.order_by("pk").iterator(chunk_size=500):
        status = "PARTIALLY_PAID" if order.came < order.total else "PARTIALLY_REFUNDED"
        status = status if order.came > order.back else "FULLY_REFUNDED"
        Order.objects.filter(pk=order.pk).update(payment_status=status)
        told = OF_A_BOOKING[status] if order.total else "EXEMPT"
        bookings = Booking.objects.filter(pk=order.booking_id).exclude(status="CREATED")
        bookings.update(returned=order.back, payment_status=told)


class Migration(migrations.Migration):

    dependencies = [
        ("bookings", "0013_returned"),
        ("checkout", "0014_failed_lately"),
    ]

    operations = [migrations.RunPython(tell_again, migrations.RunPython.noop)]
