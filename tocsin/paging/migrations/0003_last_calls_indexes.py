from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from tocsin.core.indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("paging", "0002_last_calls")]

    operations = [
        RemoveIndexConcurrently(model_name="page", name="paging_page_due"),
        AddIndexOnline(
            model_name="page",
            index=models.Index("next_step_at", condition=models.Q(next_step_at__isnull=False), name="paging_page_due"),
        ),
        AddIndexOnline(
            model_name="page",
            index=models.Index("subject_id", condition=models.Q(state="exhausted"), name="paging_page_exhausted"),
        ),
    ]
