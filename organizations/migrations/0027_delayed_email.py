from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0026_sort_name_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="invite_delivery",
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
                db_default=0,
                default=0,
            ),
        ),
    ]
