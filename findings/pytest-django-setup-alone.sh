#!/bin/sh
# pytest-django 4.14.0 prepares test databases only for what the collected tests themselves ask for,
# by the mark django_db or the fixture db. A fixture of wider scope that asks for `django_db_setup`
# and unblocks the database, as the documentation shows for data that many tests share, counts for
# nothing: if no test that was collected carries the mark, its rows go into the database of the
# settings, which is the developer's own, and are committed there. Nothing warns of it.
#
# It shows when one file is run alone, or by -k: with the whole suite some other test asks for the
# database, and the same fixture writes into the test database.
#
# Fails as soon as the rows go elsewhere, or somebody warns.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  pytest-django==4.14.0 pytest==9.2.0 Django==5.2.19
cd "$folder"
cat > settings.py <<'PYTHON'
SECRET_KEY = "a key of this script only"
INSTALLED_APPS = ["django.contrib.contenttypes"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "developer.sqlite3",
        "TEST": {"NAME": "test.sqlite3"},
    }
}
PYTHON
cat > test_shared.py <<'PYTHON'
import pytest


@pytest.fixture(scope="module")
def shared(django_db_setup, django_db_blocker):
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection

    with django_db_blocker.unblock():
        print("rows go to", connection.settings_dict["NAME"])
        ContentType.objects.create(app_label="shared", model="row")
        yield


def test_with_what_is_shared(shared):
    pass
PYTHON
cat > test_other.py <<'PYTHON'
import pytest


@pytest.mark.django_db
def test_that_asks_for_the_database():
    pass
PYTHON
export DJANGO_SETTINGS_MODULE=settings PYTHONPATH=.
venv/bin/python -m django migrate --verbosity 0
count() { venv/bin/python -c "
import django; django.setup()
from django.contrib.contenttypes.models import ContentType
print(ContentType.objects.filter(app_label='shared').count())"; }

alone=$(venv/bin/pytest -q -s -W error test_shared.py)
after_alone=$(count)
together=$(venv/bin/pytest -q -s -W error test_other.py test_shared.py)
after_together=$(count)
venv/bin/python -c 'import django, pytest_django; print("pytest-django", pytest_django.__version__, "Django", django.__version__)'
echo "alone: $alone"
echo "rows of the shared fixture in the developer's database: $after_alone"
echo "together: $together"
echo "rows of it there after that: $after_together"
echo "$alone" | grep -q "rows go to developer.sqlite3"
echo "$together" | grep -q "rows go to .*test.sqlite3"
[ "$after_alone" = 1 ]
[ "$after_together" = 1 ]
echo "as found"
