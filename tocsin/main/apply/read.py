"""From the text of a company file to a typed document, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tocsin.alerts.rules import heartbeats
from tocsin.alerts.sources.options import settled
from tocsin.alerts.sources.registry import KINDS, options_of
from tocsin.core.errors import TocsinError
from tocsin.main.apply import checks, values
from tocsin.main.apply.document import (
    SCHEMA_VERSION,
    Contact,
    Document,
    Handoff,
    Heartbeat,
    Integration,
    Key,
    Maintenance,
    Matcher,
    Organisation,
    Override,
    Person,
    Policy,
    Rotation,
    Service,
    Silence,
    Step,
    Target,
    Team,
)
from tocsin.main.apply.nodes import Entry, Problem, Reading, compose

T = TypeVar("T")

CHANNEL_ADDRESSES: dict[str, Callable[[str], str]] = {
    "email": values.email,
    "webhook": values.url,
    "file": values.slug,
}
"""The channels that come with Tocsin and how the address of each is checked."""


class CompanyFileError(TocsinError):
    """The file was refused; nothing of it is to be applied. ``problems`` are in the order of the lines."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        """Keep the file's name, as the user gave it, and all problems."""
        self.file, self.problems = file, problems
        lines = "\n".join(problem.shown(file) for problem in problems)
        super().__init__(lines, code="company_file_refused", status=422)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """What adapters add to the closed lists of the file."""

    channels: tuple[str, ...] = ()


NO_EXTENSIONS = Extensions()
EMPTY = Document()


def read(
    text: str,
    *,
    file: str,
    current: Document = EMPTY,
    extensions: Extensions = NO_EXTENSIONS,
    services_here: checks.ServicesHere | None = None,
) -> Document:
    """Read a whole file. References may also point at what ``current`` holds in sections the file leaves out, and
    maintenance windows at ``services_here``; None does not look for those.

    Raises :class:`CompanyFileError` with every problem found.
    """
    reading = Reading()
    node = compose(text, reading)
    document = EMPTY
    if node is not None:
        document = _document(Entry(reading, node, (), "the file"), extensions)
        reading.problems.extend(checks.problems(document, current, reading.lines, services_here))
    if reading.problems:
        raise CompanyFileError(file, tuple(sorted(set(reading.problems))))
    return document


def _document(entry: Entry, extensions: Extensions) -> Document:
    """Read all sections; entries with problems are left out, so that the rest can still be checked."""
    entry.scalar("tocsin", _version)
    document = Document(
        organisation=_organisation_section(entry),
        people=_section(entry, "people", "a person", lambda one: _person(one, extensions)),
        teams=_section(entry, "teams", "a team", _team),
        services=_section(entry, "services", "a service", _service),
        rotations=_section(entry, "rotations", "a rotation", _rotation),
        policies=_section(entry, "policies", "a policy", _policy),
        integrations=_section(entry, "integrations", "an integration", _integration),
        keys=_section(entry, "keys", "a key", _key),
        heartbeats=_section(entry, "heartbeats", "a heartbeat", _heartbeat),
        silences=_section(entry, "silences", "a silence", _silence),
        maintenance=_section(entry, "maintenance", "a maintenance window", _maintenance),
    )
    entry.finished(Document)
    return document


def _section(entry: Entry, name: str, what: str, read_one: Callable[[Entry], T | None]) -> tuple[T, ...] | None:
    """Read a list that may be left alone: None when it is not there, empty when it is there with nothing inside."""
    if not entry.mentions(name):
        entry.node(name)
        return None
    return entry.each(name, what, read_one)


def _organisation_section(entry: Entry) -> Organisation | None:
    node = entry.node("organisation")
    if node is None:
        return None
    return _organisation(Entry(entry.reading, node, ("organisation",), "the organisation"))


def _version(text: str) -> int:
    if text != str(SCHEMA_VERSION):
        raise ValueError(f"{text!r} is not a version this program reads; write 'tocsin: {SCHEMA_VERSION}'")
    return SCHEMA_VERSION


