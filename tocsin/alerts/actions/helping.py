"""Asking people to help with one alert: they are paged about it, and stop being when it is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from tocsin.accounts.rules import ENGINE, Actor
from tocsin.alerts import facts
from tocsin.alerts.actions.alerts import locked_open, tell
from tocsin.alerts.models import Alert, Responder
from tocsin.alerts.rows import alert_ref
from tocsin.core.errors import InvalidInput
from tocsin.paging import actions as paging
from tocsin.paging.queries import policy_by_key
from tocsin.paging.rules import PageState, Sentence, SentenceKind

if TYPE_CHECKING:
    from tocsin.accounts.models import Person, Team


@transaction.atomic
def ask_team(alert_id: UUID, team: Team, *, actor: Actor) -> Alert:
    """Ask a team to help with an open alert. Who has been asked is not asked again."""
    alert = locked_open(alert_id, actor)
    if _remember(alert, actor, team=team):
        paging.open_page(subject=alert_ref(alert), team=team, sentence=_words(alert, actor), actor=_for(actor))
    return alert


@transaction.atomic
def ask_person(alert_id: UUID, person: Person, *, actor: Actor) -> Alert:
    """Ask one person to help with an open alert; if they do not answer, it goes on to the team that owns it."""
    alert = locked_open(alert_id, actor)
    membership = person.memberships.filter(team__removed_at__isnull=True).select_related("team").first()
    team = alert.service.team or alert.integration.team or (membership.team if membership else None)
    if team is None:
        raise InvalidInput(
            "{name} and this alert belong to no team, so there is no policy to follow.", name=person.name
        )
    if _remember(alert, actor, person=person):
        words = _words(alert, actor)
        paging.page_person(subject=alert_ref(alert), team=team, person=person, sentence=words, actor=_for(actor))
    return alert


@transaction.atomic
def escalate(alert_id: UUID, policy: str, *, actor: Actor) -> Alert:
    """Call the team of a policy (a key); where it was called and nobody has answered, take the next step now."""
    alert = locked_open(alert_id, actor)
    engine = _for(actor)
    team = policy_by_key(engine, policy).team
    called = not _remember(alert, actor, team=team)
    page = paging.open_page(subject=alert_ref(alert), team=team, sentence=_words(alert, actor), actor=engine)
    if called and page.state != PageState.ACKNOWLEDGED:
        paging.escalate_now(page.uuid, actor=engine)
    tell(alert, facts.AlertEscalated(title=alert.title, policy=policy), actor)
    return alert


def _remember(alert: Alert, actor: Actor, *, team: Team | None = None, person: Person | None = None) -> bool:
    _, created = Responder.objects.get_or_create(alert=alert, team=team, person=person)
    if created:
        asked = facts.AlertResponderAdded(
            title=alert.title, team=team.key if team else "", person=str(person.uuid) if person else ""
        )
        tell(alert, asked, actor)
    return created


def _words(alert: Alert, actor: Actor) -> Sentence:
    return Sentence(kind=SentenceKind.ASKED, params={"by": actor.label, "text": alert.title})


def _for(actor: Actor) -> Actor:
    """Whoever may respond to an alert may call for help with it, from other teams too: the page is Tocsin's own."""
    return replace(ENGINE, label=actor.label)
