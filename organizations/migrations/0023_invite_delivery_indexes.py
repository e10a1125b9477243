from django.db import migrations, models

from base.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("organizations", "0022_invite_delivery"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("status", "invited")),
                fields=["organization", "invite_sent_at", "id"],
                name="member_by_sending",
            ),
        ),
        AddIndexConcurrently(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("status", "invited")),
                fields=["organization", "invite_delivery", "invite_sent_at", "id"],
                name="member_by_delivery",
            ),
        ),
    ]
