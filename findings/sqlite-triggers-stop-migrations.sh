#!/usr/bin/env bash
# Django 5.2.19, SQLite: while any trigger names a table, Django cannot alter that table, and the error
# that ends the migration is about a foreign key instead.
#
# Django alters a table by filling a new one, dropping the old and renaming the new. SQLite checks every
# trigger of the database at the rename, and one that names the dropped table stops it. On the way out
# DatabaseSchemaEditor.__exit__ looks for broken foreign keys *before* it rolls back: in the middle of
# the change there are some, so its own IntegrityError replaces the reason, and atomic() is never left.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.19
cat > "$folder/show.py" <<'PY'
import sqlite3

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "show.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.db import IntegrityError, OperationalError, connection, models


class Shelf(models.Model):
    class Meta:
        app_label = "show"


class Book(models.Model):
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE)

    class Meta:
        app_label = "show"


print(f"Django {django.__version__}, SQLite {sqlite3.sqlite_version}")
with connection.schema_editor() as editor:
    editor.create_model(Shelf)
    editor.create_model(Book)
Book.objects.create(shelf=Shelf.objects.create())
with connection.cursor() as cursor:
    cursor.execute(
        "CREATE TRIGGER tidy AFTER DELETE ON show_book BEGIN DELETE FROM show_shelf WHERE id < 0; END"
    )
rule = models.CheckConstraint(name="positive", condition=models.Q(pk__gte=0))
try:
    with connection.schema_editor() as editor:
        editor.add_constraint(Shelf, rule)
except IntegrityError as told:
    print("told:  ", told)
    print("reason:", told.__context__)
    assert "invalid foreign key" in str(told)
    assert isinstance(told.__context__, OperationalError)
    assert "error in trigger tidy: no such table" in str(told.__context__)
else:
    raise SystemExit("the table was altered: this is no longer so")
assert connection.in_atomic_block, "the transaction was left: this is no longer so"
print("and the connection is still inside atomic()")
PY
cd "$folder"
"$folder/venv/bin/python" show.py
