"""Every place of a document that names an entry of some section, in one walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.main.apply.document import Document
from tocsin.main.apply.nodes import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One value that names an entry of another section (or its own); ``path`` leads to it in the file."""

    path: Path
    section: str
    key: str


def references(document: Document) -> Iterator[Reference]:
    """Walk every reference of a document, section by section."""
    yield from _team_references(document)
    yield from _service_references(document)
    yield from _rotation_references(document)
    yield from _policy_references(document)
    yield from _heartbeat_references(document)
    yield from _rest_references(document)
    yield from _maintenance_references(document)


def _team_references(document: Document) -> Iterator[Reference]:
    for team in document.teams or ():
        for member in team.members:
            yield Reference(path=("teams", team.key, "members", member), section="people", key=member)
        if team.lead is not None:
            yield Reference(path=("teams", team.key, "lead"), section="people", key=team.lead)


def _service_references(document: Document) -> Iterator[Reference]:
    for service in document.services or ():
        if service.team is not None:
            yield Reference(path=("services", service.key, "team"), section="teams", key=service.team)
        for callee in service.depends_on:
            yield Reference(path=("services", service.key, "depends_on", callee), section="services", key=callee)


def _rotation_references(document: Document) -> Iterator[Reference]:
    for rotation in document.rotations or ():
        at = ("rotations", rotation.key)
        yield Reference(path=(*at, "team"), section="teams", key=rotation.team)
        for person in rotation.participants:
            yield Reference(path=(*at, "participants", person), section="people", key=person)
        for place, override in enumerate(rotation.overrides or ()):
            yield Reference(path=(*at, "overrides", place, "person"), section="people", key=override.person)


def _policy_references(document: Document) -> Iterator[Reference]:
    for policy in document.policies or ():
        at = ("policies", policy.key)
        yield Reference(path=(*at, "team"), section="teams", key=policy.team)
        for place, step in enumerate(policy.steps):
            for which, target in enumerate(step.notify):
                path = (*at, "steps", place, "notify", which)
                if target.rotation is not None:
                    yield Reference(path=path, section="rotations", key=target.rotation)
                if target.person is not None:
                    yield Reference(path=path, section="people", key=target.person)


def _heartbeat_references(document: Document) -> Iterator[Reference]:
    for heartbeat in document.heartbeats or ():
        at = ("heartbeats", heartbeat.name)
        if heartbeat.team is not None:
            yield Reference(path=(*at, "team"), section="teams", key=heartbeat.team)
        if heartbeat.service != heartbeat.name:
            yield Reference(path=(*at, "service"), section="services", key=heartbeat.service)


def _rest_references(document: Document) -> Iterator[Reference]:
    for integration in document.integrations or ():
        if integration.team is not None:
            yield Reference(path=("integrations", integration.key, "team"), section="teams", key=integration.team)
    for key in document.keys or ():
        if key.team is not None:
            yield Reference(path=("keys", key.name, "team"), section="teams", key=key.team)
        if key.integration is not None:
            yield Reference(path=("keys", key.name, "integration"), section="integrations", key=key.integration)
    for silence in document.silences or ():
        if silence.owner is not None:
            yield Reference(path=("silences", silence.key, "owner"), section="people", key=silence.owner)


def _maintenance_references(document: Document) -> Iterator[Reference]:
    """Not the services: a window may name one that was only ever seen in alerts, which no file holds."""
    for window in document.maintenance or ():
        at = ("maintenance", window.key)
        if window.owner is not None:
            yield Reference(path=(*at, "owner"), section="people", key=window.owner)
        for key in window.integrations:
            yield Reference(path=(*at, "integrations", key), section="integrations", key=key)
        for key in window.teams:
            yield Reference(path=(*at, "teams", key), section="teams", key=key)
