"""Renames BulkAction.whom to selection and its state "listing" to "preparing", in the rows, constraints and index too."""

from django.db import migrations, models
from django.db.models import Q

STATES = [("preparing", "Preparing"), ("running", "Running"), ("done", "Done"), ("cancelled", "Cancelled")]
ITEM_STATES = [("todo", "Not processed"), ("done", "Done"), ("refused", "Skipped")]


def rename_state(apps, schema_editor):
    actions = apps.get_model("console", "BulkAction").objects.using(schema_editor.connection.alias)
    actions.filter(state="listing").update(state="preparing")


def restore_state(apps, schema_editor):
    actions = apps.get_model("console", "BulkAction").objects.using(schema_editor.connection.alias)
    actions.filter(state="preparing").update(state="listing")


class Migration(migrations.Migration):
    dependencies = [("console", "0002_bulk_listing")]

    operations = [
        migrations.RemoveConstraint("bulkaction", "bulk_state_known"),
        migrations.RemoveConstraint("bulkaction", "bulk_end_has_time"),
        migrations.RemoveIndex("bulkaction", "bulk_running"),
        migrations.RenameField("bulkaction", "whom", "selection"),
        migrations.AlterField("bulkaction", "state", models.CharField(choices=STATES, default="running", max_length=9)),
        migrations.AlterField("bulkitem", "state", models.CharField(choices=ITEM_STATES, default="todo", max_length=7)),
        migrations.RunPython(rename_state, restore_state),
        migrations.AddIndex(
            "bulkaction",
            models.Index(fields=["touched_at"], name="bulk_running", condition=Q(state__in=("preparing", "running"))),
        ),
        migrations.AddConstraint(
            "bulkaction",
            models.CheckConstraint(
                condition=Q(state__in=["preparing", "running", "done", "cancelled"]), name="bulk_state_known"
            ),
        ),
        migrations.AddConstraint(
            "bulkaction",
            models.CheckConstraint(
                condition=Q(state__in=("preparing", "running"), finished_at=None)
                | ~Q(state__in=("preparing", "running")) & Q(finished_at__isnull=False),
                name="bulk_end_has_time",
            ),
        ),
    ]
