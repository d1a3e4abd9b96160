import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0010_heartbeat")]

    operations = [
        migrations.CreateModel(
            name="Refusing",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("count", models.BigIntegerField()),
                ("told", models.BigIntegerField(default=0)),
                ("since", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="alerts.integration"
                    ),
                ),
            ],
            options={
                "db_table": "alerts_refusing",
                "constraints": [models.UniqueConstraint("integration", "kind", name="alerts_refusing_once")],
            },
        ),
    ]
