from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """Nobody ever read it. The previous release still writes it, so it goes when the upgrade ends."""

    phase: ClassVar = "post"

    dependencies: ClassVar = [("channels", "0001_initial")]

    operations: ClassVar = [migrations.RemoveField(model_name="contact", name="verified_at")]
