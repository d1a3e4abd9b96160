from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("paging", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="page", name="paging_page_open_has_next_step"),
        migrations.AddConstraint(
            model_name="page",
            constraint=models.CheckConstraint(
                condition=models.Q(state="open", next_step_at__isnull=False)
                | models.Q(state="exhausted")
                | models.Q(state__in=["acknowledged", "stopped"], next_step_at__isnull=True),
                name="paging_page_open_has_next_step",
            ),
        ),
    ]
