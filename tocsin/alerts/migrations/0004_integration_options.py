from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_group_calm")]

    operations = [
        migrations.RemoveConstraint(model_name="integration", name="alerts_integration_kind"),
        migrations.AddField(
            model_name="integration",
            name="options",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
