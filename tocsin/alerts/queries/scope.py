"""The rule `may(actor, VIEW, …)` as filters on this room's rows."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from tocsin.accounts.queries import require_visible, visible_teams
from tocsin.accounts.rules import Actor, KeyScope
from tocsin.alerts.models import Group
from tocsin.alerts.rows import group_scope
from tocsin.core.errors import NotFound


def visible_alerts(actor: Actor) -> Q:
    """Alerts of services or of integrations of the actor's teams; for an integration's key, what came from it."""
    if actor.key_scope is KeyScope.INTEGRATION:
        return Q(integration__uuid=actor.sender)
    return visible_teams(actor, "service__team") | visible_teams(actor, "integration__team")


def visible_groups(actor: Actor) -> Q:
    """Groups whose cause is owned by the actor's teams."""
    return visible_teams(actor, "cause_service__team")


def visible_group(actor: Actor, group_id: UUID) -> Group:
    """The row of a group this actor may see."""
    group = Group.objects.select_related("cause_service__team", "merged_into").filter(uuid=group_id).first()
    if group is None:
        raise NotFound("There is no such group.")
    require_visible(actor, group_scope(group), "There is no such group.")
    return group
