"""The counter of members with a second factor and its history; indexes of members by method and without a factor."""

import django.db.models.deletion
from django.db import migrations, models

from organizations import count_triggers


def install(apps, schema_editor):
    count_triggers.install(schema_editor.connection.alias)


def install_previous(apps, schema_editor):
    count_triggers.install(schema_editor.connection.alias, count_triggers.STATUSES)


def uninstall(apps, schema_editor):
    count_triggers.uninstall(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0016_security"),
    ]

    operations = [
        # Going back, the earlier triggers are installed last.
        migrations.RunPython(uninstall, install_previous),
        migrations.AddField(
            model_name="membercount",
            name="two_factor",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(install, uninstall),
        migrations.CreateModel(
            name="TwoFactorProgress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("active", models.IntegerField()),
                ("two_factor", models.IntegerField()),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organizations.organization",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="two_factor_progress_by_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "day"), name="two_factor_progress_once")
                ],
            },
        ),
        migrations.RemoveIndex(
            model_name="membership",
            name="member_by_two_factor",
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["organization", "two_factor", "two_factor_method"], name="member_by_method"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("two_factor", False)),
                fields=["organization", "status", "two_factor_reminded_at", "role_order", "id"],
                name="member_without_two_factor",
            ),
        ),
    ]
