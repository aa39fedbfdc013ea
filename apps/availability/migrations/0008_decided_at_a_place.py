"""A day is decided for one place: people of two places do not count together (rule B16)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("availability", "0007_decided"),
        ("businesses", "0001_squashed_0005_countries_of_places"),
        ("catalog", "0013_form_keys"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="decidedday", name="a_day_is_decided_once"),
        migrations.AddField(
            model_name="decidedday",
            name="location",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="businesses.location",
            ),
        ),
        migrations.AddConstraint(
            model_name="decidedday",
            constraint=models.UniqueConstraint(
                fields=("service", "location", "on"), name="a_day_of_a_place_is_decided_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="decidedday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("location", None)),
                fields=("service", "on"),
                name="a_day_elsewhere_is_decided_once",
            ),
        ),
    ]
