from django.db import migrations

from organizations.refolding import refold_members, refold_named


def refold_names(apps, schema_editor):
    """Compute how names are searched and sorted, in batches. manage.py refold_names does the same again, for the rows
    that the previous release writes meanwhile."""
    Membership = apps.get_model("organizations", "Membership")
    refold_members(Membership)
    Group = apps.get_model("organizations", "Group")
    refold_named(Group)
    Project = apps.get_model("organizations", "Project")
    refold_named(Project)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("organizations", "0024_collate_sort_names"),
    ]

    operations = [migrations.RunPython(refold_names, migrations.RunPython.noop)]
