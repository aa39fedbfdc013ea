from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='booking',
            name='booking_by_business_start',
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(fields=['business', 'starts_at'], name='booking_by_business_start'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('status', 'CREATED')), fields=['visitor_hash'], name='booking_drafts_by_visitor'),
        ),
    ]
