"""Reading people, teams and keys; making an Actor of whoever is at the door."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest

from tocsin.accounts.models import Key, Organisation, Person, Team
from tocsin.accounts.rules import (
    ORGANISATION,
    SYSTEM,
    Actor,
    ActorKind,
    KeyScope,
    Role,
    Scope,
    Verb,
    may,
    sees_everything,
)
from tocsin.accounts.throttle import Allowance
from tocsin.core import keyring as keyrings
from tocsin.core.errors import Forbidden, NotFound, TooMany
from tocsin.core.keyring import Keyring
from tocsin.core.refs import Ref
from tocsin.journal.ports import Author

_ALLOWANCE = Allowance()


class ApiRequest(HttpRequest):
    """A request to the REST API: `auth` is whoever it is, set by `main.api` before an endpoint sees it."""

    auth: Actor


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    """The installation's key ring, read once a process."""
    return keyrings.load(settings.CONFIG)


def require(actor: Actor, verb: Verb, scope: Scope = ORGANISATION) -> None:
    """Raise Forbidden with the verdict's reason unless the actor may."""
    verdict = may(actor, verb, scope)
    if not verdict:
        raise Forbidden.of(verdict.reason, verdict.params)


def require_of_owners(actor: Actor, verb: Verb, *team_ids: int | None) -> None:
    """Raise Forbidden unless the actor may for each of these owners by itself; None is the organisation.

    What changes hands is asked about twice, for who has it and for who gets it: else anybody could take what is another
    team's by naming their own as its owner.
    """
    for team_id in dict.fromkeys(team_ids):
        require(actor, verb, ORGANISATION if team_id is None else Scope(team_ids=frozenset({team_id})))


def require_visible(actor: Actor, scope: Scope, sentence: str) -> None:
    """Raise NotFound with `sentence`, as if there were no such record, unless the actor may view it."""
    if not may(actor, Verb.VIEW, scope):
        raise NotFound(sentence)  # allow: refusals - each caller gives its sentence


def visible_teams(actor: Actor, path: str = "team") -> Q:
    """The rule `may(actor, VIEW, …)` as a filter; `path` leads from the queried model to its team."""
    if sees_everything(actor):
        return Q()
    return Q(**{f"{path}__in": sorted(actor.team_ids)})


def person_ref(person: Person) -> Ref:
    return Ref("accounts.person", person.uuid)


def team_ref(team: Team) -> Ref:
    return Ref("accounts.team", team.uuid)


def actor_for_person(person: Person) -> Actor:
    """The actor a signed-in person is."""
    teams = frozenset(person.memberships.filter(team__removed_at__isnull=True).values_list("team_id", flat=True))
    return Actor(kind=ActorKind.PERSON, id=str(person.uuid), label=person.name, role=Role(person.role), team_ids=teams)


def actor_for_login(login: str | None) -> Actor:
    """Who a command acts as: the person with that login, else whoever has a shell on the server."""
    return actor_for_person(person_by_login(login)) if login else SYSTEM


def actor_for_token(token: str) -> Actor | None:
    """The actor an API key is, or None when there is no such live key.

    TooMany: a read or manage key has used up its requests. An integration's has no such limit: it feels back-pressure.
    """
    digests = keyring().macs("api-key", token.encode("utf-8", "surrogatepass"))
    key = Key.objects.filter(digest__in=digests, revoked_at__isnull=True).first()
    most = settings.CONFIG.key_requests
    if key is not None and key.scope != KeyScope.INTEGRATION and not _ALLOWANCE.admits(key.uuid, most):
        raise TooMany("This key has made its {most} requests a minute: wait for Retry-After seconds.", most=most)
    return _actor_for_key(key)


def actor_for_key(uuid: str) -> Actor | None:
    """The actor of a key that asked earlier for what is done now; None when it was revoked since."""
    return _actor_for_key(Key.objects.filter(uuid=uuid, revoked_at__isnull=True).first())


def _actor_for_key(key: Key | None) -> Actor | None:
    if key is None:
        return None
    return Actor(
        kind=ActorKind.KEY,
        id=str(key.uuid),
        label=key.name,
        team_ids=frozenset({key.team_id}) if key.team_id else frozenset(),
        key_scope=KeyScope(key.scope),
        sender=key.subject_id if key.subject_kind == "alerts.integration" else None,
    )


def organisation() -> Organisation | None:
    return Organisation.objects.first()


