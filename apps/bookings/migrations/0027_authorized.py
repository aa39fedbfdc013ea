from functools import partial

from django.db import migrations

COLUMNS = ("kept_aside", "authorized")


def rename_check(apps, schema_editor, *, old, new):
    """PostgreSQL names the check of a column after it, and keeps that name when the column gets
    another."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE bookings_booking RENAME CONSTRAINT "
            f"bookings_booking_{old}_check TO bookings_booking_{new}_check"
        )


class Migration(migrations.Migration):
    """Money on the customer's card that is not taken is called what banks call it."""

    dependencies = [("bookings", "0001_squashed_0026_plain_words")]

    operations = [
        migrations.RenameField("booking", *COLUMNS),
        migrations.RunPython(
            partial(rename_check, old=COLUMNS[0], new=COLUMNS[1]),
            partial(rename_check, old=COLUMNS[1], new=COLUMNS[0]),
        ),
    ]
