from django.db import migrations


class Migration(migrations.Migration):
    """The sandbox is called so in code; its table keeps its name, so no row is touched."""

    dependencies = [("checkout", "0001_squashed_0024_plain_words")]

    operations = [
        migrations.AlterModelTable("PracticeSession", "checkout_practicesession"),
        migrations.RenameModel("PracticeSession", "SandboxSession"),
    ]
