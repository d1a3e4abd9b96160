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
    ]
