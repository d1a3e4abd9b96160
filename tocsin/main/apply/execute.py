"""Carrying a company file out: read it, compare it with what is, and let the rooms' actions make the difference.

All in one transaction: what one action refuses, none of them has done. Each action asks whether the actor may.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Protocol

from django.db import connection, transaction

from tocsin.accounts import queries as accounts
from tocsin.accounts.rules import SYSTEM, Actor, Role
from tocsin.alerts import queries as alerts
from tocsin.assets.queries import services_by_key
from tocsin.channels.registry import CHANNELS
from tocsin.core import clock
from tocsin.core.errors import Conflict, InvalidInput
from tocsin.main.apply import removals, saves
from tocsin.main.apply.current import current
from tocsin.main.apply.document import Contact, Document, Maintenance, Person
from tocsin.main.apply.plan import Change, Verb, plan
from tocsin.main.apply.read import CHANNEL_ADDRESSES, Extensions, read

LOCK = 7_016_996_766
"""Advisory lock under which one company file at a time is carried out."""


class Progress(Protocol):
    """Something that is told how many more changes are through."""

    def begin(self, total: int) -> None:
        """Learn how many there are."""

    def advance(self, count: int) -> None:
        """Count some more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was changed, and the secret of each key that was made: nobody can read it again."""

    changes: tuple[Change, ...]
    secrets: Mapping[str, str]


def planned(text: str, *, file: str) -> list[Change]:
    """Read a company file and list what it would change here.

    Raises :class:`~tocsin.main.apply.read.CompanyFileError` with every problem of the file.
    """
    held = current()
    adapters = tuple(channel.kind for channel in CHANNELS if channel.kind not in CHANNEL_ADDRESSES)
    extensions = Extensions(channels=adapters)
    wanted = read(text, file=file, current=held, extensions=extensions, services_here=services_by_key)
    return plan(held, _settled(wanted))


def apply(text: str, *, file: str, actor: Actor, progress: Progress) -> Applied:
    """Make everything as the file says, or nothing; what is so already is not touched and writes no fact.

    Raises :class:`~tocsin.main.apply.read.CompanyFileError`, or what an action refuses with: Forbidden, InvalidInput,
    Conflict.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        changes = planned(text, file=file)
        progress.begin(len(changes))
        secrets: dict[str, str] = {}
        for (section, removing), group in groupby(changes, key=lambda one: (one.kind, one.verb is Verb.REMOVE)):
            batch = list(group)
            if removing:
                removals.remove(section, [change.key for change in batch], actor=actor)
            else:
                secrets |= saves.save(section, batch, actor=actor)
            progress.advance(len(batch))
        _refuse_without_administrator(changes)
    return Applied(changes=tuple(changes), secrets=secrets)


def _refuse_without_administrator(changes: Sequence[Change]) -> None:
    if not any(change.kind == "people" for change in changes):
        return
    if not any(person.role == Role.ADMIN for person in accounts.people(SYSTEM)):
        raise Conflict("Nobody would have the role admin any more; give it to somebody in people. Nothing was applied.")


def _settled(document: Document) -> Document:
    """Write contacts as their channels spell them, and leave out silences and windows that are over: neither is a
    difference."""
    now = clock.now()
    return replace(
        document,
        people=tuple(_spelled(document.people)) if document.people is not None else None,
        silences=tuple(one for one in document.silences if one.ends_at > now)
        if document.silences is not None
        else None,
        maintenance=tuple(_ahead(document.maintenance, now)) if document.maintenance is not None else None,
    )


def _ahead(windows: Sequence[Maintenance], now: datetime) -> Iterator[Maintenance]:
    """Those that are not over: by their end, or, without one, because somebody ended it since it was to begin."""
    ended = alerts.windows_ended([one.key for one in windows if one.ends_at is None])
    for one in windows:
        if one.ends_at is not None:
            if one.ends_at > now:
                yield one
        elif one.key not in ended or one.starts_at > ended[one.key]:
            yield one


def _spelled(people: Iterable[Person]) -> Iterator[Person]:
    for person in people:
        if person.contacts is None:
            yield person
            continue
        try:
            contacts = dict.fromkeys(_spell(contact) for contact in person.contacts)
        except InvalidInput as refused:
            raise InvalidInput("Person “{login}”: {reason}", login=person.login, reason=refused) from None
        yield replace(person, contacts=tuple(contacts))


def _spell(contact: Contact) -> Contact:
    return replace(contact, address=CHANNELS.get(contact.channel).parse_address(contact.address))
