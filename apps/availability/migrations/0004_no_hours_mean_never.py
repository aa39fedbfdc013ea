"""A schedule without hours used to follow the business's hours without anybody saying so. From now
on it means never. Schedules that only had exceptions were surely meant to follow, and say so."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q


def say_who_follows(apps: Any, _schema: Any) -> None:
    schedules = apps.get_model("availability", "Schedule").objects
    schedules.filter(
        resource__isnull=False, weekly_hours=None, exceptions__isnull=False
    ).update(follows_business=True)


class Migration(migrations.Migration):
    dependencies = [
        ("availability", "0003_classes_by_week"),
        ("businesses", "0004_sells_gift_cards"),
        ("catalog", "0010_any_amount"),
    ]

    operations = [
        migrations.AddField(
            model_name="schedule",
            name="follows_business",
            field=models.BooleanField(
                default=False,
                help_text="For a person, room or tool without weekly hours of its own. "
                "Otherwise no hours mean never available.",
                verbose_name="follows the business's hours",
            ),
        ),
        migrations.RunPython(say_who_follows, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="schedule",
            constraint=models.CheckConstraint(
                name="only_a_resource_follows_the_business",
                condition=Q(follows_business=False) | Q(resource__isnull=False),
                violation_error_message="Only a person, room or tool can follow the hours of the "
                "business.",
            ),
        ),
    ]
