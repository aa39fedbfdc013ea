import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    # The steps by which a database of an earlier version comes here.
    replaces = [
        ("messages", "0001_initial"),
        ("messages", "0002_kinds_of_classes"),
        ("messages", "0003_kinds_of_money"),
        ("messages", "0004_kinds_of_moves"),
        ("messages", "0005_kinds_of_late_answers"),
        ("messages", "0006_told_of_links"),
        ("messages", "0007_let_go"),
        ("messages", "0008_refused_refunds"),
        ("messages", "0009_kept_money"),
        ("messages", "0010_plain_words"),
    ]

    dependencies = [
        ('bookings', '0001_squashed_0026_plain_words'),
        ('businesses', '0001_squashed_0005_countries_of_places'),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='businesses.business')),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='bookings.booking')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='bookings.bookingevent')),
                ('kind', models.CharField(choices=[('BOOKED', 'Booked'), ('REQUESTED', 'Request received'), ('CONFIRMED', 'Confirmed'), ('DECLINED', 'Declined'), ('CANCELED', 'Cancelled'), ('NEW_BOOKING', 'New booking'), ('NEW_REQUEST', 'New request'), ('WAITLISTED', 'On the waitlist'), ('OFFERED', 'Place offered'), ('NOTE', 'Message from the team'), ('TOO_LATE', 'Paid too late'), ('NEW_OVERLAP', 'New conflict'), ('REFUNDED', 'Refund sent'), ('NOT_REFUNDED', 'Refund failed'), ('MOVED', 'Moved'), ('NEW_MOVE', 'Moved by the customer'), ('OVERDUE', 'Not answered in time'), ('NEW_OVERDUE', 'Reminder of a request'), ('NEW_LAPSED', 'Request ended without an answer'), ('LINK', 'Link sent'), ('LET_GO', 'Amount held on card was released'), ('KEPT', 'Payment kept')], max_length=12)),
                ('to_address', models.CharField(max_length=254)),
                ('subject', models.CharField(blank=True, max_length=250)),
                ('body_text', models.TextField(blank=True)),
                ('message_id', models.CharField(max_length=250)),
                ('outbox_key', models.CharField(max_length=160)),
                ('status', models.CharField(choices=[('QUEUED', 'Waiting'), ('SENT', 'Sent'), ('FAILED', 'Not delivered'), ('SKIPPED', 'No longer needed')], default='QUEUED', max_length=8)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['booking', 'id'], name='message_by_booking'), models.Index(condition=models.Q(('status', 'SENT'), _negated=True), fields=['business', 'id'], name='message_unsent')],
                'constraints': [models.UniqueConstraint(fields=('outbox_key',), name='message_written_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'SENT'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='sent_message_has_a_time')],
            },
        ),
    ]
