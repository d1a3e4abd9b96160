"""The one clock. `tocsin_now()` is the database's clock plus an offset that only tests set."""

from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION tocsin_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT statement_timestamp() + (SELECT "offset" FROM core_clock) $$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("offset", models.DurationField()),
            ],
            options={
                "db_table": "core_clock",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", True)), name="core_clock_one_row")],
            },
        ),
        migrations.RunSQL(
            "INSERT INTO core_clock (id, \"offset\") VALUES (true, interval '0')", migrations.RunSQL.noop
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION tocsin_now()"),
    ]
