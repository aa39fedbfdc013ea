import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    # The steps by which a database of an earlier version comes here.
    replaces = [
        ("catalog", "0001_initial"),
        ("catalog", "0002_seats"),
        ("catalog", "0003_waitlist_rules"),
        ("catalog", "0004_minimum"),
        ("catalog", "0005_quiet_hours"),
        ("catalog", "0006_minimum_words"),
        ("catalog", "0007_paying_online"),
        ("catalog", "0008_approval_paid_online"),
        ("catalog", "0009_pricing_plan"),
        ("catalog", "0010_any_amount"),
        ("catalog", "0011_unanswered"),
        ("catalog", "0012_home_visits"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("businesses", "0001_squashed_0005_countries_of_places"),
    ]

    operations = [
        migrations.CreateModel(
            name='BookingForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='booking_forms', to='businesses.business')),
                ('name', models.CharField(max_length=120)),
                ('is_default', models.BooleanField(default=False)),
                ('phone_rule', models.CharField(choices=[('NO', 'Not asked'), ('OPTIONAL', 'Optional'), ('REQUIRED', 'Required')], default='OPTIONAL', max_length=8)),
                ('phone_reason', models.CharField(blank=True, max_length=120)),
                ('note_label', models.CharField(blank=True, help_text='Empty: no note field', max_length=120)),
                ('asks_participant_names', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('business',), name='one_default_form_per_business')],
            },
        ),
        migrations.CreateModel(
            name='BookingPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='policies', to='businesses.business')),
                ('name', models.CharField(max_length=120)),
                ('is_default', models.BooleanField(default=False)),
                ('max_advance_minutes', models.PositiveIntegerField(blank=True, null=True)),
                ('min_notice_minutes', models.PositiveIntegerField(blank=True, null=True)),
                ('horizon_days', models.PositiveSmallIntegerField(blank=True, default=90, null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('cancel_allowed', models.BooleanField(default=True)),
                ('cancel_until_minutes', models.PositiveIntegerField(blank=True, default=1440, null=True)),
                ('cancel_by_link', models.BooleanField(default=True)),
                ('move_allowed', models.BooleanField(default=True)),
                ('move_until_minutes', models.PositiveIntegerField(blank=True, default=1440, null=True)),
                ('move_by_link', models.BooleanField(default=True)),
                ('max_participants', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)])),
                ('late_entry', models.BooleanField(default=False, help_text='A course may be joined until its last session begins')),
                ('waitlist_minutes', models.PositiveIntegerField(default=60, help_text='How long a place is kept for whoever is first in line', validators=[django.core.validators.MinValueValidator(5)])),
                ('quiet_from_minute', models.PositiveSmallIntegerField(blank=True, help_text='From when on nobody is written to, in minutes after midnight', null=True, validators=[django.core.validators.MaxValueValidator(1439)])),
                ('quiet_to_minute', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(1439)])),
                ('waitlist_capacity', models.PositiveSmallIntegerField(default=20)),
                ('selection', models.CharField(choices=[('RANKED', 'In the order of the team'), ('FAIR', 'Whoever has least that day')], default='RANKED', max_length=8)),
                ('description', models.TextField(blank=True, max_length=2500)),
                ('revision', models.PositiveIntegerField(default=1)),
            ],
            options={
                'verbose_name_plural': 'booking policies',
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('business',), name='one_default_policy_per_business'), models.CheckConstraint(condition=models.Q(('max_advance_minutes', None), ('min_notice_minutes', None), ('max_advance_minutes__gt', models.F('min_notice_minutes')), _connector='OR'), name='policy_opens_before_it_closes'), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from_minute', None), ('quiet_to_minute', None)), models.Q(('quiet_from_minute__isnull', False), ('quiet_to_minute__isnull', False)), _connector='OR'), name='quiet_hours_have_two_ends'), models.CheckConstraint(condition=models.Q(('max_participants__gte', 1)), name='policy_lets_one_person_in')],
            },
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='categories', to='businesses.business')),
                ('name', models.CharField(max_length=80)),
                ('slug', models.SlugField(max_length=60)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'categories',
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('business', 'slug'), name='category_slug_once')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='catalog.bookingform')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('kind', models.CharField(choices=[('SHORT_TEXT', 'Short text'), ('LONG_TEXT', 'Long text'), ('CHOICE', 'One of several'), ('SEVERAL', 'Any of several'), ('YES_NO', 'Yes or no'), ('NUMBER', 'Number'), ('DATE', 'Date'), ('PHONE', 'Phone'), ('CONSENT', 'Consent'), ('ACKNOWLEDGEMENT', 'Acknowledgement')], max_length=16)),
                ('label', models.CharField(max_length=500)),
                ('help_text', models.CharField(blank=True, max_length=500)),
                ('required', models.BooleanField(default=False)),
                ('asked_of', models.CharField(choices=[('BOOKER', 'The person who books'), ('PARTICIPANT', 'Each participant')], default='BOOKER', max_length=12)),
                ('choices', models.JSONField(blank=True, default=list, help_text='List of words to pick from')),
                ('shown_if', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='dependents', to='catalog.question')),
                ('shown_if_answer', models.CharField(blank=True, max_length=255)),
                ('sensitive', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ResourceType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='resource_types', to='businesses.business')),
                ('name', models.CharField(max_length=80)),
                ('is_staff', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('business', 'name'), name='resource_type_named_once')],
            },
        ),
        migrations.CreateModel(
            name='Resource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='resources', to='businesses.business')),
                ('type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resources', to='catalog.resourcetype')),
                ('name', models.CharField(max_length=80)),
                ('rank', models.PositiveSmallIntegerField(default=0)),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='resources', to='businesses.location')),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['rank', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='services', to='businesses.business')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='services', to='catalog.category')),
                ('policy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='catalog.bookingpolicy')),
                ('form', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='catalog.bookingform')),
                ('kind', models.CharField(choices=[('APPOINTMENT', 'Appointment'), ('CLASS', 'Class'), ('COURSE', 'Course')], default='APPOINTMENT', max_length=12)),
                ('name', models.CharField(max_length=120)),
                ('slug', models.SlugField(max_length=80)),
                ('summary', models.CharField(blank=True, max_length=160)),
                ('description', models.TextField(blank=True, max_length=7000)),
                ('duration_minutes', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(44639)])),
                ('buffer_before_minutes', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(720)])),
                ('buffer_after_minutes', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(720)])),
                ('slot_step_minutes', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(1440)])),
                ('capacity', models.PositiveIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)])),
                ('price_kind', models.CharField(choices=[('FREE', 'Free'), ('FIXED', 'Fixed'), ('VARIED', 'By variant'), ('CUSTOM', 'On request')], default='FIXED', max_length=8)),
                ('price', models.PositiveIntegerField(default=0, help_text='Minor units')),
                ('price_text', models.CharField(blank=True, max_length=50)),
                ('variant_prompt', models.CharField(blank=True, max_length=80)),
                ('pays_in_person', models.BooleanField(default=True)),
                ('pays_online', models.BooleanField(default=False)),
                ('deposit', models.PositiveIntegerField(blank=True, help_text='Minor units to pay online now; empty: no deposit', null=True)),
                ('full_upfront', models.BooleanField(default=True, help_text='Whoever owes a deposit may pay everything at once')),
                ('any_amount', models.BooleanField(default=False, help_text='Whoever owes a deposit may pay any amount from it up')),
                ('tax_rate', models.PositiveIntegerField(default=0, help_text='Basis points: 1900 is 19 %', validators=[django.core.validators.MaxValueValidator(5000)])),
                ('min_participants', models.PositiveSmallIntegerField(default=0, help_text='A class, course or day of appointments needs so many people; 0: none')),
                ('decide_before_minutes', models.PositiveIntegerField(default=1440, help_text='How long before it begins too few people are called off')),
                ('prorates', models.BooleanField(default=False, help_text='Who joins a course late pays for the sessions that are left')),
                ('requires_approval', models.BooleanField(default=False)),
                ('allows_multiple_requests', models.BooleanField(default=False)),
                ('unanswered', models.CharField(choices=[('REMIND', 'Remind us, and tell the customer'), ('DECLINE', 'Decline it, and suggest other times')], db_default='REMIND', default='REMIND', max_length=8, verbose_name='when nobody answers a request in time')),
                ('online', models.BooleanField(default=False, help_text='Happens by video, not at a place')),
                ('online_link', models.URLField(blank=True, help_text='Where everybody joins; empty: typed for each booking', max_length=500, validators=[django.core.validators.URLValidator(schemes=['https'])])),
                ('home_visit', models.BooleanField(default=False, help_text="Happens at the customer's address, which is then asked for")),
                ('arrival_note', models.CharField(blank=True, help_text="What to mind on the day; empty: the business's note, at its own place only", max_length=160)),
                ('bookable_online', models.BooleanField(default=True)),
                ('hidden', models.BooleanField(default=False)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('hue', models.CharField(choices=[('GREEN', 'Green'), ('COPPER', 'Copper'), ('BLUE', 'Blue'), ('VIOLET', 'Violet')], default='GREEN', max_length=8)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('locations', models.ManyToManyField(blank=True, related_name='services', to='businesses.location')),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('business', 'slug'), name='service_slug_once'), models.CheckConstraint(condition=models.Q(('duration_minutes__gte', 1)), name='service_takes_time'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'APPOINTMENT'), _negated=True), ('capacity', 1), _connector='OR'), name='appointment_serves_one_booking'), models.CheckConstraint(condition=models.Q(('deposit__isnull', True), models.Q(('deposit__gte', 1), ('pays_online', True)), _connector='OR'), name='deposit_is_paid_online'), models.CheckConstraint(condition=models.Q(('any_amount', False), ('deposit__isnull', False), _connector='OR'), name='any_amount_starts_at_a_deposit'), models.CheckConstraint(condition=models.Q(('pays_online', False), ('price_kind__in', ('FIXED', 'VARIED')), _connector='OR'), name='only_a_price_is_paid_online'), models.CheckConstraint(condition=models.Q(('home_visit', False), models.Q(('kind', 'APPOINTMENT'), ('online', False)), _connector='OR'), name='home_visit_is_an_appointment_in_person'), models.CheckConstraint(condition=models.Q(('allows_multiple_requests', False), ('requires_approval', True), _connector='OR'), name='many_requests_need_approval')],
            },
        ),
        migrations.CreateModel(
            name='AddOnGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='add_on_groups', to='catalog.service')),
                ('name', models.CharField(max_length=100)),
                ('max_add_ons', models.PositiveSmallIntegerField(default=7)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AddOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='add_ons', to='catalog.addongroup')),
                ('name', models.CharField(max_length=100)),
                ('description', models.CharField(blank=True, max_length=160)),
                ('price', models.PositiveIntegerField(help_text='Minor units')),
                ('duration_minutes', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(1440)])),
                ('active', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PricingPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='plans', to='businesses.business')),
                ('kind', models.CharField(choices=[('PACKAGE', 'Package of visits'), ('CREDITS', 'Membership with visits for each period'), ('UNLIMITED', 'Unlimited membership')], default='PACKAGE', max_length=10)),
                ('name', models.CharField(max_length=80)),
                ('slug', models.SlugField(max_length=60)),
                ('summary', models.CharField(blank=True, max_length=200)),
                ('price', models.PositiveIntegerField(help_text='Minor units')),
                ('tax_rate', models.PositiveIntegerField(default=0, help_text='Basis points: 1900 is 19 %', validators=[django.core.validators.MaxValueValidator(5000)])),
                ('credits', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('valid_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(7)])),
                ('period_months', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                ('max_per_customer', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('hidden', models.BooleanField(default=False)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('services', models.ManyToManyField(related_name='plans', to='catalog.service')),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('business', 'slug'), name='plan_slug_once'), models.CheckConstraint(condition=models.Q(models.Q(('credits__isnull', True), ('kind', 'UNLIMITED')), models.Q(models.Q(('kind', 'UNLIMITED'), _negated=True), ('credits__gte', 1)), _connector='OR'), name='unlimited_plan_counts_nothing'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'PACKAGE'), ('period_months__isnull', True)), models.Q(models.Q(('kind', 'PACKAGE'), _negated=True), ('period_months__gte', 1), ('valid_days__isnull', True)), _connector='OR'), name='membership_has_a_period')],
            },
        ),
        migrations.CreateModel(
            name='FormerServiceSlug',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.business')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_slugs', to='catalog.service')),
                ('slug', models.SlugField(max_length=80)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('business', 'slug'), name='former_service_slug_once')],
            },
        ),
        migrations.CreateModel(
            name='ServiceRequirement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requirements', to='catalog.service')),
                ('resource_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.resourcetype')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('eligible', models.ManyToManyField(blank=True, help_text='Empty: every resource of the type', related_name='+', to='catalog.resource')),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('service', 'resource_type'), name='resource_type_required_once')],
            },
        ),
        migrations.CreateModel(
            name='StaffMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='staff_members', to='businesses.business')),
                ('resource', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='staff_member', to='catalog.resource')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='staff_members', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=80)),
                ('short_name', models.CharField(max_length=40)),
                ('about', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['resource__rank', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='catalog.service')),
                ('name', models.CharField(max_length=120)),
                ('price', models.PositiveIntegerField(help_text='Minor units')),
                ('duration_minutes', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('service', 'name'), name='variant_named_once')],
            },
        ),
    ]