def language_of(person: Person) -> str:
    """The language a person is written to in: their own, else the organisation's."""
    home = organisation()
    return person.language or (home.language if home else settings.CONFIG.language)


def person_by_login(login: str) -> Person:
    """An active person by login, for the engine and the command line."""
    person = Person.objects.filter(login=login, is_active=True).first()
    if person is None:
        raise NotFound("There is no active person with the login “{login}”.", login=login)
    return person


def person_by_uuid(uuid: str) -> Person:
    person = Person.objects.filter(uuid=uuid).first()
    if person is None:
        raise NotFound("There is no such person.")
    return person


def names_of(uuids: Iterable[str]) -> dict[str, str]:
    """Names by UUID as text, for showing what facts hold; those that are nobody's are left out."""
    wanted = {uuid for uuid in uuids if uuid}
    rows = Person.objects.filter(uuid__in=wanted).values_list("uuid", "name") if wanted else []
    return {str(uuid): name for uuid, name in rows}


def team_by_key(key: str) -> Team:
    """A team by key, for the engine and the command line."""
    team = Team.objects.filter(key=key, removed_at__isnull=True).first()
    if team is None:
        raise NotFound("There is no team “{key}”.", key=key)
    return team


def team_named(name: str) -> Team:
    """A team by UUID, key or name, for gateways, whose products name teams so."""
    rows = Team.objects.filter(removed_at__isnull=True)
    row = rows.filter(Q(key__iexact=name) | Q(name__iexact=name) | _by_uuid(name)).order_by("id").first()
    if row is None:
        raise NotFound("There is no team “{key}”.", key=name)
    return row


def person_named(name: str) -> Person:
    """An active person by UUID, login or e-mail address, for gateways."""
    rows = Person.objects.filter(is_active=True)
    row = rows.filter(Q(login__iexact=name) | Q(email__iexact=name) | _by_uuid(name)).order_by("id").first()
    if row is None:
        raise NotFound("There is no active person “{name}”.", name=name)
    return row


def _by_uuid(text: str) -> Q:
    try:
        return Q(uuid=UUID(text))
    except ValueError:
        return Q(pk__in=[])


def live_teams() -> dict[str, Team]:
    """Every team by key, for rooms that must find the team a name means."""
    return {team.key: team for team in Team.objects.filter(removed_at__isnull=True)}


def people(actor: Actor) -> list[Person]:
    """Everybody active whom this actor may see, by name."""
    rows = Person.objects.filter(is_active=True).order_by("name", "login")
    if not sees_everything(actor):
        rows = rows.filter(memberships__team__in=sorted(actor.team_ids)).distinct()
    return list(rows)


def teams(actor: Actor) -> list[Team]:
    """Every team this actor may see, by name, with members."""
    rows = Team.objects.filter(visible_teams(actor, "id"), removed_at__isnull=True)
    return list(rows.select_related("lead").prefetch_related("memberships__person").order_by("name"))


def keys(actor: Actor) -> list[Key]:
    """Every key of this actor's teams, newest first; without secrets, which nobody has."""
    return list(Key.objects.filter(visible_teams(actor)).select_related("team").order_by("-id"))


def people_by_login(logins: Iterable[str]) -> dict[str, Person]:
    """For rooms that refer to people: those who are active, by login."""
    return {person.login: person for person in Person.objects.filter(login__in=set(logins), is_active=True)}


def people_by_uuid(uuids: Iterable[UUID]) -> dict[UUID, Person]:
    """For the engine: people by UUID, active or not; those that are nobody's are left out."""
    return {person.uuid: person for person in Person.objects.filter(uuid__in=set(uuids))}


def administrators() -> list[Person]:
    """For the engine: the active administrators, who are told when nobody else can be."""
    return list(Person.objects.filter(role=Role.ADMIN, is_active=True).order_by("id"))


class JournalReaders:
    """The answer to `journal.ports.Readers`: whoever sees the organisation reads its journal."""

    def admit(self, reader: Author) -> None:
        """NotFound for guests, for keys of one team, and for whoever is no actor."""
        if not isinstance(reader, Actor) or not sees_everything(reader):
            raise NotFound("There is no such record.")

    def by_login(self, login: str | None) -> Actor:
        """Who a command reads as."""
        return actor_for_login(login)

    def by_user(self, user: Person) -> Actor:
        """Who the signed-in user of a screen is."""
        return actor_for_person(user)
