from django.db import migrations

from base.operations import many_values


class Migration(migrations.Migration):
    dependencies = [("organizations", "0014_sort_names_by_code_points")]
    operations = [many_values("organizations_membership", "invited_by_id")]
