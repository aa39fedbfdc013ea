from django.db import migrations, models


def cover_plans(apps, schema_editor):
    """A code that was good for everything is good for plans too; one for chosen services is not."""
    coupons = apps.get_model("checkout", "Coupon").objects
    coupons.filter(services=None).update(covers_plans=True)


class Migration(migrations.Migration):
    dependencies = [("checkout", "0016_another_amount")]

    operations = [
        migrations.AddField(
            model_name="coupon",
            name="covers_plans",
            field=models.BooleanField(
                default=False, help_text="Plans can be bought with it as well"
            ),
        ),
        migrations.RunPython(cover_plans, migrations.RunPython.noop),
    ]
