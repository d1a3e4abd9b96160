from django.db import migrations, models

from tocsin.core.indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("alerts", "0006_spool")]

    operations = [
        AddIndexOnline(
            model_name="alert",
            index=models.Index(
                "reopened_at", condition=models.Q(reopened_at__isnull=False), name="alerts_alert_reopened"
            ),
        ),
    ]
