#!/bin/sh
# django-money 3.6.2 keeps an amount and its currency in two columns and asks for both where a price is
# compared with a Money: > 15 euros finds no dollars. Not so elsewhere, and without a word:
#  - `price__range` of two amounts in dollars finds euros and yen between the same numbers;
#  - `F("price") + Money(5, "USD")` in an update adds five to a price in euros, which stays in euros;
#  - `Sum("price")` adds euros, dollars and yen to one number that says of none what it is.
# In Python the same sum of two currencies is refused (TypeError). So: compare with gte and lte, group by
# the column of the currency, and filter by it before an update.
#
# Fails as soon as one of the answers differs from those below.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  django==5.2.19 django-money==3.6.2 py-moneyed==3.0 Babel==2.19.0
cat >"$folder/ask.py" <<'PYTHON'
import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["djmoney"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from django.db import connection, models
from django.db.models import F, Sum
from djmoney.models.fields import MoneyField
from djmoney.money import Money


class Lesson(models.Model):
    price = MoneyField(max_digits=12, decimal_places=2, default_currency="EUR")

    class Meta:
        app_label = "lessons"


with connection.schema_editor() as editor:
    editor.create_model(Lesson)
for amount, currency in ((10, "EUR"), (20, "USD"), (24, "JPY")):
    Lesson.objects.create(price=Money(amount, currency))


def told(lessons):
    rows = lessons.order_by("pk").values_list("price", "price_currency")
    return ", ".join(f"{amount:.0f} {currency}" for amount, currency in rows)


low, high = Money(5, "USD"), Money(25, "USD")
print("gte and lte:", told(Lesson.objects.filter(price__gte=low, price__lte=high)))
print("range:", told(Lesson.objects.filter(price__range=(low, high))))
print("sum:", Lesson.objects.aggregate(total=Sum("price"))["total"])
Lesson.objects.filter(price_currency="EUR").update(price=F("price") + Money(5, "USD"))
print("updated:", told(Lesson.objects.filter(price_currency="EUR")))
try:
    Money(10, "EUR") + Money(5, "USD")
except TypeError as error:
    print("in Python:", type(error).__name__)
PYTHON
"$folder/venv/bin/python" "$folder/ask.py" | tee "$folder/seen"
cat >"$folder/expected" <<'TEXT'
gte and lte: 20 USD
range: 10 EUR, 20 USD, 24 JPY
sum: 54
updated: 15 EUR
in Python: TypeError
TEXT
cmp "$folder/seen" "$folder/expected"
