from django.db import migrations


class Migration(migrations.Migration):
    """Money on the customer's card that is not taken is called what banks call it."""

    dependencies = [("bookings", "0001_squashed_0026_plain_words")]

    operations = [migrations.RenameField("booking", "kept_aside", "authorized")]
