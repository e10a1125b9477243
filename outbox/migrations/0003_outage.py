from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0002_failed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outage",
            fields=[
                ("name", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("pauses", models.PositiveIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=500)),
            ],
        ),
    ]
