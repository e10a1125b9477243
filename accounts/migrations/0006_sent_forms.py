import django.utils.timezone
from django.db import migrations, models

import base.encryption


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_address_verified"),
    ]

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sent_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("response", base.encryption.EncryptedField(default="")),
            ],
        ),
    ]
