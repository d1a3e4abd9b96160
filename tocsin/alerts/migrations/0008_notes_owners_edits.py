import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tocsin.core.clock
import tocsin.core.ids

# A request's id tells when it was made, this index where that is: a few kilobytes for millions of deliveries, and
# nothing to do when one is stored. Partitions that hold something go without until they are dropped: nobody waits.
RECEIVED = (
    "CREATE INDEX alerts_event_received ON ONLY alerts_event"  # allow: locking-index - on empty partitions only
    """
  USING brin (received_at)
  WITH (pages_per_range = 32, autosummarize = on);
DO $$
DECLARE
    part regclass;
    filled boolean;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'alerts_event'::regclass LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', part) INTO filled;
        CONTINUE WHEN filled;
        EXECUTE format('CREATE INDEX %I ON %s USING brin (received_at) WITH (pages_per_range = 32, autosummarize = on)',
                       part || '_received', part);
        EXECUTE format('ALTER INDEX alerts_event_received ATTACH PARTITION %I', part || '_received');
    END LOOP;
END $$
"""
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("alerts", "0007_alert_reopened_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="deleted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="alert",
            name="edits",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="alert",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(default=tocsin.core.ids.uuid7, unique=True)),
                ("name", models.TextField()),
                ("size", models.IntegerField()),
                ("data", models.BinaryField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField(db_default=tocsin.core.clock.Now())),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="alerts.alert"
                    ),
                ),
            ],
            options={
                "db_table": "alerts_attachment",
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(default=tocsin.core.ids.uuid7, unique=True)),
                ("text", models.TextField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField(db_default=tocsin.core.clock.Now())),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="alerts.alert"
                    ),
                ),
            ],
            options={
                "db_table": "alerts_note",
            },
        ),
        migrations.CreateModel(
            name="Responder",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=tocsin.core.clock.Now())),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="responders", to="alerts.alert"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.team"
                    ),
                ),
            ],
            options={
                "db_table": "alerts_responder",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("alert", "team", "person"), name="alerts_responder_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("team__isnull", False), ("person__isnull", False), _connector="XOR"),
                        name="alerts_responder_one",
                    ),
                ],
            },
        ),
        migrations.RunSQL(RECEIVED, "DROP INDEX alerts_event_received"),
    ]
