from django.db import migrations, models

import tocsin.core.clock


class Migration(migrations.Migration):
    dependencies = [("alerts", "0008_notes_owners_edits")]

    operations = [
        migrations.AddField(
            model_name="silence", name="author", field=models.TextField(blank=True, default="", db_default="")
        ),
        migrations.AddField(
            model_name="silence", name="changed_at", field=models.DateTimeField(db_default=tocsin.core.clock.Now())
        ),
    ]
