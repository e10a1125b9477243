from django.db import migrations, models

from base.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("organizations", "0025_refold_names"),
        ("workspace", "0003_refold_names"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="dataset",
            index=models.Index(fields=["organization", "sort_name", "id"], name="dataset_by_name"),
        ),
        AddIndexConcurrently(
            model_name="destination",
            index=models.Index(fields=["organization", "sort_name", "id"], name="destination_by_name"),
        ),
        AddIndexConcurrently(
            model_name="pipeline",
            index=models.Index(fields=["organization", "sort_name", "id"], name="pipeline_by_name"),
        ),
        AddIndexConcurrently(
            model_name="source",
            index=models.Index(fields=["organization", "sort_name", "id"], name="source_by_name"),
        ),
    ]
