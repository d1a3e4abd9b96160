"""Changing people, teams, keys; signing in."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from tocsin.accounts import facts
from tocsin.accounts.models import Key, Membership, Organisation, Person, SignInLink, Team
from tocsin.accounts.queries import actor_for_person, keyring, person_ref, require, team_by_key, team_ref
from tocsin.accounts.rules import KEY_PREFIX, KEY_RANDOM, ORGANISATION, Actor, KeyScope, Role, Scope, Verb
from tocsin.core import clock
from tocsin.core.clock import Now
from tocsin.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tocsin.core.ids import uuid7
from tocsin.core.refs import Ref
from tocsin.journal.actions import record

KEY_PURPOSE = "api-key"
LINK_PURPOSE = "sign-in-link"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """What is known of a person. Empty language and zone mean the installation's."""

    login: str
    name: str
    email: str = ""
    language: str = ""
    zone: str = ""
    role: Role = Role.RESPONDER


@transaction.atomic
def save_organisation(*, name: str, language: str, zone: str, actor: Actor) -> None:
    """Name the organisation and its defaults."""
    require(actor, Verb.ADMINISTER)
    wanted = {"name": name, "language": language, "zone": zone}
    row = Organisation.objects.select_for_update().first()
    changed = [field for field, value in wanted.items() if row is None or getattr(row, field) != value]
    if not changed:
        return
    saved, _ = Organisation.objects.update_or_create(id=True, defaults=wanted)
    subject = Ref("accounts.organisation", saved.uuid)
    record(facts.OrganisationSaved(changed=changed), actor=actor, subject=subject)


@transaction.atomic
def save_person(details: PersonDetails, *, actor: Actor) -> Person:
    """Add a person, or change the one with that login. Unchanged details write nothing."""
    require(actor, Verb.ADMINISTER)
    wanted = {name: getattr(details, name) for name in ("name", "email", "language", "zone", "role")} | {
        "is_active": True
    }
    person = Person.objects.select_for_update().filter(login=details.login).first()
    created = person is None
    if person is None:
        person = Person(login=details.login)
        person.set_unusable_password()
    changed = [field for field, value in wanted.items() if created or getattr(person, field) != value]
    if changed:
        for field in changed:
            setattr(person, field, wanted[field])
        person.save()
        fact = facts.PersonSaved(login=person.login, role=person.role, created=created, changed=changed)
        record(fact, actor=actor, subject=person_ref(person))
    return person


@transaction.atomic
def deactivate_person(login: str, *, actor: Actor) -> None:
    """Stop a person from signing in. Whoever is on call is told by the checks of `oncall`, not refused here."""
    require(actor, Verb.ADMINISTER)
    person = Person.objects.select_for_update().filter(login=login, is_active=True).first()
    if person is None:
        raise NotFound("There is no active person with the login “{login}”.", login=login)
    if actor.id == str(person.uuid):
        raise Conflict("You cannot deactivate yourself; ask another administrator.")
    person.is_active = False
    person.save(update_fields=["is_active"])
    record(facts.PersonDeactivated(login=login), actor=actor, subject=person_ref(person))


@transaction.atomic
def set_password(login: str, password: str, *, actor: Actor) -> None:
    """Give a person a password; it is checked against the validators by the form or command that asks for it."""
    require(actor, Verb.ADMINISTER)
    person = Person.objects.select_for_update().filter(login=login).first()
    if person is None:
        raise NotFound("There is no person with the login “{login}”.", login=login)
    person.set_password(password)
    person.save(update_fields=["password"])
    fact = facts.PersonSaved(login=login, role=person.role, created=False, changed=["password"])
    record(fact, actor=actor, subject=person_ref(person))


@transaction.atomic
def set_preferences(person_id: int, *, language: str, zone: str, theme: str, actor: Actor) -> None:
    """A person's own language, zone and theme; only they or an administrator may set them."""
    person = Person.objects.select_for_update().get(id=person_id)
    if actor.id != str(person.uuid):
        require(actor, Verb.ADMINISTER)
    wanted = {"language": language, "zone": zone, "theme": theme}
    changed = [field for field, value in wanted.items() if getattr(person, field) != value]
    if changed:
        for field in changed:
            setattr(person, field, wanted[field])
        person.save(update_fields=changed)
        fact = facts.PersonSaved(login=person.login, role=person.role, created=False, changed=changed)
        record(fact, actor=actor, subject=person_ref(person))


@transaction.atomic
def save_team(*, key: str, name: str, members: Sequence[str], lead: str = "", actor: Actor) -> Team:
    """Add or change a team and its members (logins). Unchanged details write nothing."""
    require(actor, Verb.ADMINISTER)
    people = {person.login: person for person in Person.objects.filter(login__in={*members, lead} - {""})}
    for login in {*members, lead} - {""} - people.keys():
        raise InvalidInput("Team “{key}”: there is no person with the login “{login}”.", key=key, login=login)
    team = Team.objects.select_for_update().filter(key=key).first()
    created = team is None
    team = team or Team(key=key)
    before = (team.name, team.lead_id, team.removed_at, _member_ids(team))
    wanted_members = {people[login].id for login in members}
    team.name, team.lead, team.removed_at = name, people.get(lead), None
    if before == (team.name, team.lead_id, None, wanted_members):
        return team
    team.save()
    team.memberships.exclude(person_id__in=wanted_members).delete()
    joining = wanted_members - before[3]
    Membership.objects.bulk_create([Membership(team=team, person_id=person_id) for person_id in sorted(joining)])
    record(facts.TeamSaved(key=key, created=created, members=sorted(members)), actor=actor, subject=team_ref(team))
    return team


