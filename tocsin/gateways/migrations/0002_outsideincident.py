from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gateways", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="OutsideIncident",
            fields=[
                ("incident", models.UUIDField(primary_key=True, serialize=False)),
                ("request", models.UUIDField(null=True)),
                ("tags", models.JSONField(default=list)),
                ("details", models.JSONField(default=dict)),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "gateways_outsideincident"},
        ),
    ]
