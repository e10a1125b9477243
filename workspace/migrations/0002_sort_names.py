from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0001_records"),
    ]

    operations = [
        migrations.AddField(
            model_name="dataset",
            name="sort_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="destination",
            name="sort_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="pipeline",
            name="sort_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="source",
            name="sort_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
    ]
