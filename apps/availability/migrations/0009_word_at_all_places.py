"""Days that were decided before places were told apart are decided at all places of their service.

A migration of its own: PostgreSQL makes no index for rows whose references it has still to check.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_the_word_at_all_places(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A day that was decided before was so at all places of its service."""
    decided = apps.get_model("availability", "DecidedDay")
    for day in decided.objects.filter(location=None).select_related("service"):
        elsewhere = day.service.online or day.service.home_visit
        places = [] if elsewhere else list(day.service.locations.all())
        for location in places:
            decided.objects.create(
                business_id=day.business_id,
                service=day.service,
                location=location,
                on=day.on,
                decided_at=day.decided_at,
            )
        if places:
            day.delete()


class Migration(migrations.Migration):
    dependencies = [("availability", "0008_decided_at_a_place")]

    operations = [migrations.RunPython(keep_the_word_at_all_places, migrations.RunPython.noop)]
