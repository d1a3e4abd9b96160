"""What people change of an alert, say about it, and whose it is. Whatever the sender repeats takes none of it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from tocsin.accounts.rules import Actor
from tocsin.alerts import facts, rules
from tocsin.alerts.actions.alerts import close, locked, tell
from tocsin.alerts.intake.limits import DESCRIPTION, LABEL_KEY, LABEL_VALUE, LABELS, TITLE
from tocsin.alerts.models import Alert, Note
from tocsin.alerts.rules import AlertState, Severity
from tocsin.core import clock
from tocsin.core.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from tocsin.accounts.models import Person

NOTE_MOST = 25_000
TAG_MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What to change; None leaves it as it is."""

    title: str | None = None
    description: str | None = None
    severity: Severity | None = None


@transaction.atomic
def amend(alert_id: UUID, amendment: Amendment, *, actor: Actor) -> Alert:
    """Change what the alert says of itself. What is as wanted already writes nothing."""
    alert = locked(alert_id, actor)
    _within("title", amendment.title, TITLE)
    _within("description", amendment.description, DESCRIPTION)
    if amendment.title is not None and not amendment.title.strip():
        raise InvalidInput("title: an alert needs one.")
    wanted = {name: getattr(amendment, name) for name in ("title", "description", "severity")}
    changed = [name for name, value in wanted.items() if value is not None and getattr(alert, name) != value]
    if changed:
        for name in changed:
            setattr(alert, name, wanted[name])
        alert.edits = alert.edits | {name: wanted[name] for name in changed}
        alert.save(update_fields=[*changed, "edits"])
        tell(alert, facts.AlertAmended(title=alert.title, changed=changed), actor)
    return alert


@transaction.atomic
def tag(alert_id: UUID, *, add: Iterable[str] = (), remove: Iterable[str] = (), actor: Actor) -> Alert:
    """Add and take away tags. Those it has, and those it has not, are left as they are."""
    alert = locked(alert_id, actor)
    now = rules.tags_of(alert.labels)
    added = [each for each in dict.fromkeys(add) if each not in now]
    removed = [each for each in dict.fromkeys(remove) if each in now]
    for each in added:
        _within("tag", each, TAG_MOST)
        if not each or "," in each:
            raise InvalidInput("tag: it is not empty, and holds no comma.")
    if added or removed:
        _relabel(alert, rules.tagged(alert.edits, add=added, remove=removed))
        tell(alert, facts.AlertTagged(title=alert.title, added=added, removed=removed), actor)
    return alert


@transaction.atomic
def relabel(alert_id: UUID, changes: Mapping[str, str | None], *, actor: Actor) -> Alert:
    """Set labels, and take away those whose value is None. Tags have an action of their own."""
    alert = locked(alert_id, actor)
    changed = {name: value for name, value in changes.items() if alert.labels.get(name) != value}
    for name, value in changed.items():
        _within("label", name, LABEL_KEY)
        _within(f"label {name}", value, LABEL_VALUE)
        if not name or name == rules.TAGS:
            raise InvalidInput("label: “{name}” is no name for one.", name=name)
    if changed:
        _relabel(alert, rules.relabelled(alert.edits, changed))
        added = [name for name, value in changed.items() if value is not None]
        removed = [name for name, value in changed.items() if value is None]
        tell(alert, facts.AlertRelabelled(title=alert.title, added=added, removed=removed), actor)
    return alert


def _relabel(alert: Alert, edits: dict[str, object]) -> None:
    alert.edits, alert.labels = edits, rules.edited(alert.labels, edits)
    if len(alert.labels) > LABELS:
        raise InvalidInput("labels: an alert has at most {most}.", most=LABELS)
    alert.save(update_fields=["edits", "labels"])


@transaction.atomic
def note(alert_id: UUID, text: str, *, actor: Actor) -> Note:
    """Say something about an alert, open or closed."""
    alert = locked(alert_id, actor)
    if not text.strip():
        raise InvalidInput("note: write something first.")
    _within("note", text, NOTE_MOST)
    written = Note.objects.create(alert=alert, text=text, by=actor.label)
    tell(alert, facts.AlertNoted(title=alert.title, note=str(written.uuid)), actor)
    return written


@transaction.atomic
def assign(alert_id: UUID, owner: Person | None, *, actor: Actor) -> Alert:
    """Say whose alert it is; None: nobody's."""
    alert = locked(alert_id, actor)
    if alert.owner != owner:
        alert.owner = owner
        alert.save(update_fields=["owner"])
        tell(alert, facts.AlertAssigned(title=alert.title, owner=str(owner.uuid) if owner else ""), actor)
    return alert


@transaction.atomic
def ask_action(alert_id: UUID, name: str, *, actor: Actor) -> Alert:
    """Ask for one of the actions that the alert's sender offers (its label `actions`); the journal tells of it."""
    alert = locked(alert_id, actor)
    if name not in alert.labels.get("actions", "").split(","):
        raise InvalidInput("The alert offers no action “{name}”.", name=name[:80])
    tell(alert, facts.AlertActionAsked(title=alert.title, action=name), actor)
    return alert


@transaction.atomic
def delete(alert_id: UUID, *, actor: Actor) -> Alert:
    """Close an alert and have it gone where alerts can be deleted. What machines said is kept all the same."""
    alert = locked(alert_id, actor)
    if alert.deleted_at is not None:
        raise Conflict("This alert is deleted already.")
    if alert.state != AlertState.CLOSED:
        alert = close(alert_id, actor=actor)
    alert.deleted_at = clock.now()
    alert.save(update_fields=["deleted_at"])
    tell(alert, facts.AlertDeleted(title=alert.title), actor)
    return alert


def _within(what: str, text: str | None, most: int) -> None:
    if text is not None and (len(text) > most or "\0" in text):
        raise InvalidInput("{what}: at most {most} characters, and no NUL among them.", what=what, most=most)
