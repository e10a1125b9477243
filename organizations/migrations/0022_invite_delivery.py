import datetime

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0021_access_key_secrets"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="group",
            name="sort_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="membership",
            name="invite_delivery",
            field=models.SmallIntegerField(
                choices=[
                    (0, "No email"),
                    (1, "Bounced"),
                    (2, "Failed"),
                    (3, "Delayed"),
                    (4, "Queued"),
                    (5, "Sent"),
                    (6, "Delivered"),
                ],
                db_default=0,
                default=0,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="invite_sent_at",
            field=models.DateTimeField(
                db_default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC),
                default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC),
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="sort_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
    ]
