"""The tax of what is booked and not paid yet stands with the booking from now on. What was told was
the price as the booking has it, so the tax is in it."""

from django.db import migrations

LIVE = ("PENDING", "CONFIRMED", "WAITING_LIST")


def fill(apps, schema_editor):
    Booking = apps.get_model("bookings", "Booking")
    owed = Booking.objects.filter(status__in=LIVE, price__gt=0, payment_status="NOT_PAID")
    taxed = owed.filter(service__tax_rate__gt=0).select_related("service").order_by("pk")
    changed = []
    for booking in taxed.only("service_snapshot", "service__tax_rate").iterator(chunk_size=500):
        booking.service_snapshot["tax_rate"] = booking.service.tax_rate
        changed.append(booking)
    Booking.objects.bulk_update(changed, ["service_snapshot"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0019_the_clock_of_a_place")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