def _member_ids(team: Team) -> set[int]:
    return set(team.memberships.values_list("person_id", flat=True)) if team.pk else set()


@transaction.atomic
def remove_team(key: str, *, actor: Actor) -> None:
    """Take a team away; it stays in the record, and saving it again brings it back."""
    require(actor, Verb.ADMINISTER)
    team = team_by_key(key)
    team.removed_at = clock.now()
    team.save(update_fields=["removed_at"])
    record(facts.TeamRemoved(key=key), actor=actor, subject=team_ref(team))


@transaction.atomic
def issue_key(
    *, name: str, scope: KeyScope, team: Team | None = None, subject: Ref | None = None, actor: Actor
) -> tuple[Key, str]:
    """Make a key. Returns its row and its token, which is shown this once and kept nowhere."""
    require(actor, Verb.CONFIGURE, Scope(team_ids=frozenset({team.id})) if team else ORGANISATION)
    token = KEY_PREFIX + base64.b32encode(secrets.token_bytes(20)).decode().lower()[:KEY_RANDOM]
    key = Key.objects.create(
        name=name,
        prefix=token[:7],
        digest=keyring().mac(KEY_PURPOSE, token.encode()),
        scope=scope,
        team=team,
        subject_kind=subject.kind if subject else "",
        subject_id=subject.id if subject else None,
    )
    fact = facts.KeyIssued(name=name, scope=scope, prefix=key.prefix)
    record(fact, actor=actor, subject=Ref("accounts.key", key.uuid))
    return key, token


@transaction.atomic
def revoke_key(key_id: str, *, actor: Actor) -> None:
    """Stop a key. Nodes that have it cached stop within 60 seconds."""
    key = Key.objects.select_for_update(of=("self",)).select_related("team").filter(uuid=key_id).first()
    if key is None:
        raise NotFound("There is no such key.")
    require(actor, Verb.CONFIGURE, Scope(team_ids=frozenset({key.team_id})) if key.team_id else ORGANISATION)
    if key.revoked_at is not None:
        raise Conflict("This key is revoked already.")
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
    fact = facts.KeyRevoked(name=key.name, prefix=key.prefix)
    record(fact, actor=actor, subject=Ref("accounts.key", key.uuid))


def note_key_use(key: Actor) -> None:
    """Stamp a key as used, at most once a minute. Not a fact: it tells when, not what."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=Now() - timedelta(minutes=1))
    Key.objects.filter(stale, uuid=key.id).update(last_used_at=Now())


@transaction.atomic
def issue_sign_in_link(login: str, *, valid_for: timedelta = timedelta(minutes=30), actor: Actor) -> str:
    """An address that signs this person in once, while it is valid."""
    require(actor, Verb.ADMINISTER)
    person = Person.objects.filter(login=login, is_active=True).first()
    if person is None:
        raise NotFound("There is no active person with the login “{login}”.", login=login)
    token = secrets.token_urlsafe(32)
    digest = keyring().mac(LINK_PURPOSE, token.encode())
    SignInLink.objects.create(person=person, digest=digest, expires_at=clock.now() + valid_for)
    record(facts.SignInLinkIssued(login=login), actor=actor, subject=person_ref(person))
    return f"{settings.CONFIG.url}/sign-in/{token}"


@transaction.atomic
def use_sign_in_link(token: str) -> Person:
    """Sign in by a link, and say who that is; Forbidden when it was used, has expired, or was never made."""
    link = (
        SignInLink.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(digest__in=keyring().macs(LINK_PURPOSE, token.encode()), used_at__isnull=True)
        .first()
    )
    now: datetime = clock.now()
    if link is None or link.expires_at <= now or not link.person.is_active:
        raise Forbidden("This sign-in link was used or has expired. Ask for a new one, or sign in with a password.")
    link.used_at = now
    link.save(update_fields=["used_at"])
    record_sign_in(link.person, by="link", actor=actor_for_person(link.person))
    return link.person


@transaction.atomic
def record_sign_in(person: Person, *, by: str, actor: Actor) -> None:
    """Somebody signed in (`by`: "password" or "link")."""
    record(facts.SignedIn(login=person.login, by=by), actor=actor, subject=person_ref(person))


@transaction.atomic
def record_refused_sign_in(*, reason: str, actor: Actor) -> None:
    """Somebody tried to sign in and could not."""
    record(facts.SignInRefused(reason=reason), actor=actor, subject=Ref("accounts.sign_in", uuid7()))
