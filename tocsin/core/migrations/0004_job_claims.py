from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_answer"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="claims",
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(models.F("id"), condition=models.Q(failed_at__isnull=False), name="core_job_given_up"),
        ),
    ]
