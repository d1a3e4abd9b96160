from django.db import migrations, models

from tocsin.core.indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("core", "0004_job_claims")]

    operations = [
        AddIndexOnline(
            model_name="job",
            index=models.Index(models.F("id"), condition=models.Q(failed_at__isnull=False), name="core_job_given_up"),
        ),
    ]
