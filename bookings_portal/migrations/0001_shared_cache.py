"""The table of the shared cache: counters of the rate limits, seen by every process.

On PostgreSQL it is UNLOGGED: counters may vanish in a crash, and each one costs no log write.
"""

from django.core.management import call_command
from django.db import migrations

TABLE = "shared_cache"


def create_table(apps, schema_editor):
    connection = schema_editor.connection
    if TABLE not in connection.introspection.table_names():
        call_command("createcachetable", TABLE, database=connection.alias, verbosity=0)
    if connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} SET UNLOGGED")


def drop_table(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(create_table, drop_table)]
