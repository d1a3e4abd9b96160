"""Files beside an alert."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tocsin.accounts.rules import Actor
from tocsin.alerts import facts
from tocsin.alerts.actions.alerts import locked, tell
from tocsin.alerts.models import Attachment
from tocsin.core.errors import Conflict, InvalidInput, NotFound

SIZE_MOST = 4 * 1024 * 1024
FILES_MOST = 20
NAME_MOST = 255


@transaction.atomic
def attach(alert_id: UUID, name: str, data: bytes, *, actor: Actor) -> Attachment:
    """Put a file beside an alert."""
    alert = locked(alert_id, actor)
    if not name.strip() or len(name) > NAME_MOST or not name.isprintable():
        raise InvalidInput("file: its name has 1 to {most} printable characters.", most=NAME_MOST)
    if len(data) > SIZE_MOST:
        raise InvalidInput("file: it is larger than {most} bytes.", most=SIZE_MOST)
    if Attachment.objects.filter(alert=alert).count() >= FILES_MOST:
        raise Conflict("An alert has at most {most} files.", most=FILES_MOST)
    kept = Attachment.objects.create(alert=alert, name=name, size=len(data), data=data, by=actor.label)
    tell(alert, facts.AlertAttached(title=alert.title, attachment=str(kept.uuid), name=name), actor)
    return kept


@transaction.atomic
def detach(alert_id: UUID, attachment: UUID, *, actor: Actor) -> None:
    """Take a file away from an alert."""
    alert = locked(alert_id, actor)
    row = Attachment.objects.filter(alert=alert, uuid=attachment).defer("data").first()
    if row is None:
        raise NotFound("There is no such attachment.")
    tell(alert, facts.AlertDetached(title=alert.title, name=row.name), actor)
    row.delete()
