from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="incidentdetail",
            name="severity_by_hand",
            field=models.BooleanField(db_default=False),
        ),
    ]
