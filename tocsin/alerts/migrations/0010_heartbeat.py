import django.db.models.deletion
from django.db import migrations, models

import tocsin.core.clock
import tocsin.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("alerts", "0009_silence_author"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(default=tocsin.core.ids.uuid7, unique=True)),
                ("name", models.TextField(unique=True)),
                ("service", models.TextField()),
                ("interval_s", models.IntegerField()),
                ("enabled", models.BooleanField(default=True)),
                ("message", models.TextField(blank=True, default="")),
                ("tags", models.JSONField(default=list)),
                ("severity", models.IntegerField(default=1)),
                ("last_ping_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("missed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=tocsin.core.clock.Now())),
                (
                    "team",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="heartbeats",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "db_table": "alerts_heartbeat",
                "indexes": [
                    models.Index(
                        models.F("due_at"), condition=models.Q(("due_at__isnull", False)), name="alerts_heartbeat_due"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("interval_s__gte", 1)), name="alerts_heartbeat_interval"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__gte", 1), ("severity__lte", 5)), name="alerts_heartbeat_severity"
                    ),
                ],
            },
        ),
    ]
