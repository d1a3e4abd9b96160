from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0004_integration_options")]

    operations = [
        migrations.AddField(model_name="alert", name="reopened_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                "reopened_at", condition=models.Q(reopened_at__isnull=False), name="alerts_alert_reopened"
            ),
        ),
    ]
