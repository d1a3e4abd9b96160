"""Which releases' upgrades have ended: what only they understand may be written from then on."""

from django.db import migrations, models

import tocsin.core.clock


class Migration(migrations.Migration):
    dependencies = [("core", "0005_job_given_up_index")]

    operations = [
        migrations.CreateModel(
            name="Upgrade",
            fields=[
                ("version", models.TextField(primary_key=True, serialize=False)),
                ("ended_at", models.DateTimeField(db_default=tocsin.core.clock.Now())),
            ],
            options={"db_table": "core_upgrade"},
        ),
    ]
