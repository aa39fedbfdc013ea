"""Number the receipts of orders that had money before there were numbers, the oldest money first."""

from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import Min


def number_them(apps, schema_editor):
    Order = apps.get_model("checkout", "Order")
    Receipt = apps.get_model("checkout", "Receipt")
    Counter = apps.get_model("checkout", "ReceiptCounter")
    paid = Order.objects.filter(payments__captured__gt=0).annotate(at=Min("payments__created_at"))
    for order in paid.select_related("business").order_by("at", "pk").iterator():
        year = order.at.astimezone(ZoneInfo(order.business.time_zone)).year
        counter, _new = Counter.objects.get_or_create(business=order.business, year=year)
        counter.last += 1
        counter.save(update_fields=["last"])
        Receipt.objects.create(
            business=order.business,
            order=order,
            year=year,
            number=counter.last,
            given_at=order.at,
        )


class Migration(migrations.Migration):

    dependencies = [
        ("businesses", "0003_prices_include_tax"),
        ("checkout", "0009_receipts"),
    ]

    operations = [migrations.RunPython(number_them, migrations.RunPython.noop)]
