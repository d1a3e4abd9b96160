"""Who is asking: the actor behind a request of the screens. Entered by the views of every room."""

from __future__ import annotations

from django.http import HttpRequest

from tocsin.accounts.queries import actor_for_person
from tocsin.accounts.rules import ORGANISATION, Actor, Scope, Verb, may
from tocsin.core.errors import Forbidden
from tocsin.ui.access import is_fragment, signed_in

__all__ = ["actor_of", "is_fragment", "may_they", "signed_in"]

ACTOR = "tocsin.actor"  # where a request keeps its actor


def actor_of(request: HttpRequest) -> Actor:
    """The actor the signed-in person is; read once for each request. Use it behind `signed_in`."""
    known: Actor | None = request.META.get(ACTOR)
    if known is not None:
        return known
    if not request.user.is_authenticated:
        raise Forbidden("Sign in first.", status=401)
    actor = actor_for_person(request.user)
    request.META[ACTOR] = actor
    return actor


def may_they(request: HttpRequest, verb: Verb, *team_ids: int | None) -> bool:
    """Whether to offer a button: the action asks again when it is pressed. No team means the organisation."""
    owners = frozenset(team_id for team_id in team_ids if team_id is not None)
    return bool(may(actor_of(request), verb, Scope(team_ids=owners) if owners else ORGANISATION))
