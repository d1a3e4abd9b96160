from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0002_events")]

    operations = [
        migrations.AddField(model_name="group", name="calm_until", field=models.DateTimeField(null=True)),
    ]
