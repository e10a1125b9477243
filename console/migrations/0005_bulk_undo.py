"""Stores what a bulk action took from each member, so that it can be undone. Older rows have none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0004_saved_views")]

    operations = [migrations.AddField("bulkitem", "taken", models.JSONField(null=True))]
