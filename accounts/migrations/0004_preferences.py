from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="csv_separator",
            field=models.CharField(
                choices=[(",", "Comma"), (";", "Semicolon")],
                db_default=",",
                default=",",
                max_length=1,
                verbose_name="CSV separator",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="time_zone",
            field=models.CharField(blank=True, db_default="", default="", max_length=64, verbose_name="time zone"),
        ),
    ]
