from django.db import migrations, models

import tocsin.core.ids


class Migration(migrations.Migration):
    dependencies = [("alerts", "0005_alert_reopened")]

    operations = [
        migrations.CreateModel(
            name="NodeSpool",
            fields=[
                ("node", models.TextField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(default=tocsin.core.ids.uuid7, unique=True)),
                ("waiting", models.BigIntegerField()),
                ("drained", models.BigIntegerField()),
                ("oldest_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={"db_table": "alerts_spool"},
        ),
    ]
