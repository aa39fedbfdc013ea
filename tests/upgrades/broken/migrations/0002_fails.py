import os

from django.db import migrations


def fail(apps, schema_editor):
    apps.get_model("catalog", "Service").objects.update(name="Spoilt")
    if os.environ["THE_LAST_MIGRATION"] == "fails":
        raise ValueError("this migration fails on purpose")


class Migration(migrations.Migration):
    dependencies = [("broken", "0001_works")]
    operations = [migrations.RunPython(fail)]
