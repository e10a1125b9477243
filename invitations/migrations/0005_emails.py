import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("invitations", "0004_new_link"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="pasted",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="invitation",
            name="copied_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="copied_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="invitation",
            name="copies",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="InvitationEmail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("email", models.CharField(max_length=254)),
                ("sent_by", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "delivery",
                    models.SmallIntegerField(
                        choices=[
                            (0, "No email"),
                            (1, "Bounced"),
                            (2, "Failed"),
                            (3, "Delayed"),
                            (4, "Queued"),
                            (5, "Sent"),
                            (6, "Delivered"),
                        ],
                        default=4,
                    ),
                ),
                ("delivery_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("answer", models.CharField(blank=True, max_length=500)),
                (
                    "invitation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="emails",
                        to="invitations.invitation",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("invitation", "number"), name="invitation_email_once")],
            },
        ),
    ]