def _organisation(entry: Entry) -> Organisation | None:
    return entry.finished(
        Organisation,
        name=entry.scalar("name", values.words),
        language=entry.scalar("language", values.one_of(values.LANGUAGES), "en"),
        zone=entry.scalar("zone", values.zone, "UTC"),
    )


def _person(entry: Entry, extensions: Extensions) -> Person | None:
    login = entry.ident("login", values.slug)
    return entry.finished(
        Person,
        login=login,
        name=entry.scalar("name", values.words),
        email=entry.scalar("email", values.email, None),
        role=entry.scalar("role", values.one_of(values.ROLES), "responder"),
        language=entry.scalar("language", values.one_of(values.LANGUAGES), None),
        zone=entry.scalar("zone", values.zone, None),
        contacts=_section(entry, "contacts", "a contact", lambda one: _contact(one, extensions)),
    )


def _contact(entry: Entry, extensions: Extensions) -> Contact | None:
    channel = entry.scalar("channel", values.one_of((*CHANNEL_ADDRESSES, *extensions.channels)))
    address = entry.scalar("address", CHANNEL_ADDRESSES.get(channel, values.words))
    return entry.finished(Contact, channel=channel, address=address)


def _team(entry: Entry) -> Team | None:
    key = entry.ident("key", values.slug)
    members = entry.values("members", values.slug)
    lead = entry.scalar("lead", values.slug, None)
    if lead is not None and lead not in members:
        entry.wrong(entry.node("lead"), f"the lead {lead!r} is no member of team {key!r}; add them to members")
    return entry.finished(
        Team, key=key, name=entry.scalar("name", values.words), members=tuple(sorted(members)), lead=lead
    )


def _service(entry: Entry) -> Service | None:
    key = entry.ident("key", values.service_key)
    return entry.finished(
        Service,
        key=key,
        name=entry.scalar("name", values.words, key),
        team=entry.scalar("team", values.slug, None),
        tier=entry.scalar("tier", values.whole(1, 4), 3),
        kind=entry.scalar("kind", values.one_of(values.SERVICE_KINDS), "service"),
        site=entry.scalar("site", values.slug, None),
        depends_on=tuple(sorted(entry.values("depends_on", values.service_key))),
    )


def _rotation(entry: Entry) -> Rotation | None:
    key = entry.ident("key", values.slug)
    return entry.finished(
        Rotation,
        key=key,
        name=entry.scalar("name", values.words, key),
        team=entry.scalar("team", values.slug),
        zone=entry.scalar("zone", values.zone),
        handoff=entry.child("handoff", "a hand-off", _handoff),
        starts_on=entry.scalar("starts_on", values.day),
        participants=entry.values("participants", values.slug, required=True),
        overrides=_section(entry, "overrides", "an override", _override),
    )


def _handoff(entry: Entry) -> Handoff | None:
    return entry.finished(
        Handoff,
        weekday=entry.scalar("weekday", values.one_of(values.WEEKDAYS)),
        time=entry.scalar("time", values.clock_time),
    )


def _override(entry: Entry) -> Override | None:
    starts_at, ends_at = _span(entry, "from", "until")
    return entry.finished(Override, person=entry.scalar("person", values.slug), starts_at=starts_at, ends_at=ends_at)


def _span(entry: Entry, first: str, last: str) -> tuple[datetime, datetime]:
    """Read two moments, the second of them later."""
    starts_at = entry.scalar(first, values.instant)
    ends_at = entry.scalar(last, values.instant)
    if not entry.broken and ends_at <= starts_at:
        entry.wrong(entry.node(last), f"{last} is not after {first}; swap or mend them")
    return starts_at, ends_at


def _policy(entry: Entry) -> Policy | None:
    key = entry.ident("key", values.slug)
    return entry.finished(
        Policy,
        key=key,
        name=entry.scalar("name", values.words, key),
        team=entry.scalar("team", values.slug),
        steps=entry.each("steps", "a step", _step, required=True),
        repeat=entry.scalar("repeat", values.whole(0, 20), 0),
    )


def _step(entry: Entry) -> Step | None:
    return entry.finished(
        Step,
        after_s=entry.scalar("after_s", values.whole(0, 7 * 86_400)),
        notify=entry.each("notify", "a target", _target, required=True),
    )


