"""Reading change events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from tocsin.accounts.queries import visible_teams
from tocsin.accounts.rules import Actor
from tocsin.deployments.models import ChangeEvent
from tocsin.deployments.rules import AFTER, BEFORE

LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which changes a list shows; an empty field asks for nothing. `text` looks in what was changed and where."""

    text: str = ""
    service: str = ""


def _visible(actor: Actor) -> QuerySet[ChangeEvent]:
    """A guest sees the changes of their own teams' services; those of no service are the organisation's."""
    return ChangeEvent.objects.filter(visible_teams(actor, "service__team")).select_related("service__team")


def changes(actor: Actor, wanted: Wanted, *, before: str = "", limit: int = LIMIT) -> tuple[list[ChangeEvent], str]:
    """A stretch of the changes, newest first, and the `before` of the next stretch, empty at the end."""
    rows = _visible(actor).order_by("-changed_at", "-id")
    if wanted.text:
        rows = rows.filter(Q(summary__icontains=wanted.text) | Q(source__icontains=wanted.text))
    if wanted.service:
        rows = rows.filter(service__key=wanted.service)
    last = ChangeEvent.objects.filter(uuid=before).first() if before else None
    if last is not None:
        rows = rows.filter(Q(changed_at__lt=last.changed_at) | Q(changed_at=last.changed_at, id__lt=last.id))
    found = list(rows[: limit + 1])
    return found[:limit], str(found[limit - 1].uuid) if len(found) > limit else ""


def changes_near(actor: Actor, services: Iterable[str], began_at: datetime, *, limit: int = 10) -> list[ChangeEvent]:
    """Changes of these services, and those of none in particular, around the moment trouble began; newest first."""
    near = Q(changed_at__gte=began_at - BEFORE, changed_at__lte=began_at + AFTER)
    of_these = Q(service__key__in=list(services)) | Q(service__isnull=True)
    return list(_visible(actor).filter(near & of_these).order_by("-changed_at", "-id")[:limit])
