from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0004_integration_options")]

    operations = [
        migrations.AddField(model_name="alert", name="reopened_at", field=models.DateTimeField(null=True)),
    ]
