from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_preferences"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="is_address_verified",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
