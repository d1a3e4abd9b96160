"""What happened to people, teams and keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSaved:
    kind: ClassVar = "accounts.person_saved"
    schema_version: ClassVar = 1
    login: str
    role: str
    created: bool
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDeactivated:
    kind: ClassVar = "accounts.person_deactivated"
    schema_version: ClassVar = 1
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSaved:
    kind: ClassVar = "accounts.team_saved"
    schema_version: ClassVar = 1
    key: str
    created: bool
    members: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRemoved:
    kind: ClassVar = "accounts.team_removed"
    schema_version: ClassVar = 1
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSaved:
    kind: ClassVar = "accounts.organisation_saved"
    schema_version: ClassVar = 1
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyIssued:
    kind: ClassVar = "accounts.key_issued"
    schema_version: ClassVar = 1
    name: str
    scope: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevoked:
    kind: ClassVar = "accounts.key_revoked"
    schema_version: ClassVar = 1
    name: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLinkIssued:
    kind: ClassVar = "accounts.sign_in_link_issued"
    schema_version: ClassVar = 1
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    kind: ClassVar = "accounts.signed_in"
    schema_version: ClassVar = 1
    login: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRefused:
    kind: ClassVar = "accounts.sign_in_refused"
    schema_version: ClassVar = 1
    reason: str
