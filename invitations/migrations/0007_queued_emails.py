from django.db import migrations, models

from base.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("invitations", "0006_delivery_states"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="invitationemail",
            index=models.Index(
                condition=models.Q(("delivery", 4)), fields=["created_at"], name="invitation_email_queued"
            ),
        ),
    ]
