import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    # The steps by which a database of an earlier version comes here.
    replaces = [
        ("customers", "0001_initial"),
        ("customers", "0002_turned_away"),
        ("customers", "0003_phone_index"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("businesses", "0001_squashed_0005_countries_of_places"),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='customers', to='businesses.business')),
                ('name', models.CharField(max_length=120)),
                ('email', models.EmailField(help_text='Trimmed, in lower case', max_length=254)),
                ('phone', models.CharField(blank=True, help_text='E.164', max_length=32)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='customers', to=settings.AUTH_USER_MODEL)),
                ('blocked', models.BooleanField(default=False)),
                ('turned_away_at', models.DateTimeField(blank=True, help_text='The last time a blocked contact tried to book', null=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('blocked', True)), fields=['business'], name='customers_blocked'), models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['business', 'phone'], name='customer_by_phone')],
                'constraints': [models.UniqueConstraint(fields=('business', 'email'), name='customer_once_per_business'), models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='customer_has_an_address')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.business')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='customers.customer')),
                ('wording', models.CharField(max_length=500)),
                ('given_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
    ]
