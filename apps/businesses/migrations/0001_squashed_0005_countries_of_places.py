import apps.businesses.models
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    # The steps by which a database of an earlier version comes here.
    replaces = [
        ("businesses", "0001_initial"),
        ("businesses", "0002_setup_revision"),
        ("businesses", "0003_prices_include_tax"),
        ("businesses", "0004_sells_gift_cards"),
        ("businesses", "0005_countries_of_places"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Business',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('slug', models.SlugField(max_length=60, unique=True, validators=[apps.businesses.models.validate_slug])),
                ('headline', models.CharField(blank=True, help_text='Hair salon in Berlin', max_length=80)),
                ('promise', models.CharField(blank=True, max_length=160)),
                ('place_word', models.CharField(default='studio', help_text='salon, studio', max_length=30)),
                ('arrival_note', models.CharField(blank=True, max_length=160)),
                ('time_zone', models.CharField(max_length=64, validators=[apps.businesses.models.validate_time_zone])),
                ('currency', models.CharField(max_length=3, validators=[apps.businesses.models.validate_currency])),
                ('locale', models.CharField(default='en-GB', max_length=12)),
                ('phone', models.CharField(blank=True, max_length=32)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('accent', models.CharField(default='#1F6152', max_length=7)),
                ('state', models.CharField(choices=[('DRAFT', 'Draft'), ('PUBLISHED', 'Published'), ('PAUSED', 'Paused')], default='DRAFT', max_length=10)),
                ('prices_include_tax', models.BooleanField(default=True)),
                ('sells_gift_cards', models.BooleanField(default=False)),
                ('hold_minutes', models.PositiveSmallIntegerField(default=10, help_text='0 means no hold', validators=[django.core.validators.MaxValueValidator(30)])),
                ('slot_step_minutes', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(1440)])),
                ('answer_within_hours', models.PositiveSmallIntegerField(default=24, help_text='How long a request waits for an answer at most')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'businesses',
                'constraints': [models.CheckConstraint(condition=models.Q(('hold_minutes__lte', 30)), name='business_hold_is_at_most_half_an_hour'), models.CheckConstraint(condition=models.Q(('slot_step_minutes__gte', 5)), name='business_slot_step_is_at_least_five_minutes')],
            },
        ),
        migrations.CreateModel(
            name='FormerSlug',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_slugs', to='businesses.business')),
                ('slug', models.SlugField(max_length=60, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='locations', to='businesses.business')),
                ('name', models.CharField(max_length=120)),
                ('street', models.CharField(blank=True, max_length=160)),
                ('postal_code', models.CharField(blank=True, max_length=16)),
                ('city', models.CharField(blank=True, max_length=80)),
                ('region', models.CharField(blank=True, db_default='', default='', help_text='Where addresses have one: ME for Maine', max_length=80, verbose_name='state or province')),
                ('country', models.CharField(blank=True, db_default='', default='', help_text='Two letters, as in US: its order of an address is used', max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}\\Z', 'Enter two capital letters, as in US.')])),
                ('time_zone', models.CharField(blank=True, max_length=64, validators=[apps.businesses.models.validate_time_zone])),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='TeamMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='team', to='businesses.business')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('OWNER', 'Owner'), ('MANAGER', 'Manager'), ('FRONT_DESK', 'Front desk'), ('STAFF', 'Staff'), ('ACCOUNTANT', 'Accountant')], max_length=12)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('business', 'user'), name='team_member_once_per_business')],
            },
        ),
        migrations.CreateModel(
            name='SetupRevision',
            fields=[
                ('business', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='setup', serialize=False, to='businesses.business')),
                ('value', models.BigIntegerField()),
            ],
        ),
    ]