def _target(entry: Entry) -> Target | None:
    rotation = entry.scalar("rotation", values.slug, None)
    person = entry.scalar("person", values.slug, None)
    if not entry.broken and (rotation is None) == (person is None):
        entry.wrong(None, "a target names one rotation or one person; give exactly one of the two")
    return entry.finished(Target, rotation=rotation, person=person)


def _integration(entry: Entry) -> Integration | None:
    key = entry.ident("key", values.slug)
    kind = entry.scalar("kind", values.one_of(tuple(each.kind for each in KINDS)))
    return entry.finished(
        Integration,
        key=key,
        name=entry.scalar("name", values.words, key),
        kind=kind,
        team=entry.scalar("team", values.slug, None),
        options=entry.free("options", lambda given: settled(options_of(kind), given) if kind else given),
    )


def _key(entry: Entry) -> Key | None:
    name = entry.ident("name", values.words)
    scope = entry.scalar("scope", values.one_of(values.SCOPES))
    integration = entry.scalar("integration", values.slug, None)
    if not entry.broken and (scope == "integration") != (integration is not None):
        entry.wrong(None, "scope 'integration' and an integration belong together; give both or neither")
    return entry.finished(
        Key, name=name, scope=scope, team=entry.scalar("team", values.slug, None), integration=integration
    )


def _heartbeat(entry: Entry) -> Heartbeat | None:
    name = entry.ident("name", values.heartbeat)
    tags = entry.values("tags", values.tag)
    if len(tags) > heartbeats.TAGS_MOST:
        entry.wrong(entry.node("tags"), f"a heartbeat has at most {heartbeats.TAGS_MOST} tags; take some out")
    return entry.finished(
        Heartbeat,
        name=name,
        interval_s=entry.scalar("interval_s", values.whole(heartbeats.SHORTEST_S, heartbeats.LONGEST_S)),
        service=entry.scalar("service", values.service_key, name),
        team=entry.scalar("team", values.slug, None),
        enabled=entry.scalar("enabled", values.truth, True),
        message=entry.scalar("message", values.message, None),
        tags=tags,
        severity=entry.scalar("severity", values.whole(1, 5), 1),
    )


def _silence(entry: Entry) -> Silence | None:
    key = entry.ident("key", values.slug)
    starts_at, ends_at = _span(entry, "starts_at", "ends_at")
    return entry.finished(
        Silence,
        key=key,
        reason=entry.scalar("reason", values.words),
        owner=entry.scalar("owner", values.slug, None),
        starts_at=starts_at,
        ends_at=ends_at,
        matchers=entry.each("matchers", "a matcher", _matcher, required=True),
    )


def _maintenance(entry: Entry) -> Maintenance | None:
    key = entry.ident("key", values.slug)
    has_end = entry.has("ends_at")
    starts_at, ends_at = (
        _span(entry, "starts_at", "ends_at")
        if has_end
        else (entry.scalar("starts_at", values.instant), entry.scalar("ends_at", values.instant, None))
    )
    services = tuple(sorted(entry.values("services", values.service_key)))
    integrations, teams = (tuple(sorted(entry.values(name, values.slug))) for name in ("integrations", "teams"))
    matchers = entry.each("matchers", "a matcher", _matcher)
    if not entry.broken and not (services or integrations or teams or matchers):
        entry.wrong(None, "a maintenance window covers nothing; name services, integrations, teams or matchers")
    return entry.finished(
        Maintenance,
        key=key,
        reason=entry.scalar("reason", values.words),
        owner=entry.scalar("owner", values.slug, None),
        starts_at=starts_at,
        ends_at=ends_at,
        services=services,
        dependents=entry.scalar("dependents", values.truth, False) and bool(services or teams),
        integrations=integrations,
        teams=teams,
        matchers=matchers,
    )


def _matcher(entry: Entry) -> Matcher | None:
    return entry.finished(
        Matcher,
        label=entry.scalar("label", values.label),
        op=entry.scalar("op", values.one_of(values.OPERATORS), "="),
        value=entry.scalar("value", values.anything),
    )
