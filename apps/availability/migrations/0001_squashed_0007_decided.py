import apps.availability.models.occupancy
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    # The steps by which a database of an earlier version comes here.
    replaces = [
        ("availability", "0001_initial"),
        ("availability", "0002_seats"),
        ("availability", "0003_classes_by_week"),
        ("availability", "0004_no_hours_mean_never"),
        ("availability", "0005_overrides"),
        ("availability", "0006_form_keys"),
        ("availability", "0007_decided"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('businesses', '0001_squashed_0005_countries_of_places'),
        ('catalog', '0001_squashed_0014_plain_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='CourseRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='course_runs', to='businesses.business')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='course_runs', to='catalog.service')),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='businesses.location')),
                ('name', models.CharField(blank=True, help_text='Spring, evenings', max_length=120)),
                ('state', models.CharField(choices=[('OPEN', 'Open'), ('CANCELED', 'Cancelled')], default='OPEN', max_length=10)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('capacity', models.PositiveIntegerField()),
                ('seats_taken', models.PositiveIntegerField(default=0)),
                ('seats_offered', models.PositiveIntegerField(default=0)),
                ('overridden', models.BooleanField(default=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('form_key', models.CharField(blank=True, max_length=43, null=True, unique=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['business', 'ends_at'], name='course_run_by_business_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='course_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('overridden', True), ('capacity__gte', django.db.models.expressions.CombinedExpression(models.F('seats_taken'), '+', models.F('seats_offered'))), _connector='OR'), name='course_not_overbooked'), models.CheckConstraint(condition=models.Q(('decided_at', None), ('state', 'OPEN'), _connector='OR'), name='a_decided_course_takes_place')],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedules', to='businesses.business')),
                ('resource', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='schedule', to='catalog.resource')),
                ('service', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='schedule', to='catalog.service')),
                ('follows_business', models.BooleanField(default=False, help_text='For a person, room or tool without weekly hours of its own. Otherwise no hours mean never available.', verbose_name="follows the business's hours")),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('resource', None), ('service', None), _connector='OR'), name='schedule_has_one_owner'), models.CheckConstraint(condition=models.Q(('follows_business', False), ('resource__isnull', False), _connector='OR'), name='only_a_resource_follows_the_business', violation_error_message='Only a person, room or tool can follow the hours of the business.'), models.UniqueConstraint(condition=models.Q(('resource', None), ('service', None)), fields=('business',), name='one_schedule_of_the_business')],
            },
        ),
        migrations.CreateModel(
            name='DateException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exceptions', to='availability.schedule')),
                ('on', models.DateField()),
                ('starts_minute', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(1439)])),
                ('ends_minute', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(2880)])),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.location')),
                ('reason', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'ordering': ['on', 'starts_minute'],
                'indexes': [models.Index(fields=['schedule', 'on'], name='exception_by_date')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ends_minute', None), ('starts_minute', None)), models.Q(('ends_minute__gt', models.F('starts_minute')), ('ends_minute__isnull', False), ('starts_minute__isnull', False)), _connector='OR'), name='exception_is_closed_or_has_hours')],
            },
        ),
        migrations.CreateModel(
            name='SessionSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='series', to='businesses.business')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series', to='catalog.service')),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='businesses.location')),
                ('rrule', models.CharField(max_length=250)),
                ('first_on', models.DateField()),
                ('starts_minute', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(1439)])),
                ('duration_minutes', models.PositiveIntegerField()),
                ('capacity', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField()),
                ('resources', models.ManyToManyField(related_name='+', to='catalog.resource')),
                ('form_key', models.CharField(blank=True, max_length=43, null=True, unique=True)),
            ],
            options={
                'verbose_name_plural': 'session series',
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='businesses.business')),
                ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='catalog.service')),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='businesses.location')),
                ('kind', models.CharField(choices=[('APPOINTMENT', 'Appointment'), ('CLASS', 'Class'), ('COURSE', 'Course'), ('BLOCKED', 'Blocked time'), ('EXTERNAL', 'Outside calendar')], max_length=12)),
                ('state', models.CharField(choices=[('HELD', 'Held'), ('REQUESTED', 'Asked for'), ('SCHEDULED', 'Scheduled'), ('CANCELED', 'Cancelled')], default='SCHEDULED', max_length=10)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('capacity', models.PositiveIntegerField(default=1)),
                ('seats_taken', models.PositiveIntegerField(default=0)),
                ('seats_offered', models.PositiveIntegerField(default=0)),
                ('overridden', models.BooleanField(default=False)),
                ('override_reason', models.CharField(blank=True, help_text='Why it was scheduled although something was there', max_length=250)),
                ('overridden_by', models.ForeignKey(blank=True, db_index=False, help_text='Who scheduled it although something was there', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('buffer_before_minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('buffer_after_minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('series', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sessions', to='availability.sessionseries')),
                ('course_run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='availability.courserun')),
                ('canceled_reason', models.CharField(blank=True, max_length=250)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('note', models.CharField(blank=True, max_length=160)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['business', 'starts_at'], name='session_by_business_start'), models.Index(condition=models.Q(('kind', 'CLASS')), fields=['business', 'starts_at'], name='session_classes'), models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='session_held')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='session_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('overridden', True), ('capacity__gte', django.db.models.expressions.CombinedExpression(models.F('seats_taken'), '+', models.F('seats_offered'))), _connector='OR'), name='session_not_overbooked'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'HELD'), _negated=True), ('expires_at__isnull', False), _connector='OR'), name='held_session_expires'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'COURSE'), _negated=True), ('course_run__isnull', False), _connector='OR'), name='course_session_has_a_run'), models.CheckConstraint(condition=models.Q(('decided_at', None), models.Q(('kind', 'CLASS'), ('state', 'SCHEDULED')), _connector='OR'), name='a_decided_class_takes_place')],
            },
        ),
        migrations.CreateModel(
            name='Seating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.business')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='seatings', to='availability.session')),
                ('course_run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='seatings', to='availability.courserun')),
                ('seats', models.PositiveSmallIntegerField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('expires_at__isnull', False), ('released_at__isnull', True)), fields=['expires_at'], name='seating_held')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('course_run__isnull', True), ('session__isnull', False)), models.Q(('course_run__isnull', False), ('session__isnull', True)), _connector='OR'), name='seating_has_one_target'), models.CheckConstraint(condition=models.Q(('seats__gte', 1)), name='seating_is_for_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Occupancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.business')),
                ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='catalog.resource')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occupancies', to='availability.session')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('enforced', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name_plural': 'occupancies',
                'indexes': [models.Index(fields=['resource', 'ends_at', 'starts_at'], name='occupancy_by_resource_end'), models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='occupancy_held')],
                'constraints': [apps.availability.models.occupancy.PostgresOnlyExclusion(condition=models.Q(('enforced', True)), expressions=[(apps.availability.models.occupancy.Int8Range(django.db.models.functions.comparison.Cast('resource_id', models.BigIntegerField()), django.db.models.functions.comparison.Cast('resource_id', models.BigIntegerField()), models.Value('[]')), '&&'), (apps.availability.models.occupancy.TsTzRange(models.F('starts_at'), models.F('ends_at')), '&&')], name='resource_occupied_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='occupancy_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='WeeklyHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='weekly_hours', to='availability.schedule')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')])),
                ('starts_minute', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(1439)])),
                ('ends_minute', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(2880)])),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.location')),
            ],
            options={
                'verbose_name_plural': 'weekly hours',
                'ordering': ['weekday', 'starts_minute'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_minute__gt', models.F('starts_minute')), ('starts_minute__lt', 1440)), name='weekly_hours_end_after_they_start'), models.CheckConstraint(condition=models.Q(('ends_minute__lte', django.db.models.expressions.CombinedExpression(models.F('starts_minute'), '+', models.Value(1440)))), name='weekly_hours_last_a_day_at_most'), models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='weekday_exists')],
            },
        ),
        migrations.CreateModel(
            name='DecidedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('decided_at', models.DateTimeField()),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.business')),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.location')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.service')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('service', 'location', 'on'), name='a_day_of_a_place_is_decided_once'), models.UniqueConstraint(condition=models.Q(('location', None)), fields=('service', 'on'), name='a_day_elsewhere_is_decided_once')],
            },
        ),
    ]
