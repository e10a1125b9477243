from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("invitations", "0007_queued_emails"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitationemail",
            name="delivery",
            field=models.SmallIntegerField(
                choices=[
                    (0, "No email"),
                    (1, "Bounced"),
                    (2, "Failed"),
                    (-1, "Delayed"),
                    (3, "Queued"),
                    (4, "Sent"),
                    (5, "Delivered"),
                ],
                default=3,
            ),
        ),
    ]
