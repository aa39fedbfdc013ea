from functools import partial

from django.db import migrations

MODELS = ("practicesession", "sandboxsession")
WORDS = ("practice session", "sandbox session")


def rename_rights(apps, schema_editor, *, way):
    """Whoever might see its rows still may: Django renames the type of content, not the rights."""
    rights = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    (old, new), (old_words, new_words) = MODELS[::way], WORDS[::way]
    for right in rights.filter(content_type__app_label="checkout", codename__endswith=f"_{old}"):
        right.codename = right.codename.replace(old, new)
        right.name = right.name.replace(old_words, new_words)
        right.save(update_fields=["codename", "name"])


class Migration(migrations.Migration):
    """The sandbox is called so in code; its table keeps its name, so no row is touched."""

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("checkout", "0001_squashed_0024_plain_words"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelTable("PracticeSession", "checkout_practicesession"),
        migrations.RenameModel("PracticeSession", "SandboxSession"),
        migrations.RunPython(partial(rename_rights, way=1), partial(rename_rights, way=-1)),
    ]
