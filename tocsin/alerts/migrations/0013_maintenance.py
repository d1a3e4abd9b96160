import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0012_repeats")]

    operations = [
        migrations.AddField(
            model_name="silence", name="kind", field=models.TextField(default="silence", db_default="silence")
        ),
        migrations.AddField(
            model_name="silence",
            name="scope",
            field=models.JSONField(default=dict, db_default=models.Value({}, models.JSONField())),
        ),
        migrations.AlterField(model_name="silence", name="ends_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="silence", name="deleted_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="silence",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["silence", "maintenance"])), name="alerts_silence_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="silence",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "maintenance"), ("ends_at__isnull", False), _connector="OR"),
                name="alerts_silence_has_an_end",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="hushed_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="alerts.silence",
            ),
        ),
    ]
