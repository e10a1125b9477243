import django.db.models.deletion
from django.db import migrations, models

from base.operations import many_values


class Migration(migrations.Migration):
    dependencies = [("invitations", "0002_sends"), ("organizations", "0015_inviters_are_many")]
    operations = [
        migrations.AlterField(
            model_name="batch",
            name="created_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="batches",
                to="organizations.membership",
            ),
        ),
        many_values("invitations_batch", "created_by_id"),
    ]
